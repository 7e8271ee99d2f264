package io.github.carouselml.benchmarks;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// How does the cost grow? `benchmarks/scaling`: an LSTM's training step against the batch, the
/// steps, the inputs, the units, the layers and the threads, one at a time from T = 64, B = 16, I = 64, H = 128,
/// each curve with the exponent that fits it.
final class Scaling {
  private static final int T = 64;
  private static final int B = 16;
  private static final int I = 64;
  private static final int H = 128;
  private static final int SAMPLES = 15;

  private Scaling() {}

  public static void main(String[] args) throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    List<Object> curves = new ArrayList<>();
    BackendOptions options = new BackendOptions().withKernels("simd").withThreads(threads);
    try (Backend backend = Backends.open("cpu", options)) {
      curves.add(
          curve("B", new int[] {1, 2, 4, 8, 16, 32, 64, 128}, b -> run(backend, T, b, I, H)));
      curves.add(
          curve("T", new int[] {8, 16, 32, 64, 128, 256, 512}, t -> run(backend, t, B, I, H)));
      curves.add(curve("I", new int[] {16, 32, 64, 128, 256, 512}, i -> run(backend, T, B, i, H)));
      curves.add(curve("layers", new int[] {1, 2, 4, 8}, n -> layers(backend, n)));
      curves.add(curve("H", new int[] {16, 32, 64, 128, 256, 512}, h -> run(backend, T, B, I, h)));
    }
    int[] teams = new int[threads];
    Arrays.setAll(teams, i -> i + 1);
    List<Backend> opened = new ArrayList<>();
    try {
      curves.add(
          curve(
              "threads",
              teams,
              n -> {
                Backend backend =
                    Backends.open("cpu", new BackendOptions().withKernels("simd").withThreads(n));
                opened.add(backend);
                return run(backend, T, B, I, H);
              }));
    } finally {
      opened.forEach(Backend::close);
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("threads", threads);
    content.put("base", "LSTM training step, T=64 B=16 I=64 H=128");
    content.put("curves", curves);
    ResultFile.write("scaling", args, content);
  }

  private static List<PlanRun> run(Backend backend, int steps, int batch, int inputs, int hidden) {
    int[] lengths = new int[batch];
    Arrays.fill(lengths, steps);
    return List.of(new PlanRun(backend, new CellSpec.Lstm(hidden), inputs, lengths, steps, true));
  }

  private static List<PlanRun> layers(Backend backend, int count) {
    List<PlanRun> layers = new ArrayList<>(run(backend, T, B, I, H));
    for (int layer = 1; layer < count; layer++) {
      layers.addAll(run(backend, T, B, H, H));
    }
    return layers;
  }

  private static Map<String, Object> curve(
      String name, int[] sizes, IntFunction<List<PlanRun>> make) {
    double[] milliseconds = new double[sizes.length];
    double[] rates = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      List<PlanRun> layers = make.apply(sizes[i]);
      layers.forEach(layer -> layer.warmUp(1.5));
      double[] times = new double[SAMPLES];
      int runs = (int) Math.max(1, 20 / time(layers));
      for (int s = 0; s < SAMPLES; s++) {
        for (int r = 0; r < runs; r++) {
          times[s] += time(layers) / runs;
        }
      }
      double operations = layers.stream().mapToDouble(PlanRun::operations).sum();
      milliseconds[i] = Ratio.median(times);
      rates[i] = operations / milliseconds[i] / 1e6;
      System.out.printf(
          "%s = %4d %10.3f ms %8.1f GFLOP/s%n", name, sizes[i], milliseconds[i], rates[i]);
    }
    double exponent = exponent(sizes, milliseconds);
    System.out.printf("time grows with %s to the power %.2f%n%n", name, exponent);
    Map<String, Object> curve = new LinkedHashMap<>();
    curve.put("against", name);
    curve.put("sizes", Arrays.stream(sizes).boxed().toList());
    curve.put("milliseconds", Arrays.stream(milliseconds).boxed().toList());
    curve.put("gflops", Arrays.stream(rates).boxed().toList());
    curve.put("exponent", exponent);
    return curve;
  }

  private static double time(List<PlanRun> layers) {
    return layers.stream().mapToDouble(PlanRun::time).sum();
  }

  /// The slope of the least-squares line through (log size, log time).
  private static double exponent(int[] sizes, double[] milliseconds) {
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < sizes.length; i++) {
      double lx = StrictMath.log(sizes[i]);
      double ly = StrictMath.log(milliseconds[i]);
      x += lx;
      y += ly;
      xx += lx * lx;
      xy += lx * ly;
    }
    int n = sizes.length;
    return (n * xy - x * y) / (n * xx - x * x);
  }
}
