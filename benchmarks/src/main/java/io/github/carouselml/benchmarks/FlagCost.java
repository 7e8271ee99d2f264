package io.github.carouselml.benchmarks;

import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Backends;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What does it cost to forget `--add-modules jdk.incubator.vector`? `benchmarks/flag-cost`.
///
/// Two processes with the same class path do the same work, one with the flag and one without, in
/// alternation. Each tells how long a call takes once it no longer gets faster, how long the process
/// took for its first calls, its start included, and a digest of what it computed: the two must
/// agree, since both sets of kernels give the same bits.
final class FlagCost {
  private static final String USAGE =
      """
      benchmarks/flag-cost [options]: the cost of forgetting --add-modules jdk.incubator.vector.
        --pairs N       pairs of processes for each case (default: 5)
        --quick         1 pair, short
        --out FILE      the result file (default: benchmarks/results/flag-cost.json, and its figures
                        go into the READMEs; neither with --quick)
        --table FILE    prints the table of a result file and measures nothing
        --readme FILE   puts the figures of a result file into the READMEs and measures nothing
      """;

  /// What is computed. Sizes as everywhere: T steps, B sequences, I inputs, H units.
  private enum Case {
    FORECASTER("training, T=36 B=32 I=4 H=32", true, 36, 32, 4, 32, 1000),
    MIDDLE("training, T=128 B=32 I=128 H=256", true, 128, 32, 128, 256, 20),
    ONE("prediction, T=128 B=1 I=64 H=128", false, 128, 1, 64, 128, 1000);

    final String title;
    final boolean training;
    final int steps;
    final int sequences;
    final int inputs;
    final int hidden;
    final int firstCalls;

    Case(
        String title,
        boolean training,
        int steps,
        int sequences,
        int inputs,
        int hidden,
        int firstCalls) {
      this.title = title;
      this.training = training;
      this.steps = steps;
      this.sequences = sequences;
      this.inputs = inputs;
      this.hidden = hidden;
      this.firstCalls = firstCalls;
    }
  }

  /// The documents that show the figures.
  enum Language {
    ENGLISH(
        "README.md",
        """
         What forgetting costs, measured by `benchmarks/flag-cost` ([result](benchmarks/results/flag-cost.json)) with one LSTM layer, T steps, B sequences, I inputs, H units:

        """,
        """
        | work | a call with the flag | without | times slower | first calls, with | without |
        """,
        """

        The last two columns count from the start of the process to the end of its first calls (1000 of the small cases, 20 of the large one): vector code has to be compiled first, so a process begins on plain loops and moves over while it runs.\
        """),
    CHINESE(
        "README.zh-CN.md",
        """
        忘记的代价，由 `benchmarks/flag-cost` 测得（[结果](benchmarks/results/flag-cost.json)），一个 LSTM 层，T 步、B 个序列、I 个输入、H 个单元：

        """,
        """
        | 工作 | 每次调用，有选项 | 没有 | 慢几倍 | 从进程启动到最初的调用完成，有选项 | 没有 |
        """,
        """

        最后两列从进程启动算到最初的调用完成（小的两项 1000 次，大的一项 20 次）：向量代码要先被编译，所以进程先跑普通循环，边跑边换。\
        """);

    final String file;
    final String intro;
    final String head;
    final String note;

    Language(String file, String intro, String head, String note) {
      this.file = file;
      this.intro = intro;
      this.head = head;
      this.note = note;
    }
  }

  private FlagCost() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 3 && args[0].equals("measure")) {
      System.out.println(Json.write(measure(Case.valueOf(args[1]), Long.parseLong(args[2])), -1));
      return;
    }
    int pairs = 5;
    long seconds = 6;
    Path root = Path.of(System.getProperty("carousel.root", "."));
    Path out = root.resolve("benchmarks/results/flag-cost.json");
    boolean quick = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> {
          quick = true;
          pairs = 1;
          seconds = 2;
        }
        case "--pairs" -> pairs = Integer.parseInt(args[++i]);
        case "--out" -> out = Path.of(args[++i]);
        case "--table" -> {
          System.out.print(table(read(args[++i]), Language.ENGLISH));
          return;
        }
        case "--readme" -> {
          fillIn(root, read(args[++i]));
          return;
        }
        case "--help" -> {
          System.out.print(USAGE);
          return;
        }
        default -> {
          System.err.print("The option '" + args[i] + "' is unknown.\n" + USAGE);
          System.exit(2);
        }
      }
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    result.put(
        "command", "benchmarks/flag-cost" + (args.length == 0 ? "" : " ") + String.join(" ", args));
    result.put("machine", Machine.describe());
    List<Object> cases = new ArrayList<>();
    for (Case one : Case.values()) {
      cases.add(compare(one, pairs, seconds));
    }
    result.put("cases", cases);
    System.out.print(table(result, Language.ENGLISH));
    boolean elsewhere = Arrays.asList(args).contains("--out");
    if (!quick || elsewhere) {
      Files.createDirectories(out.toAbsolutePath().getParent());
      Files.writeString(out, Json.write(result, 0) + "\n");
      System.err.println("Written to " + out);
    }
    if (!quick && !elsewhere) {
      fillIn(root, result);
    }
  }

  private static Map<?, ?> read(String file) throws IOException {
    return (Map<?, ?>) Json.parse(Files.readString(Path.of(file)));
  }

  private static Map<String, Object> compare(Case one, int pairs, long seconds)
      throws IOException, InterruptedException {
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    List<Double> firstWith = new ArrayList<>();
    List<Double> firstWithout = new ArrayList<>();
    for (int p = 0; p < pairs; p++) {
      System.err.printf("%s, pair %d of %d%n", one.title, p + 1, pairs);
      // who begins takes turns, so that a slow spell of the machine falls on both
      Map<?, ?> vectors = p % 2 == 0 ? process(one, true, seconds) : null;
      Map<?, ?> plain = process(one, false, seconds);
      vectors = vectors == null ? process(one, true, seconds) : vectors;
      if (!get(vectors, "digest").equals(get(plain, "digest"))) {
        throw new IllegalStateException("The two did not compute the same bits: " + one.title);
      }
      with.add(number(vectors, "milliseconds"));
      without.add(number(plain, "milliseconds"));
      firstWith.add(number(vectors, "firstCallsSeconds"));
      firstWithout.add(number(plain, "firstCallsSeconds"));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("case", one.title);
    result.put("millisecondsWith", with);
    result.put("millisecondsWithout", without);
    result.put("slowdown", ratio(without, with));
    result.put("firstCalls", one.firstCalls);
    result.put("firstCallsSecondsWith", firstWith);
    result.put("firstCallsSecondsWithout", firstWithout);
    result.put("firstCallsSlowdown", ratio(firstWithout, firstWith));
    return result;
  }

  /// The median of the pairs' ratios.
  private static double ratio(List<Double> without, List<Double> with) {
    double[] ratios = new double[with.size()];
    Arrays.setAll(ratios, p -> without.get(p) / with.get(p));
    return Ratio.median(ratios);
  }

  private static Map<?, ?> process(Case one, boolean flag, long seconds)
      throws IOException, InterruptedException {
    String[] arguments = {"measure", one.name(), Long.toString(seconds)};
    return (Map<?, ?>)
        Json.parse(
            flag
                ? OtherJvm.output(List.of(), FlagCost.class, arguments)
                : OtherJvm.outputWithoutVectors(List.of(), FlagCost.class, arguments));
  }

  /// One process: first calls, warm-up, then the median of samples, each of about 20 ms.
  private static Map<String, Object> measure(Case one, long seconds) {
    try (Backend backend = Backends.cpu();
        ProgramRun run =
            new ProgramRun(
                backend, one.training, one.steps, one.sequences, one.inputs, one.hidden)) {
      for (int i = 0; i < one.firstCalls; i++) {
        run.run();
      }
      long start = ManagementFactory.getRuntimeMXBean().getStartTime();
      double first = (System.currentTimeMillis() - start) / 1e3;

      long end = System.nanoTime() + seconds * 1_000_000_000L;
      int calls = 0;
      long begun = System.nanoTime();
      while (System.nanoTime() < end) {
        run.run();
        calls++;
      }
      double each = (double) (System.nanoTime() - begun) / calls;
      int perSample = (int) Math.max(1, 20e6 / each);
      double[] samples = new double[40];
      for (int s = 0; s < samples.length; s++) {
        long from = System.nanoTime();
        for (int i = 0; i < perSample; i++) {
          run.run();
        }
        samples[s] = (System.nanoTime() - from) / 1e6 / perSample;
      }

      Map<String, Object> result = new LinkedHashMap<>();
      result.put("milliseconds", Ratio.median(samples));
      result.put("firstCallsSeconds", first);
      result.put("digest", run.digest());
      return result;
    }
  }

  /// Times are medians over the pairs.
  static String table(Map<?, ?> result, Language language) {
    StringBuilder out =
        new StringBuilder(language.head).append("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (Object each : (List<?>) get(result, "cases")) {
      Map<?, ?> one = (Map<?, ?>) each;
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s ms | %s ms | %.1f | %.1f s | %.1f s |%n",
              get(one, "case"),
              digits(median(one, "millisecondsWith")),
              digits(median(one, "millisecondsWithout")),
              number(one, "slowdown"),
              median(one, "firstCallsSecondsWith"),
              median(one, "firstCallsSecondsWithout")));
    }
    return out.toString();
  }

  /// The README's text with the figures of a result between its two marks.
  static String withFigures(String readme, Map<?, ?> result, Language language) {
    return Marks.replace(
        readme, "flag-cost", language.intro + table(result, language) + language.note);
  }

  private static void fillIn(Path root, Map<?, ?> result) throws IOException {
    for (Language language : Language.values()) {
      Path readme = root.resolve(language.file);
      Files.writeString(readme, withFigures(Files.readString(readme), result, language));
      System.err.println("Written to " + readme);
    }
  }

  /// Three digits, as far as there are digits before the point.
  private static String digits(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  private static double median(Map<?, ?> map, String key) {
    return Ratio.median(
        ((List<?>) get(map, key)).stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray());
  }

  private static double number(Map<?, ?> map, String key) {
    return ((Number) get(map, key)).doubleValue();
  }

  private static Object get(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      throw new IllegalArgumentException("The result has no '" + key + "'.");
    }
    return value;
  }
}
