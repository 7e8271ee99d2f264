package io.github.carouselml.benchmarks;

import io.github.carouselml.inspect.Profile;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Sizes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What does everything around the LSTM cost? `benchmarks/around [--threads N] [--seconds S]
/// [--only TEXT]`: whole training steps by the trainer, with AdamW and clipping, an LSTM in the
/// middle and an end of some kind; of each step the share that is neither a matrix product nor the
/// LSTM, and how fast the products of the output layer are. Each kind of end trains for ten seconds
/// before its first entry is measured: so long it takes until its kernels are compiled and its steps
/// take the same time. And, for one sequence of the largest LSTM, the rate at which weights are read,
/// beside the rate at which this machine reads.
final class Around {
  private record Entry(String name, AroundRun run, int hidden, int classes) {}

  private static final double WARM_UP = 10;

  private Around() {}

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.of(args, "--threads", "--seconds", "--only");
    int threads = settings.count("--threads", 2);
    double seconds = settings.seconds("--seconds", 1);
    String only = settings.text("--only", "");
    Peak.best(threads); // compiled now
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("threads", threads);
    BackendOptions options = new BackendOptions().withKernels("simd").withThreads(threads);
    List<Object> lines = new ArrayList<>();
    try (Backend backend = Backends.open("cpu", options)) {
      new AroundRun(AroundRun.End.VOCABULARY, 1_000, 64, 32, 128).train(backend, WARM_UP, () -> {});
      for (Entry entry : entries()) {
        if (entry.name().contains(only)) {
          if (entry.classes() < 1_000) { // its kernels are not those of vocabularies
            entry.run().train(backend, WARM_UP, () -> {});
          }
          lines.add(measure(backend, entry, seconds, threads));
        }
      }
      content.put("steps", lines);
      if ("bandwidth".contains(only)) {
        content.put("bandwidth", bandwidth(backend, threads));
      }
    }
    if (only.isEmpty()) {
      ResultFile.write("around", args, content);
    }
  }

  private static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (int vocabulary : new int[] {1_000, 10_000, 50_000}) {
      for (int hidden : new int[] {128, 256, 512}) {
        entries.add(
            new Entry(
                "%,d words, H = %d".formatted(vocabulary, hidden),
                new AroundRun(AroundRun.End.VOCABULARY, vocabulary, 64, 32, hidden),
                hidden,
                vocabulary));
      }
    }
    entries.add(
        new Entry(
            "attention, 4 heads, H = 256",
            new AroundRun(AroundRun.End.ATTENTION, 16, 128, 32, 256),
            256,
            16));
    entries.add(
        new Entry(
            "CTC, 40 classes, labels of 30, H = 256",
            new AroundRun(AroundRun.End.CTC, 40, 200, 32, 256),
            256,
            40));
    entries.add(
        new Entry(
            "CRF, 20 tags, H = 256", new AroundRun(AroundRun.End.CRF, 20, 128, 32, 256), 256, 20));
    return entries;
  }

  private static Map<String, Object> measure(
      Backend backend, Entry entry, double seconds, int threads) throws Exception {
    Profile profile = new Profile(() -> 0);
    List<Profile.Line> begin = new ArrayList<>();
    Backend watched = profile.of(backend, _ -> {});
    double before = Peak.now(threads);
    double[] times = entry.run().train(watched, seconds, () -> begin.addAll(profile.lines()));
    double peak = (before + Peak.now(threads)) / 2;
    List<Profile.Line> lines = since(begin, profile.lines());
    double whole = Arrays.stream(times).sum() / 1e3;
    double products = seconds(lines, Around::isProduct);
    double lstm = seconds(lines, line -> line.operation().startsWith("recurrent"));
    String sizes = entry.hidden() + " to " + entry.classes();
    String turned = Sizes.stride(entry.classes()) + " to " + entry.hidden();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("name", entry.name());
    result.put("peakGflops", peak);
    result.put("milliseconds", Ratio.median(times));
    result.put("lstmShare", lstm / whole);
    result.put("productShare", (products - lstm) / whole);
    result.put("aroundShare", 1 - products / whole);
    result.put("forwardOfPeak", rate(lines, "dense forward " + sizes) / peak);
    result.put("dataOfPeak", rate(lines, "dense backwardData " + turned) / peak);
    result.put("weightsOfPeak", rate(lines, "dense backwardWeights " + sizes) / peak);
    Map<String, Object> around = new LinkedHashMap<>();
    for (Profile.Line line : lines) {
      if (!isProduct(line) && line.seconds() > 0.002 * whole) {
        around.put(line.operation(), line.seconds() / whole);
      }
    }
    result.put("around", around);
    result.forEach((name, value) ->
        System.out.printf("%s%s%n", name.equals("name") ? "" : "    " + name + " ", value));
    return result;
  }

  /// Whether it is the LSTM or a dense product. Attention has products too, but all of its time counts
  /// as around.
  private static boolean isProduct(Profile.Line line) {
    return line.flops() > 0 && !line.operation().startsWith("attention");
  }

  /// What was counted after the first lines.
  private static List<Profile.Line> since(List<Profile.Line> first, List<Profile.Line> all) {
    Map<String, Profile.Line> before = new LinkedHashMap<>();
    first.forEach(line -> before.put(line.operation(), line));
    List<Profile.Line> since = new ArrayList<>();
    for (Profile.Line line : all) {
      Profile.Line old = before.get(line.operation());
      since.add(
          old == null
              ? line
              : new Profile.Line(
                  line.operation(),
                  line.calls() - old.calls(),
                  line.seconds() - old.seconds(),
                  line.flops() - old.flops(),
                  line.bytes() - old.bytes(),
                  line.allocated() - old.allocated()));
    }
    return since;
  }

  private static double seconds(List<Profile.Line> lines, Predicate<Profile.Line> which) {
    return lines.stream().filter(which).mapToDouble(Profile.Line::seconds).sum();
  }

  /// GFLOP/s of one operation.
  private static double rate(List<Profile.Line> lines, String operation) {
    return lines.stream()
        .filter(line -> line.operation().equals(operation))
        .mapToDouble(line -> line.flops() / line.seconds() / 1e9)
        .findFirst()
        .orElse(0);
  }

  /// One sequence reads every weight of the recurrent product at each step, forward, and those of
  /// its transposed copy backward: that is what its training step waits for.
  private static Map<String, Object> bandwidth(Backend backend, int threads) throws Exception {
    int steps = 128;
    int inputs = 512;
    int hidden = 1024;
    PlanRun run =
        new PlanRun(backend, new CellSpec.Lstm(hidden), inputs, new int[] {steps}, steps, true);
    run.warmUp(3);
    double[] times = new double[20];
    Arrays.setAll(times, _ -> run.time());
    double recurrent = 4.0 * 4 * hidden * hidden;
    double bytes = 2 * (steps * recurrent + 4.0 * 4 * hidden * inputs); // W once each way
    double limit = ReadSpeed.measure(threads, 4 * hidden * hidden);
    double milliseconds = Ratio.median(times);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("shape", "training T=%d B=1 I=%d H=%d".formatted(steps, inputs, hidden));
    line.put("milliseconds", milliseconds);
    line.put("weightBytes", bytes);
    line.put("gigabytesPerSecond", bytes / milliseconds / 1e6);
    line.put("limitGigabytesPerSecond", limit);
    System.out.printf(
        "%s: %.1f ms, weights at %.1f GB/s, this machine reads %.0f MiB again and again at %.1f"
            + " GB/s%n",
        line.get("shape"), milliseconds, bytes / milliseconds / 1e6, recurrent / (1 << 20), limit);
    return line;
  }
}
