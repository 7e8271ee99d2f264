package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The plain loops against formulas in double: values directly, gradients by central differences.
class PlainElementwiseTest {
  private static final Elementwise PLAIN = new PlainElementwise();
  private static final double STEP = 1e-5;
  private static final float P = 0.3f;
  private static final float Q = 0.6f;

  /// On both sides of every kink, none within 1e-3 of one.
  private static final float[] POINTS = {
    -3.1f, -2.9f, -1.2f, -0.4f, 0.05f, 0.2f, 0.45f, 0.9f, 2.5f
  };

  private static double exact(Unary f, double x) {
    return switch (f) {
      case EXP -> StrictMath.exp(x);
      case LOG -> StrictMath.log(x);
      case LOG1P -> StrictMath.log1p(x);
      case TANH -> StrictMath.tanh(x);
      case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
      case SOFTPLUS -> StrictMath.log1p(StrictMath.exp(x));
      case HARD_SIGMOID -> Math.min(Math.max(P * x + Q, 0), 1);
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case RELU -> Math.max(x, 0);
      case LEAKY_RELU -> x > 0 ? x : P * x;
      case AFFINE -> P * x + Q;
      case CLIP -> Math.min(Math.max(x, P), Q);
      case SQUARE -> x * x;
      case SQRT -> Math.sqrt(x);
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
      case RECIPROCAL -> 1 / x;
      case GREATER -> x > P ? 1 : 0;
    };
  }

  @ParameterizedTest
  @EnumSource(Unary.class)
  void unaryFunctionsAndTheirGradients(Unary f) {
    int compared = 0;
    for (float x : POINTS) {
      double value = exact(f, x);
      if (Double.isNaN(value)) {
        continue;
      }
      double slope = (exact(f, x + STEP) - exact(f, x - STEP)) / (2 * STEP);
      float[] y = {x};
      float[] kept = {x};
      float[] dx = {Float.NaN};
      float[] sum = {2f};
      PLAIN.forward(f, P, Q, y, 0, y, 0, 1);
      kept[0] = f.keeps() == Unary.Keeps.OUTPUT ? y[0] : x;
      PLAIN.gradient(f, P, Q, kept, 0, new float[] {0.5f}, 0, dx, 0, 1, false);
      PLAIN.gradient(f, P, Q, kept, 0, new float[] {0.5f}, 0, sum, 0, 1, true);

      assertThat(y[0]).as("%s(%s)", f, x).isCloseTo((float) value, within(tolerance(value)));
      assertThat(dx[0])
          .as("%s'(%s)", f, x)
          .isCloseTo((float) (slope / 2), within(tolerance(slope)));
      assertThat(sum[0]).isCloseTo(2f + dx[0], within(1e-6f * Math.max(1f, Math.abs(dx[0]))));
      compared++;
    }
    assertThat(compared).isGreaterThanOrEqualTo(5);
  }

  private static float tolerance(double value) {
    return (float) (2e-6 * Math.max(1, Math.abs(value)));
  }

  private static double exact(Binary f, double a, double b) {
    return switch (f) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
    };
  }

  @ParameterizedTest
  @EnumSource(Binary.class)
  void binaryFunctionsAndTheirGradients(Binary f) {
    for (float a0 : POINTS) {
      for (float b0 : POINTS) {
        float[] a = {a0};
        float[] b = {b0};
        float[] dy = {0.5f};
        float[] y = new float[1];
        float[] da = {Float.NaN};
        float[] db = {Float.NaN};
        PLAIN.forward(f, a, 0, b, 0, y, 0, 1);
        PLAIN.gradientOfFirst(f, a, 0, b, 0, dy, 0, da, 0, 1, false);
        PLAIN.gradientOfSecond(f, a, 0, b, 0, dy, 0, db, 0, 1, false);

        double byA = (exact(f, a0 + STEP, b0) - exact(f, a0 - STEP, b0)) / (2 * STEP);
        double byB = (exact(f, a0, b0 + STEP) - exact(f, a0, b0 - STEP)) / (2 * STEP);
        double value = exact(f, a0, b0);
        assertThat(y[0]).isCloseTo((float) value, within(tolerance(value)));
        assertThat(da[0]).isCloseTo((float) (byA / 2), within(tolerance(byA)));
        assertThat(db[0]).isCloseTo((float) (byB / 2), within(tolerance(byB)));
      }
    }
  }

  /// The canonical order written down once more, the slow way.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 4095, 4096, 4097, 9000})
  void sumsRunInCanonicalOrder(int count) {
    float[] x = numbers(count + 3, 1);
    float[] y = numbers(count + 3, 2);
    double sum = 0;
    double dot = 0;
    for (int block = 0; block < Reductions.blocks(count); block++) {
      double[] lanes = new double[16];
      double[] products = new double[16];
      for (int i = block * 4096; i < Math.min(count, block * 4096 + 4096); i++) {
        lanes[i % 16] += x[i + 3];
        products[i % 16] += (double) x[i + 3] * y[i + 1];
      }
      for (int half = 8; half > 0; half /= 2) {
        for (int j = 0; j < half; j++) {
          lanes[j] += lanes[j + half];
          products[j] += products[j + half];
        }
      }
      sum += lanes[0];
      dot += products[0];
    }
    assertThat(PLAIN.sum(x, 3, count)).isEqualTo(sum);
    assertThat(PLAIN.dot(x, 3, y, 1, count)).isEqualTo(dot);

    double[] blocks = new double[Reductions.blocks(count)];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = PLAIN.sum(x, 3 + b * Elementwise.BLOCK, Reductions.blockSize(count, b));
    }
    assertThat(Reductions.combine(blocks, blocks.length)).isEqualTo(sum);
  }

  private static float[] numbers(int count, long seed) {
    var random = new SplittableRandom(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = random.nextFloat() * 4f - 2f;
    }
    return x;
  }

  private static double softmaxLoss(float[] x, double[] weights, int at, double step) {
    double sum = 0;
    double loss = 0;
    for (int i = 0; i < x.length; i++) {
      double e = StrictMath.exp(x[i] + (i == at ? step : 0));
      sum += e;
      loss += weights[i] * e;
    }
    return loss / sum;
  }

  @Test
  void softmaxAndItsGradient() {
    int n = 21;
    float[] x = numbers(n, 3);
    double[] weights = new double[n];
    float[] dy = numbers(n, 4);
    Arrays.setAll(weights, i -> dy[i]);
    float[] y = new float[n];
    float[] dx = new float[n];
    double logSum = PLAIN.softmax(x, 0, y, 0, n);
    PLAIN.softmaxGradient(y, 0, dy, 0, dx, 0, n, false);

    double sum = 0;
    for (float v : x) {
      sum += StrictMath.exp(v);
    }
    assertThat(logSum).isCloseTo(StrictMath.log(sum), within(1e-6));
    for (int i = 0; i < n; i++) {
      double slope =
          (softmaxLoss(x, weights, i, STEP) - softmaxLoss(x, weights, i, -STEP)) / (2 * STEP);
      assertThat(y[i]).isCloseTo((float) (StrictMath.exp(x[i]) / sum), within(1e-6f));
      assertThat(dx[i]).isCloseTo((float) slope, within(1e-6f));
    }
  }

  @Test
  void softmaxLeavesOutMinusInfinityAndSurvivesLargeNumbers() {
    float[] y = {1000f, Float.NEGATIVE_INFINITY, 1000f};
    double logSum = PLAIN.softmax(y, 0, y, 0, 3);

    assertThat(y).containsExactly(0.5f, 0f, 0.5f);
    assertThat(logSum).isCloseTo(1000 + StrictMath.log(2), within(1e-9));
  }

  private static double layerNormLoss(
      float[] x, float[] gain, float[] bias, float[] dy, int at, double step) {
    int n = x.length;
    double mean = 0;
    double variance = 0;
    for (int i = 0; i < n; i++) {
      mean += (x[i] + (i == at ? step : 0)) / n;
    }
    for (int i = 0; i < n; i++) {
      double d = x[i] + (i == at ? step : 0) - mean;
      variance += d * d / n;
    }
    double loss = 0;
    for (int i = 0; i < n; i++) {
      double normal = (x[i] + (i == at ? step : 0) - mean) / Math.sqrt(variance + 1e-5);
      loss += dy[i] * (gain[i] * normal + bias[i]);
    }
    return loss;
  }

  @Test
  void layerNormAndItsGradient() {
    int n = 19;
    float[] x = numbers(n, 5);
    float[] gain = numbers(n, 6);
    float[] bias = numbers(n, 7);
    float[] dy = numbers(n, 8);
    float[] normal = new float[n];
    float[] y = new float[n];
    float[] dx = new float[n];
    float scale = PLAIN.layerNorm(x, 0, gain, 0, bias, 0, 1e-5f, normal, 0, y, 0, n);
    PLAIN.layerNormGradient(normal, 0, scale, gain, 0, dy, 0, dx, 0, n, false);

    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += dy[i] * y[i];
      double up = layerNormLoss(x, gain, bias, dy, i, STEP);
      double down = layerNormLoss(x, gain, bias, dy, i, -STEP);
      assertThat(dx[i]).isCloseTo((float) ((up - down) / (2 * STEP)), within(2e-6f));
    }
    assertThat(loss).isCloseTo(layerNormLoss(x, gain, bias, dy, 0, 0), within(1e-5));
  }

  @Test
  void aConstantRowNormalisesToItsBias() {
    float[] x = {7f, 7f, 7f};
    float[] ones = {1f, 1f, 1f};
    float[] bias = {0.5f, 0f, -1f};
    float[] y = new float[3];
    PLAIN.layerNorm(x, 0, ones, 0, bias, 0, 1e-5f, y, 0, y, 0, 3);
    assertThat(y).isEqualTo(bias);
  }

  private static double exact(Penalty f, double p, double d) {
    return switch (f) {
      case SQUARED -> d * d;
      case ABSOLUTE -> Math.abs(d);
      case HUBER -> Math.abs(d) <= p ? d * d / 2 : p * (Math.abs(d) - p / 2);
      case QUANTILE -> Math.max(-p * d, (1 - p) * d);
    };
  }

  @ParameterizedTest
  @EnumSource(Penalty.class)
  void penaltiesAndTheirGradients(Penalty f) {
    float p = 0.8f;
    for (float d : POINTS) {
      float[] y = {1f + d};
      float[] t = {1f};
      float[] value = new float[1];
      float[] gradient = new float[1];
      PLAIN.penalty(f, p, y, 0, t, 0, value, 0, gradient, 0, 1);
      double slope = (exact(f, p, d + STEP) - exact(f, p, d - STEP)) / (2 * STEP);
      assertThat(value[0]).isCloseTo((float) exact(f, p, d), within(2e-6f));
      assertThat(gradient[0]).isCloseTo((float) slope, within(2e-6f));
    }
    float[] zero = {1f};
    PLAIN.penalty(f, p, zero, 0, zero, 0, new float[1], 0, zero, 0, 1);
    assertThat(zero[0]).as("gradient at 0").isZero();
  }

  @Test
  void theExtremesAndWhatIsNotFinite() {
    float[] x = {Float.NaN, -0f, -7f, 3f, Float.NEGATIVE_INFINITY, 3f, Float.NaN};
    assertThat(PLAIN.max(x, 0, 7)).isEqualTo(3f);
    assertThat(PLAIN.argmax(x, 0, 7)).isEqualTo(3);
    assertThat(PLAIN.maxAbs(x, 0, 4)).isEqualTo(7f);
    assertThat(PLAIN.countNonFinite(x, 0, 7)).isEqualTo(3);
    assertThat(PLAIN.argmax(x, 0, 1)).isEqualTo(-1);
    assertThat(PLAIN.argmax(x, 0, 0)).isEqualTo(-1);
    assertThat(Float.floatToIntBits(PLAIN.max(x, 1, 2))).as("+0").isZero();
  }

  @Test
  void paddingClears() {
    float[] x = {1e8f, 5f, 9f, 1f, 6f, 9f, -1e8f, 7f, 9f};
    PLAIN.clearPadding(x, 0, 3, 2, 3);
    assertThat(x).containsExactly(1e8f, 5f, 0f, 1f, 6f, 0f, -1e8f, 7f, 0f);
  }

  // ---- optimizers: a few steps from zero state, against the formulas in double
  // --------------------

  private static final float[] GRADIENTS = {0.5f, -1f, 0.25f, 2f, -0.125f};

  @Test
  void sgdAndMomentum() {
    float[] plain = {1f};
    float[] heavy = {1f};
    float[] ahead = {1f};
    float[] m = {0f};
    float[] a = {0f};
    double w = 1;
    double wHeavy = 1;
    double wAhead = 1;
    double velocity = 0;
    double velocityAhead = 0;
    for (float gradient : GRADIENTS) {
      float[] g = {gradient};
      PLAIN.sgd(plain, 0, g, 0, 1, 0.5f, 0.1f, 0.01f);
      PLAIN.momentum(heavy, 0, g, 0, m, 0, 1, 0.5f, 0.1f, 0.01f, 0.9f, false);
      PLAIN.momentum(ahead, 0, g, 0, a, 0, 1, 0.5f, 0.1f, 0.01f, 0.9f, true);
      w -= 0.1 * (0.5 * gradient + 0.01 * w);
      velocity = 0.9 * velocity + 0.5 * gradient + 0.01 * wHeavy;
      wHeavy -= 0.1 * velocity;
      double d = 0.5 * gradient + 0.01 * wAhead;
      velocityAhead = 0.9 * velocityAhead + d;
      wAhead -= 0.1 * (d + 0.9 * velocityAhead);
    }
    assertThat(plain[0]).isCloseTo((float) w, within(1e-6f));
    assertThat(heavy[0]).isCloseTo((float) wHeavy, within(1e-6f));
    assertThat(ahead[0]).isCloseTo((float) wAhead, within(1e-6f));
  }

  @Test
  void rmsProp() {
    float[] actual = {1f};
    float[] v = {0f};
    double w = 1;
    double second = 0;
    for (float gradient : GRADIENTS) {
      PLAIN.rmsProp(
          actual, 0, new float[] {gradient}, 0, v, 0, 1, 1f, 0.01f, 0f, (float) (1 - 0.99), 1e-8f);
      second = 0.99 * second + 0.01 * gradient * gradient;
      w -= 0.01 * gradient / (Math.sqrt(second) + 1e-8);
    }
    assertThat(actual[0]).isCloseTo((float) w, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void adamAndAdamW(boolean decoupled) {
    double rate = 0.01;
    double weightDecay = 0.1;
    float[] actual = {1f};
    float[] m = {0f};
    float[] v = {0f};
    double w = 1;
    double first = 0;
    double second = 0;
    int t = 0;
    for (float gradient : GRADIENTS) {
      t++;
      double correction1 = 1 - StrictMath.pow(0.9, t);
      double correction2 = 1 - StrictMath.pow(0.999, t);
      PLAIN.adam(
          actual,
          0,
          new float[] {gradient},
          0,
          m,
          0,
          v,
          0,
          1,
          1f,
          (float) (rate / correction1),
          (float) (1 / Math.sqrt(correction2)),
          decoupled ? 0f : (float) weightDecay,
          decoupled ? (float) (1 - rate * weightDecay) : 1f,
          (float) (1 - 0.9),
          (float) (1 - 0.999),
          1e-8f);
      double g = decoupled ? gradient : gradient + weightDecay * w;
      w = decoupled ? w * (1 - rate * weightDecay) : w;
      first = 0.9 * first + 0.1 * g;
      second = 0.999 * second + 0.001 * g * g;
      w -= rate * (first / correction1) / (Math.sqrt(second / correction2) + 1e-8);
    }
    assertThat(actual[0]).isCloseTo((float) w, within(1e-6f));
  }

  @Test
  void paddingStaysPlusZeroUnderEveryUpdate() {
    for (int repeat = 0; repeat < 3; repeat++) {
      float[] w = new float[1];
      float[] g = new float[1];
      float[] m = new float[1];
      float[] v = new float[1];
      PLAIN.sgd(w, 0, g, 0, 1, -0.5f, 0.1f, 0.01f);
      PLAIN.momentum(w, 0, g, 0, m, 0, 1, -0.5f, 0.1f, 0.01f, 0.9f, repeat == 1);
      PLAIN.rmsProp(w, 0, g, 0, v, 0, 1, -0.5f, 0.1f, 0.01f, 0.1f, 1e-8f);
      PLAIN.adam(w, 0, g, 0, m, 0, v, 0, 1, -0.5f, 0.1f, 1.5f, 0.01f, 0.9f, 0.1f, 1e-3f, 1e-8f);
      for (float[] x : new float[][] {w, m, v}) {
        assertThat(Float.floatToRawIntBits(x[0])).isZero();
      }
    }
  }
}
