package io.github.carouselml.benchmarks;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.layer.Stepper;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// What do weights in fewer bits bring, and what do they cost?
/// `benchmarks/precision [--threads N,N] [--rounds N]`: one step of a stream through an LSTM with each
/// precision of its weights, in alternation, and the error that a network trained in float32 has with
/// each of them ([Forecast]).
final class Precision {
  private static final int[][] SIZES = {{32, 32}, {64, 128}, {128, 128}, {256, 256}, {512, 512}};
  private static final double WARM_UP = 1;
  private static final double ROUND = 0.02;

  private Precision() {}

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.of(args, "--threads", "--rounds");
    int[] threads = settings.counts("--threads", 1, 2);
    int rounds = settings.count("--rounds", 25);
    List<Object> steps = new ArrayList<>();
    for (int count : threads) {
      BackendOptions options = new BackendOptions().withKernels("simd").withThreads(count);
      try (Backend backend = Backends.open("cpu", options)) {
        for (int[] size : SIZES) {
          steps.addAll(race(backend, count, size[0], size[1], rounds));
        }
      }
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("steps", steps);
    content.put("task", Forecast.TASK);
    content.put("errors", Forecast.errors());
    ResultFile.write("precision", args, content);
  }

  /// A stepper and the times of its steps.
  private static final class Runner {
    final WeightPrecision precision;
    final Stepper stepper;
    final float[] x;
    final float[] y;
    final List<Double> medians = new ArrayList<>();
    final List<Double> slow = new ArrayList<>();

    Runner(Backend backend, Parameters parameters, Recurrent stack, WeightPrecision precision) {
      this.precision = precision;
      stepper = new Stepper(backend, parameters, stack, null, precision);
      x = Drawn.floats(new Random(1), stack.inputSize());
      y = new float[stack.outputSize()];
    }

    /// Nanoseconds of a step.
    double run(double seconds) {
      long start = System.nanoTime();
      long steps = 0;
      while (System.nanoTime() - start < seconds * 1e9) {
        for (int i = 0; i < 20; i++) {
          stepper.step(x, y);
        }
        steps += 20;
      }
      return (double) (System.nanoTime() - start) / steps;
    }

    /// The times of single steps, the clock's own reading included.
    void sample(int count) {
      double[] times = new double[count];
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        stepper.step(x, y);
        times[i] = (System.nanoTime() - start) / 1e3;
      }
      Arrays.sort(times);
      medians.add(times[count / 2]);
      slow.add(times[count * 99 / 100]);
    }
  }

  private static List<Object> race(
      Backend backend, int threads, int inputs, int hidden, int rounds) {
    Recurrent stack = new Recurrent("lstm", inputs, new CellSpec.Lstm(hidden));
    Parameters parameters = Layer.initialize(backend, List.of(stack), 1);
    List<Runner> runners = new ArrayList<>();
    int[] counts = new int[WeightPrecision.values().length];
    for (WeightPrecision precision : WeightPrecision.values()) {
      Runner runner = new Runner(backend, parameters, stack, precision);
      counts[runners.size()] = (int) Math.max(200, ROUND * 1e9 / runner.run(WARM_UP));
      runners.add(runner);
    }
    for (int round = 0; round < rounds; round++) {
      for (int r = 0; r < runners.size(); r++) {
        runners.get(r).run(ROUND / 4); // its weights come back into the caches
        runners.get(r).sample(counts[r]);
      }
    }
    List<Object> lines = new ArrayList<>();
    for (Runner runner : runners) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("threads", threads);
      line.put("inputs", inputs);
      line.put("units", hidden);
      line.put("precision", runner.precision.name());
      line.put("p50Microseconds", Ratio.median(runner.medians));
      line.put("p99Microseconds", Ratio.median(runner.slow));
      lines.add(line);
      System.out.printf(
          Locale.ROOT,
          "%d threads, I=%d H=%d %-8s p50 %8.3f  p99 %8.3f µs%n",
          threads,
          inputs,
          hidden,
          runner.precision,
          Ratio.median(runner.medians),
          Ratio.median(runner.slow));
    }
    return lines;
  }
}
