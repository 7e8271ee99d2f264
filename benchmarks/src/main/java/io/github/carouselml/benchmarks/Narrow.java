package io.github.carouselml.benchmarks;

import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.simd.VectorProducts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// How fast are the products where vectors are narrow, and without them?
/// `benchmarks/narrow [--seconds N]`: one core multiplies with a matrix of panels of 16 units, in JVMs
/// of their own for each width of vectors, beside that JVM's own peak of fused multiply-adds. Peak and
/// products take turns, and the medians of their ratios are shown. Plain loops have no peak of their
/// own; what counts there are the GFLOP/s.
final class Narrow {
  private static final int ROUNDS = 15;
  private static final int COLUMNS = 4 * Products.LANES;

  /// What a JVM is started with.
  private enum Machine {
    WIDE("the machine's own vectors", "vector"),
    AVX_2("-XX:UseAVX=2", "vector"),
    BYTES_16("-XX:MaxVectorSize=16", "vector"),
    AVX_2_BYTES_16("-XX:UseAVX=2 -XX:MaxVectorSize=16", "vector"),
    PLAIN("plain loops", "plain"),
    PLAIN_AVX_2("plain loops, -XX:UseAVX=2", "plain"),
    PLAIN_BYTES_16("plain loops, -XX:MaxVectorSize=16", "plain");

    final String title;
    final String kernels;

    Machine(String title, String kernels) {
      this.title = title;
      this.kernels = kernels;
    }

    List<String> flags() {
      return Arrays.stream(title.split("[ ,]+", -1)).filter(w -> w.startsWith("-XX")).toList();
    }
  }

  /// `C = A B`, or the gradient `C += Aᵀ B` of a weight matrix, for so many panels.
  private record Shape(String name, boolean gradient, int rows, int panels, int inner) {
    double operations() {
      return 2.0 * rows * panels * COLUMNS * inner;
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("32 rows, 384 to 1024", false, 32, 16, 384),
          new Shape("64 rows, 768 to 2048", false, 64, 32, 768),
          new Shape("1 row, 192 to 512", false, 1, 8, 192),
          new Shape("gradient of 256 to 1024 over 1024 rows", true, 256, 16, 1024));

  private Narrow() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 3 && args[0].equals("measure")) {
      System.out.println(Json.write(measure(args[1], Double.parseDouble(args[2])), -1));
      return;
    }
    double seconds = Settings.of(args, "--seconds").seconds("--seconds", 2);
    List<Object> machines = new ArrayList<>();
    for (Machine machine : Machine.values()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("vectors", machine.title);
      Map<?, ?> measured = process(machine, seconds);
      measured.forEach((key, value) -> line.put(String.valueOf(key), value));
      machines.add(line);
      System.out.println(machine.title);
      System.out.println("  " + Json.write(measured, -1));
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("machines", machines);
    ResultFile.write("narrow", args, content);
  }

  private static Map<?, ?> process(Machine machine, double seconds)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(machine.flags());
    options.add("-XX:+IgnoreUnrecognizedVMOptions");
    return (Map<?, ?>)
        Json.parse(
            OtherJvm.output(
                options, Narrow.class, "measure", machine.kernels, Double.toString(seconds)));
  }

  private static Map<String, Object> measure(String kernels, double seconds) throws Exception {
    Products products = kernels.equals("vector") ? new VectorProducts() : new PlainProducts();
    Map<String, Object> result = new LinkedHashMap<>();
    double[] peaks = new double[SHAPES.size() * ROUNDS];
    List<Object> lines = new ArrayList<>();
    Peak.best(1); // compiled now
    int peak = 0;
    for (Shape shape : SHAPES) {
      Runnable run = run(products, shape);
      long begun = System.nanoTime();
      int calls = 0;
      while (System.nanoTime() - begun < seconds * 1e9) {
        run.run();
        calls++;
      }
      int perSample = (int) Math.max(1, calls * 0.02 / seconds);
      double[] rates = new double[ROUNDS];
      double[] ratios = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        double most = Peak.best(1);
        peaks[peak++] = most;
        long start = System.nanoTime();
        for (int i = 0; i < perSample; i++) {
          run.run();
        }
        rates[round] = shape.operations() * perSample / (System.nanoTime() - start);
        ratios[round] = rates[round] / most;
      }
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("product", shape.name());
      line.put("gflops", Ratio.median(rates));
      line.put("ofPeak", Ratio.median(ratios));
      lines.add(line);
    }
    result.put("peakGflops", Ratio.median(peaks));
    result.put("products", lines);
    return result;
  }

  private static Runnable run(Products products, Shape shape) {
    Random random = new Random(7);
    int rows = shape.rows();
    int inner = shape.inner();
    int columns = shape.panels() * COLUMNS;
    float[] c = new float[rows * columns];
    if (shape.gradient()) {
      float[] x = Drawn.floats(random, inner * rows);
      float[] dz = Drawn.floats(random, inner * columns);
      return () -> {
        Arrays.fill(c, 0f);
        for (int p = 0; p < shape.panels(); p++) {
          int panel = p * inner * COLUMNS;
          int at = p * rows * COLUMNS;
          products.multiplyTransposed(
              4, rows, inner, x, 0, rows, dz, panel, COLUMNS, c, at, COLUMNS);
        }
      };
    }
    float[] x = Drawn.floats(random, rows * inner);
    float[] w = Drawn.floats(random, inner * columns);
    float[] bias = Drawn.floats(random, columns);
    return () -> {
      for (int p = 0; p < shape.panels(); p++) {
        int at = p * rows * COLUMNS;
        int panel = p * inner * COLUMNS;
        products.multiply(
            4, rows, 1, inner, x, 0, inner, 0, w, panel, bias, p * COLUMNS, 0, c, at, COLUMNS);
      }
    };
  }
}
