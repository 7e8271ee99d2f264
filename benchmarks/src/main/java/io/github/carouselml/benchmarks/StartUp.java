package io.github.carouselml.benchmarks;

import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Backends;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;

/// How long until something comes out? `benchmarks/startup`: new processes with a small model (LSTM,
/// T=36 B=32 I=4 H=32), each told by the time from the moment at which another process asks for it
/// to the end of its first training step or prediction, and then how calls become faster over six
/// seconds while kernels are compiled, without and with an archive of the classes that an earlier
/// process left; and the whole of `carousel predict` on the bundled orders, from the shell's view.
final class StartUp {
  private static final int ROUNDS = 7;
  private static final double SECONDS = 6;

  private StartUp() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 3 && args[0].equals("measure")) {
      boolean training = args[1].equals("training");
      System.out.println(Json.write(measure(training, Instant.parse(args[2])), -1));
      return;
    }
    Path root = Path.of(System.getProperty("carousel.root", "."));
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("model", "LSTM with a dense layer, T=36 B=32 I=4 H=32");
    content.put("rounds", ROUNDS);
    Path folder = Files.createTempDirectory("carousel-startup");
    Path archive = folder.resolve("classes.jsa");
    String classPath = jars(folder);
    for (String work : List.of("training", "prediction")) {
      process(work, "-XX:ArchiveClassesAtExit=" + archive, classPath);
      content.put(work, medians(work, "-Xshare:auto", classPath));
      content.put(
          work + "FromArchive", medians(work, "-XX:SharedArchiveFile=" + archive, classPath));
      System.out.printf("%-12s %s%n", work, content.get(work));
      System.out.printf("%-12s %s%n", "  archived", content.get(work + "FromArchive"));
    }
    double command = command(root);
    content.put("carouselPredictSeconds", command);
    System.out.printf("carousel predict: %.2f s%n", command);
    ResultFile.write("startup", args, content);
  }

  /// The class path with a jar in place of each folder, as users have it, and as an archive needs it.
  private static String jars(Path folder) {
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (Files.isDirectory(Path.of(entry))) {
        String file = folder.resolve(entries.size() + ".jar").toString();
        jar.run(System.out, System.err, "--create", "--file", file, "-C", entry, ".");
        entries.add(file);
      } else {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  /// The medians over some processes of everything that [#measure] tells.
  private static Map<String, Object> medians(String work, String option, String classPath)
      throws IOException, InterruptedException {
    Map<String, List<Double>> rounds = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      Map<?, ?> process = process(work, option, classPath);
      process.forEach((key, value) ->
          rounds
              .computeIfAbsent(String.valueOf(key), _ -> new ArrayList<>())
              .add(((Number) value).doubleValue()));
    }
    Map<String, Object> medians = new LinkedHashMap<>();
    rounds.forEach((key, values) -> medians.put(key, Ratio.median(values)));
    return medians;
  }

  private static Map<?, ?> process(String work, String option, String classPath)
      throws IOException, InterruptedException {
    // -Xlog:disable: nothing but the answer on the output
    List<String> options = List.of(option, "-Xlog:disable", "-cp", classPath);
    String begun = Instant.now().toString();
    return (Map<?, ?>) Json.parse(OtherJvm.output(options, StartUp.class, "measure", work, begun));
  }

  /// The median wall time of `carousel predict` with a model that was trained for it.
  private static double command(Path root) throws IOException, InterruptedException {
    String carousel = root.resolve("carousel").toAbsolutePath().toString();
    String data = root.resolve("examples/data/orders.csv").toAbsolutePath().toString();
    Path folder = Files.createTempDirectory("carousel-startup");
    String run = folder.resolve("run").toString();
    String out = folder.resolve("forecast.csv").toString();
    OtherJvm.output(
        List.of(
            carousel,
            "train",
            "forecast",
            "--data",
            data,
            "--horizon",
            "14",
            "--epochs",
            "2",
            "--out",
            run));
    List<Double> seconds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      OtherJvm.output(
          List.of(carousel, "predict", run, "--data", data, "--out", out, "--overwrite"));
      seconds.add((System.nanoTime() - start) / 1e9);
    }
    return Ratio.median(seconds);
  }

  /// What a process tells that was asked for at this time. It does not ask Java when it was started:
  /// on Linux the answer counts from a start of the machine in whole seconds.
  private static Map<String, Object> measure(boolean training, Instant begun) {
    try (Backend backend = Backends.cpu();
        ProgramRun run = new ProgramRun(backend, training, 36, 32, 4, 32)) {
      run.run();
      double first = Duration.between(begun, Instant.now()).toNanos() / 1e9;

      double[] times = new double[4_000_000];
      int calls = 0;
      long start = System.nanoTime();
      long last = start;
      while (calls < times.length && last - start < SECONDS * 1e9) {
        run.run();
        long now = System.nanoTime();
        times[calls++] = (now - last) / 1e6;
        last = now;
      }
      double[] settled = Arrays.copyOfRange(times, calls * 3 / 4, calls);
      double median = Ratio.median(settled);
      int slow = 0;
      for (double time : settled) {
        slow += time > 3 * median ? 1 : 0;
      }
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("firstSeconds", first);
      result.put("firstCallsMilliseconds", Ratio.median(Arrays.copyOf(times, 20)));
      result.put("settledMilliseconds", median);
      result.put("settledSlowCallsPercent", 100.0 * slow / settled.length);
      result.put("slowestMilliseconds", Arrays.stream(times).max().orElse(0));
      return result;
    }
  }
}
