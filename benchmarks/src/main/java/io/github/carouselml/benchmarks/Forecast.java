package io.github.carouselml.benchmarks;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.layer.Stepper;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.Samples;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A network to measure the error of fewer bits with: the delay equation of Mackey & Glass (1977),
/// `x' = 0.2 x(t-17) / (1 + x(t-17)¹⁰) - 0.1 x`, six steps ahead of each step. Its numbers are the same
/// everywhere, its truth is known to every digit, and nothing in it is noise that would hide an error.
/// Two layers of 128 units learn from the first part of the series, in float32; then a stream runs
/// through the rest without a reset.
final class Forecast {
  static final String TASK =
      "Mackey-Glass series, six steps ahead; 2 x LSTM(128) trained in float32; a stream of 3000 steps";

  private static final int DELAY = 17;
  private static final int AHEAD = 6;
  private static final int TRAINED = 4000;
  private static final int STREAMED = 3000;
  private static final int SETTLING = 100;
  private static final int STEPS = 64;
  private static final int EPOCHS = 60;

  private static final float MEAN = 0.93f;
  private static final float SPREAD = 0.225f;

  private static final Recurrent STACK =
      new Recurrent("lstm", 1, new CellSpec.Lstm(128), new CellSpec.Lstm(128));
  private static final Dense HEAD = new Dense("head", 128, 1);

  private Forecast() {}

  /// Ten small steps of Euler's method for each step of the series.
  private static float[] series(int count) {
    int fine = 10;
    double[] x = new double[(count + 300) * fine];
    Arrays.fill(x, 0, DELAY * fine + 1, 1.2);
    for (int t = DELAY * fine; t + 1 < x.length; t++) {
      double late = x[t - DELAY * fine];
      double squared = late * late;
      double fourth = squared * squared;
      double tenth = fourth * fourth * squared;
      x[t + 1] = x[t] + (0.2 * late / (1 + tenth) - 0.1 * x[t]) / fine;
    }
    float[] series = new float[count];
    for (int t = 0; t < count; t++) {
      series[t] = ((float) x[(t + 300) * fine] - MEAN) / SPREAD;
    }
    return series;
  }

  /// For each precision, how far its forecasts are from those of float32, and how far from the truth.
  static List<Object> errors() throws IOException {
    float[] series = series(TRAINED + STREAMED + AHEAD);
    List<Object> lines = new ArrayList<>();
    try (Backend backend = Backends.cpu()) {
      Parameters parameters = Layer.initialize(backend, List.of(STACK, HEAD), 1);
      TrainSpec spec =
          new TrainSpec(EPOCHS, 16)
              .withOptimizer(new Optimizer.Adam(0.003))
              .withSchedule(new Schedule.Cosine(0, 0))
              .withClipping(Clipping.byNorm(1));
      try (Trainer trainer =
          new Trainer(new TrainJob(spec, backend, parameters, windows(series)))) {
        trainer.run();
      }
      float[] exact = new float[0];
      for (WeightPrecision precision : WeightPrecision.values()) {
        float[] y = stream(new Stepper(backend, parameters, STACK, HEAD, precision), series);
        exact = exact.length == 0 ? y : exact;
        lines.add(line(precision, y, exact, series));
      }
    }
    return lines;
  }

  private static float[] stream(Stepper stepper, float[] series) {
    float[] x = new float[1];
    float[] y = new float[1];
    float[] all = new float[STREAMED];
    for (int t = 0; t < STREAMED; t++) {
      x[0] = series[TRAINED + t];
      stepper.step(x, y);
      all[t] = y[0];
    }
    return all;
  }

  private static Map<String, Object> line(
      WeightPrecision precision, float[] y, float[] exact, float[] series) {
    double square = 0;
    double most = 0;
    double truth = 0;
    double percent = 0;
    int count = STREAMED - SETTLING;
    for (int t = SETTLING; t < STREAMED; t++) {
      double off = y[t] - exact[t];
      square += off * off;
      most = Math.max(most, Math.abs(off));
      double right = series[TRAINED + t + AHEAD];
      truth += (y[t] - right) * (y[t] - right);
      percent += Math.abs((y[t] - right) * SPREAD / (right * SPREAD + MEAN));
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("precision", precision.name());
    line.put("rmsFromFloat32", Math.sqrt(square / count));
    line.put("mostFromFloat32", most);
    line.put("rmsFromTruth", Math.sqrt(truth / count));
    line.put("mapePercent", 100 * percent / count);
    System.out.printf(
        Locale.ROOT,
        "%-8s from float32: rms %.2e, at most %.2e; from the truth: rms %.5f, MAPE %.4f %%%n",
        precision,
        Math.sqrt(square / count),
        most,
        Math.sqrt(truth / count),
        100 * percent / count);
    return line;
  }

  /// Windows of 64 steps, each beginning 16 steps after the one before.
  private static Samples windows(float[] series) {
    return new Samples() {
      @Override
      public int size() {
        return (TRAINED - STEPS - AHEAD) / 16;
      }

      @Override
      public Batch record(Tape tape, int capacity) {
        Rows rows = new Rows(STEPS, capacity);
        Tensor x = tape.input("x", new RowSpace.Steps(rows), 1);
        Tensor y = tape.input("y", new RowSpace.Steps(rows), 1);
        MeanLoss.of(new LossSpec.Squared(), HEAD.apply(STACK.apply(x)), y);
        int[] lengths = new int[capacity];
        Arrays.fill(lengths, STEPS);
        float[] xs = new float[capacity * STEPS];
        float[] ys = new float[capacity * STEPS];
        return (program, samples, from, count) -> {
          rows.set(lengths, count);
          for (int i = 0; i < count; i++) {
            for (int t = 0; t < STEPS; t++) {
              int at = samples[from + i] * 16 + t;
              xs[rows.row(t, i)] = series[at];
              ys[rows.row(t, i)] = series[at + AHEAD];
            }
          }
          program.upload(x, xs);
          program.upload(y, ys);
          return rows.count();
        };
      }
    };
  }
}
