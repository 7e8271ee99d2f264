package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters;
import io.github.carouselml.cell.ReferenceParameters.Parameter;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import io.github.carouselml.train.ClippedNorm;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// What docs/math/common-errors.md says about the LSTM, measured. What it says about wrong
/// gradients is measured by WrongBackwardTest.
class CommonErrorsTest {
  private static final List<Long> SEEDS = List.of(21L, 22L, 23L);

  /// ∂L/∂g = ∂L/∂c i, without (1 - g²): g itself is moved here, not what tanh was given.
  @Test
  void theGradientOfAGateIsNotThatOfItsPreActivation() {
    for (long seed : SEEDS) {
      SplittableRandom random = new SplittableRandom(seed);
      double cPrev = random.nextDouble();
      double i = random.nextDouble();
      double f = random.nextDouble();
      double g = random.nextDouble();
      double o = random.nextDouble();
      double c = f * cPrev + i * g;
      double dC = o * (1 - StrictMath.tanh(c) * StrictMath.tanh(c));
      assertThat(slope(v -> h(cPrev, i, f, v, o), g)).as("g, %d", seed).isCloseTo(dC * i, near());
      assertThat(slope(v -> h(cPrev, v, f, g, o), i)).as("i, %d", seed).isCloseTo(dC * g, near());
      assertThat(slope(v -> h(cPrev, i, v, g, o), f))
          .as("f, %d", seed)
          .isCloseTo(dC * cPrev, near());
      assertThat(slope(v -> h(cPrev, i, f, g, v), o))
          .as("o, %d", seed)
          .isCloseTo(StrictMath.tanh(c), near());
    }
  }

  private static double h(double cPrev, double i, double f, double g, double o) {
    return o * StrictMath.tanh(f * cPrev + i * g);
  }

  private static double slope(DoubleUnaryOperator function, double at) {
    return (function.applyAsDouble(at + 1e-5) - function.applyAsDouble(at - 1e-5)) / 2e-5;
  }

  private static Offset<Double> near() {
    return within(1e-9);
  }

  /// With R = 0 the direct path is all there is, and it is the product of the forget gates.
  @Test
  void theDirectPathIsTheProductOfTheForgetGates() {
    for (long seed : SEEDS) {
      int H = 5;
      int T = 12;
      GradientCheck check = GradientCheck.random(new Lstm(H), 3, T, seed);
      double[] R = check.cell().parameters().get("R");
      double[] W = check.cell().parameters().get("W");
      double[] b = check.cell().parameters().get("b");
      Arrays.fill(R, 0);
      double[] product = new double[H];
      Arrays.fill(product, 1);
      for (double[] x : check.x()) {
        for (int k = 0; k < H; k++) {
          double a = b[H + k];
          for (int j = 0; j < x.length; j++) {
            a += W[(H + k) * x.length + j] * x[j];
          }
          product[k] *= 1 / (1 + StrictMath.exp(-a));
        }
      }
      State ones = new State(new double[H], new double[H]);
      Arrays.fill(ones.c(), 1);
      var back =
          ReferenceSequence.forward(check.cell(), check.x(), check.initial())
              .backward(new double[T][H], ones);
      assertThat(back.dInitial().c()).as("seed %d", seed).containsExactly(product, within(1e-14));
    }
  }

  /// "Additive, so it cannot vanish": forget gates near 0 let nothing through.
  @Test
  void closedForgetGatesMakeTheLstmVanish() {
    for (long seed : SEEDS) {
      double kept = kept(new Lstm(64), 0.1, -5, 1, seed);
      assertThat(kept).as("seed %d", seed).isLessThan(1e-15);
    }
  }

  /// "Additive, so it cannot explode": the full step adds what comes back through R.
  @Test
  void openForgetGatesMakeTheLstmExplode() {
    for (long seed : SEEDS) {
      double kept = kept(new Lstm(64), 0, 5, 1, seed);
      assertThat(kept).as("seed %d", seed).isGreaterThan(1e6);
    }
  }

  /// With inputs at rest tanh' = 1 at every step, and the RNN's gradient does what R does.
  @Test
  void theSpectrumOfTheRecurrentWeightsDecidesInTheRnn() {
    for (long seed : SEEDS) {
      assertThat(kept(new Rnn(64), 0, 0, 1, seed)).as("1.0 Q, %d", seed).isCloseTo(1, within(1e-9));
      assertThat(kept(new Rnn(64), 0, 0, 0.9, seed)).as("0.9 Q, %d", seed).isLessThan(1e-4);
      assertThat(kept(new Rnn(64), 0, 0, 1.1, seed)).as("1.1 Q, %d", seed).isGreaterThan(1e4);
    }
  }

  /// With inputs of size 1 the factor 1 - h² makes an orthogonal RNN vanish, and the LSTM keeps at
  /// least a thousand times more.
  @Test
  void withInputsTheLstmKeepsMoreThanTheRnn() {
    for (long seed : SEEDS) {
      double rnn = kept(new Rnn(64), 1, 0, 1, seed);
      double lstm = kept(new Lstm(64), 1, 1, 1, seed);
      assertThat(rnn).as("seed %d", seed).isLessThan(1e-12);
      assertThat(lstm).as("seed %d, RNN %.1e", seed, rnn).isGreaterThan(1e3 * rnn);
    }
  }

  /// Clipping by the norm shortens what is long. What has vanished comes out as it went in.
  @Test
  void clippingCuresExplosionAndNotVanishing() {
    for (long seed : SEEDS) {
      double exploded = kept(new Lstm(64), 0, 5, 1, seed);
      double vanished = kept(new Rnn(64), 1, 0, 1, seed);
      assertThat(ClippedNorm.of((float) exploded, 1))
          .as("seed %d", seed)
          .isCloseTo(1, within(1e-6));
      assertThat(ClippedNorm.of((float) vanished, 1))
          .as("seed %d", seed)
          .isEqualTo((float) vanished)
          .isPositive()
          .isLessThan(1e-12);
    }
  }

  /// |c_t| ≤ |c_0| + t, and a cell that is told to counts up to it; h stays within ± 1.
  @Test
  void theCellIsBoundedByTheNumberOfStepsOnly() {
    int T = 50;
    for (long seed : SEEDS) {
      GradientCheck check = GradientCheck.random(new Lstm(5), 3, T, seed);
      for (Parameter parameter : check.cell().parameters().all()) {
        for (int k = 0; k < parameter.values().length; k++) {
          parameter.values()[k] *= 10;
        }
      }
      var states = ReferenceSequence.forward(check.cell(), check.x(), check.initial()).states();
      for (int t = 0; t <= T; t++) {
        for (int k = 0; k < 5; k++) {
          double bound = Math.abs(check.initial().c()[k]) + t;
          assertThat(Math.abs(states.get(t).c()[k])).as("seed %d", seed).isLessThanOrEqualTo(bound);
        }
      }
    }
    ReferenceCell counter = ReferenceCell.of(new Lstm(1), 1);
    Arrays.fill(counter.parameters().get("b"), 30);
    var counted = ReferenceSequence.forward(counter, new double[T][1], counter.zeroState());
    assertThat(counted.last().c()[0]).isCloseTo(T, within(1e-9));
    assertThat(counted.last().h()[0]).isLessThanOrEqualTo(1);
  }

  /// 3H weights more; from a cell at 0, i and f see nothing of it and o sees the new one.
  @Test
  void peepholesAddThreeWeightsAUnitAndTheOutputGateSeesTheNewCell() {
    int H = 5;
    GradientCheck check = GradientCheck.random(new Lstm(H).withPeepholes(), 3, 1, 21);
    assertThat(size(check.cell()) - size(ReferenceCell.of(new Lstm(H), 3))).isEqualTo(3 * H);
    State atZero = new State(check.initial().h(), new double[H]);
    double[] dp =
        ReferenceSequence.forward(check.cell(), check.x(), atZero)
            .backward(check.dh(), check.dLast())
            .parameters()
            .get("p");
    assertThat(Arrays.copyOf(dp, 2 * H)).containsOnly(0);
    assertThat(Arrays.copyOfRange(dp, 2 * H, 3 * H)).doesNotContain(0);
  }

  /// A weight of a matrix is one multiplication and addition a step. What is left is, for a unit,
  /// five functions of some twenty operations each and four operations; it is the lesser part, and
  /// the more so the larger the cell.
  @Test
  void mostOfAStepIsMatrixProducts() {
    double before = 0;
    for (int H : new int[] {64, 256}) {
      ReferenceParameters parameters = ReferenceCell.of(new Lstm(H), H).parameters();
      int products = parameters.get("W").length + parameters.get("R").length;
      double ratio = products / (double) (H * (5 * 20 + 4));
      assertThat(products).isEqualTo(4 * H * (H + H));
      assertThat(ratio).as("H = %d", H).isGreaterThan(4).isGreaterThan(before);
      before = ratio;
    }
  }

  private static int size(ReferenceCell cell) {
    return cell.parameters().all().stream().mapToInt(p -> p.values().length).sum();
  }

  /// ‖∂L/∂(h_0, c_0)‖ over 100 steps for ‖∂L/∂h_T‖ = 1, at initialisation: every gate's recurrent
  /// weights `radius` times an orthogonal matrix, input weights Glorot's, biases 0 but the forget
  /// gate's, inputs uniform within ± scale, from a state of zeros.
  static double kept(CellSpec spec, double scale, double forgetBias, double radius, long seed) {
    int T = 100;
    int H = spec.hiddenSize();
    SplittableRandom random = new SplittableRandom(seed);
    ReferenceCell cell = ReferenceCell.of(spec, H);
    ReferenceParameters parameters = cell.parameters();
    double[] W = parameters.get("W");
    for (int k = 0; k < W.length; k++) {
      W[k] = Math.sqrt(6.0 / (H + H)) * symmetric(random);
    }
    double[] R = parameters.get("R");
    for (int gate = 0; gate < R.length / (H * H); gate++) {
      double[][] Q = orthogonal(H, random);
      for (int row = 0; row < H; row++) {
        for (int k = 0; k < H; k++) {
          R[(gate * H + row) * H + k] = radius * Q[row][k];
        }
      }
    }
    if (spec instanceof Lstm) {
      Arrays.fill(parameters.get("b"), H, 2 * H, forgetBias);
    }
    double[][] x = new double[T][H];
    for (double[] xt : x) {
      Arrays.setAll(xt, k -> scale * symmetric(random));
    }
    State dLast = cell.zeroState();
    Arrays.setAll(dLast.h(), k -> symmetric(random));
    double norm = Math.sqrt(dot(dLast.h(), dLast.h()));
    Arrays.setAll(dLast.h(), k -> dLast.h()[k] / norm);
    State d =
        ReferenceSequence.forward(cell, x, cell.zeroState())
            .backward(new double[T][H], dLast)
            .dInitial();
    return Math.sqrt(dot(d.h(), d.h()) + dot(d.c(), d.c()));
  }

  private static double symmetric(SplittableRandom random) {
    return 2 * random.nextDouble() - 1;
  }

  /// Gram and Schmidt on random rows.
  private static double[][] orthogonal(int H, SplittableRandom random) {
    double[][] Q = new double[H][H];
    for (int row = 0; row < H; row++) {
      double[] q = Q[row];
      Arrays.setAll(q, k -> symmetric(random));
      for (int pass = 0; pass < 2; pass++) {
        for (int before = 0; before < row; before++) {
          double share = dot(q, Q[before]);
          for (int k = 0; k < H; k++) {
            q[k] -= share * Q[before][k];
          }
        }
      }
      double norm = Math.sqrt(dot(q, q));
      Arrays.setAll(q, k -> q[k] / norm);
    }
    return Q;
  }

  private static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }
}
