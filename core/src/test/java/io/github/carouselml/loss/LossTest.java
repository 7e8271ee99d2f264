package io.github.carouselml.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Objective;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Losses against their definition in double, gradients against its finite differences.
class LossTest {
  private static final int[][] BATCHES = {{3, 1, 0, 5}, {1}, {0}, {}};
  private static final int TARGETS = 3;

  private enum Weights {
    NONE,
    BY_ROW,
    BY_ELEMENT
  }

  static List<LossSpec> losses() {
    return List.of(
        new LossSpec.Squared(),
        new LossSpec.Absolute(),
        new LossSpec.Huber(0.7),
        new LossSpec.Quantile(List.of(0.1, 0.5, 0.95)),
        new LossSpec.Gaussian());
  }

  private static double value(LossSpec loss, double[] p, double[] t, double[] w) {
    double sum = 0;
    double weight = 0;
    int width = TARGETS * loss.outputBlocks();
    for (int i = 0; i < t.length; i++) {
      int row = i / TARGETS;
      int j = i % TARGETS;
      if (w[i] == 0) {
        continue;
      }
      double y = p[row * width + j];
      double e = y - t[i];
      switch (loss) {
        case LossSpec.Squared() -> {
          sum += w[i] * e * e;
          weight += w[i];
        }
        case LossSpec.Absolute() -> {
          sum += w[i] * Math.abs(e);
          weight += w[i];
        }
        case LossSpec.Huber(double d) -> {
          sum += w[i] * (Math.abs(e) <= d ? e * e / 2 : d * (Math.abs(e) - d / 2));
          weight += w[i];
        }
        case LossSpec.Quantile(var levels) -> {
          for (int q = 0; q < levels.size(); q++) {
            double miss = t[i] - p[row * width + q * TARGETS + j];
            double level = levels.get(q).floatValue();
            sum += w[i] * Math.max(level * miss, (level - 1) * miss);
            weight += w[i];
          }
        }
        case LossSpec.Gaussian() -> {
          double s = p[row * width + TARGETS + j];
          double deviation = StrictMath.log1p(StrictMath.exp(s)) + 1e-4;
          sum +=
              w[i]
                  * (e * e / (2 * deviation * deviation)
                      + StrictMath.log(deviation)
                      + StrictMath.log(2 * StrictMath.PI) / 2);
          weight += w[i];
        }
        case LossSpec.CrossEntropy() -> throw new AssertionError();
      }
    }
    return weight == 0 ? 0 : sum / weight;
  }

  @ParameterizedTest
  @MethodSource("losses")
  void mean_loss(LossSpec loss) {
    for (int[] lengths : BATCHES) {
      for (Weights weights : Weights.values()) {
        check(loss, lengths, weights, 3);
      }
    }
  }

  private static void check(LossSpec loss, int[] lengths, Weights weights, long seed) {
    String where = loss + " " + Arrays.toString(lengths) + " " + weights + " seed " + seed;
    Random random = new Random(seed);
    Rows rows = new Rows(6, 4);
    rows.set(lengths, lengths.length);
    int width = TARGETS * loss.outputBlocks();
    int n = rows.count();
    float[] p = numbers(random, n * width, 0.1);
    float[] t = numbers(random, n * TARGETS, 1.7);
    int weightFeatures = weights == Weights.BY_ELEMENT ? TARGETS : 1;
    float[] w = new float[n * weightFeatures];
    for (int i = 0; i < w.length; i++) {
      w[i] = i % 4 == 1 ? 0 : 0.5f + random.nextFloat();
    }
    double[] each = new double[n * TARGETS];
    for (int i = 0; i < each.length; i++) {
      each[i] =
          switch (weights) {
            case NONE -> 1;
            case BY_ROW -> w[i / TARGETS];
            case BY_ELEMENT -> w[i];
          };
      if (each[i] == 0) {
        t[i] = Float.NaN; // what has no weight may hold anything
      }
    }

    Backend backend = new OpaqueBackend(TestBackends.plain()).poison();
    Parameters none = Parameters.allocate(backend, List.of(), true);
    Tape tape = new Tape(backend, none, Tape.Mode.TRAIN, 1);
    RowSpace steps = new RowSpace.Steps(rows);
    Tensor prediction = tape.inputWithGradient("p", steps, width);
    Tensor target = tape.input("t", steps, TARGETS);
    Tensor weight =
        weights == Weights.NONE ? null : tape.inputWithGradient("w", steps, weightFeatures);
    Objective one = MeanLoss.of(loss, prediction, target, weight, 0.75f);
    // a second loss makes the first one add its gradient
    MeanLoss.of(loss, prediction, target, weight, 0.25f);
    try (Program program = tape.program()) {
      program.upload(prediction, p);
      program.upload(target, t);
      if (weight != null) {
        program.upload(weight, w);
      }
      double[] pd = doubles(p);
      double[] td = doubles(t);
      double expected = value(loss, pd, td, each);
      assertThat(program.evaluate(0)).as(where).isCloseTo(expected, within(expected));
      assertThat(program.train(0, 2)).as(where).isCloseTo(expected, within(expected));
      assertThat(one.value()).as(where).isCloseTo(expected, within(expected));
      float[] gradient = new float[p.length];
      program.downloadGradient(prediction, gradient);
      for (int i = 0; i < p.length; i++) {
        double kept = pd[i];
        pd[i] = kept + 1e-5;
        double up = value(loss, pd, td, each);
        pd[i] = kept - 1e-5;
        double down = value(loss, pd, td, each);
        pd[i] = kept;
        double difference = 2 * (up - down) / 2e-5;
        assertThat((double) gradient[i])
            .as("%s, gradient %d", where, i)
            .isCloseTo(difference, within(difference));
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double expected) {
    return org.assertj.core.data.Offset.offset(1e-5 * Math.max(1, Math.abs(expected)));
  }

  private static float[] numbers(Random random, int count, double from) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (from + random.nextDouble());
    }
    return numbers;
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  // ---- cross-entropy ----------------------------------------------------------------------------

  private record Classes(float[] x, float[] W, float[] b, int[] target, float[] w, int count) {
    double value(double[] x, double[] W, double[] b) {
      int features = count == 0 ? 0 : W.length / count;
      double sum = 0;
      double weight = 0;
      for (int r = 0; r < target.length; r++) {
        if (target[r] < 0) {
          continue;
        }
        double[] z = b.clone();
        double total = 0;
        for (int c = 0; c < count; c++) {
          for (int k = 0; k < features; k++) {
            z[c] += W[c * features + k] * x[r * features + k];
          }
          total += StrictMath.exp(z[c]);
        }
        sum += w[r] * (StrictMath.log(total) - z[target[r]]);
        weight += w[r];
      }
      return weight == 0 ? 0 : sum / weight;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 17, 9_000})
  void linear_softmax_cross_entropy(int classes) {
    for (int[] lengths : classes > 100 ? new int[][] {{14, 9, 0, 11}} : BATCHES) {
      cross(classes, lengths, false, 5);
      cross(classes, lengths, true, 6);
    }
  }

  /// With 9,000 classes a block has 29 rows, so 34 rows take two blocks.
  private static void cross(int classes, int[] lengths, boolean weighted, long seed) {
    String where = classes + " classes, " + Arrays.toString(lengths) + ", seed " + seed;
    Random random = new Random(seed);
    Rows rows = new Rows(14, 4);
    rows.set(lengths, lengths.length);
    int features = 3;
    int n = rows.count();
    int[] target = new int[n];
    float[] w = new float[n];
    for (int r = 0; r < n; r++) {
      target[r] = !weighted && r % 3 == 2 ? -1 : random.nextInt(classes);
      w[r] = weighted ? (r % 3 == 1 ? 0 : 0.5f + random.nextFloat()) : 1;
    }
    Classes problem =
        new Classes(
            numbers(random, n * features, -0.5),
            numbers(random, classes * features, -0.5),
            numbers(random, classes, -0.5),
            target,
            w,
            classes);
    double[] x = doubles(problem.x);
    double[] W = doubles(problem.W);
    double[] b = doubles(problem.b);
    double expected = problem.value(x, W, b);

    Backend backend = new OpaqueBackend(TestBackends.plain());
    Parameters parameters =
        Parameters.allocate(
            backend,
            List.of(
                new ParameterSpec("W", new Layout.Matrix(classes, features), Role.INPUT_WEIGHT),
                new ParameterSpec("b", new Layout.Vector(classes), Role.BIAS)),
            true);
    parameters.set("W", problem.W);
    parameters.set("b", problem.b);
    backend = ((OpaqueBackend) backend).poison();
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
    RowSpace steps = new RowSpace.Steps(rows);
    Tensor input = tape.inputWithGradient("x", steps, features);
    Tensor weight = weighted ? tape.input("w", steps, 1) : null;
    Indices indices = tape.indices("classes", steps);
    System.arraycopy(target, 0, indices.values(), 0, n);
    LinearCrossEntropy.of(input, parameters.get("W"), parameters.get("b"), indices, weight, 1);
    try (Program program = tape.program()) {
      program.upload(input, problem.x);
      if (weight != null) {
        program.upload(weight, w);
      }
      assertThat(program.evaluate(0)).as(where).isCloseTo(expected, within(expected));
      assertThat(program.train(0, 1)).as(where).isCloseTo(expected, within(expected));
      float[] dx = new float[problem.x.length];
      program.downloadGradient(input, dx);
      differences(where + " dx", problem, x, W, b, x, dx);
      differences(where + " dW", problem, x, W, b, W, parameters.gradient("W"));
      differences(where + " db", problem, x, W, b, b, parameters.gradient("b"));
    }
  }

  private static void differences(
      String where, Classes problem, double[] x, double[] W, double[] b, double[] of, float[] got) {
    // a few of very many
    for (int i = 0; i < of.length; i += Math.max(1, of.length / 9)) {
      double kept = of[i];
      of[i] = kept + 1e-4;
      double up = problem.value(x, W, b);
      of[i] = kept - 1e-4;
      double down = problem.value(x, W, b);
      of[i] = kept;
      double difference = (up - down) / 2e-4;
      assertThat((double) got[i]).as("%s %d", where, i).isCloseTo(difference, within(difference));
    }
  }

  @Test
  void refuses_what_cannot_be_compared() {
    Backend backend = TestBackends.plain();
    Parameters parameters =
        Parameters.allocate(
            backend,
            List.of(new ParameterSpec("head", new Layout.Matrix(4, 2), Role.INPUT_WEIGHT)),
            true);
    Rows rows = new Rows(2, 2);
    rows.set(new int[] {2}, 1);
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
    RowSpace steps = new RowSpace.Steps(rows);
    Tensor x = tape.input("x", steps, 2);
    Tensor y = tape.input("y", steps, 3);
    Tensor last = tape.input("last", new RowSpace.Sequences(rows), 2);
    assertThatThrownBy(() -> MeanLoss.of(new LossSpec.Squared(), x, y))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("'x' (one row per step, 2 features)")
        .hasMessageContaining("3 features");
    assertThatThrownBy(() -> MeanLoss.of(new LossSpec.Squared(), x, last))
        .hasMessageContaining("same rows");
    Indices indices = tape.indices("classes", steps);
    indices.values()[1] = 4;
    LinearCrossEntropy.of(x, parameters.get("head"), null, indices, null, 1);
    Program program = tape.program();
    assertThatThrownBy(() -> program.evaluate(0))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("Class 4")
        .hasMessageContaining("knows 4 classes");
  }
}
