package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// The accuracy that [Functions] states, over floats of every magnitude and sign.
class FunctionsTest {
  /// A prime, so that the scan meets every exponent and ever other fractions.
  private static final int STRIDE = 4093;

  private static final float INFINITY = Float.POSITIVE_INFINITY;

  private interface FloatFunction {
    float apply(float x);
  }

  @Test
  void exp() {
    holds(Functions::exp, StrictMath::exp, Functions.EXP_LOW, Functions.EXP_HIGH, 1.1);
    assertThat(Functions.exp(0f)).isEqualTo(1f);
    assertThat(Functions.exp(Math.nextUp(Functions.EXP_HIGH))).isEqualTo(INFINITY);
    assertThat(Functions.exp(INFINITY)).isEqualTo(INFINITY);
    assertThat(bits(Functions.exp(Math.nextDown(Functions.EXP_LOW)))).isZero();
    assertThat(bits(Functions.exp(-INFINITY))).isZero();
  }

  @Test
  void sigmoid() {
    DoubleUnaryOperator exact = x -> 1 / (1 + StrictMath.exp(-x));
    holds(Functions::sigmoid, exact, -Functions.SIGMOID_CUT, INFINITY, 2.4);
    assertThat(Functions.sigmoid(0f)).isEqualTo(0.5f);
    assertThat(Functions.sigmoid(-INFINITY)).isEqualTo(Functions.sigmoid(-41f)).isLessThan(1e-17f);
    float greatest = 1f + Functions.exp(Functions.SIGMOID_CUT);
    assertThat(1f / (greatest * greatest)).isGreaterThan(Float.MIN_NORMAL);
  }

  @Test
  void tanh() {
    holds(Functions::tanh, StrictMath::tanh, -INFINITY, INFINITY, 2.6);
    assertThat(bits(Functions.tanh(-0f))).isZero();
    assertThat(Functions.tanh(-INFINITY)).isEqualTo(-1f);
  }

  @Test
  void log() {
    holds(Functions::log, StrictMath::log, -INFINITY, INFINITY, 0.9);
    assertThat(Functions.log(-0f)).isEqualTo(-INFINITY);
    assertThat(Functions.log(1f)).isEqualTo(0f);
  }

  @Test
  void log1p() {
    holds(Functions::log1p, StrictMath::log1p, -INFINITY, INFINITY, 1.5);
    assertThat(Functions.log1p(-1f)).isEqualTo(-INFINITY);
  }

  @Test
  void softplus() {
    DoubleUnaryOperator exact =
        x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    holds(Functions::softplus, exact, Functions.EXP_LOW, INFINITY, 1.7);
  }

  @Test
  void everyNaNStaysNaN() {
    for (int payload : new int[] {0x7fc00000, 0x7f800001, 0xffc00001, 0x7fffffff, 0xff812345}) {
      float x = Float.intBitsToFloat(payload);
      assertThat(Functions.exp(x)).isNaN();
      assertThat(Functions.sigmoid(x)).isNaN();
      assertThat(Functions.tanh(x)).isNaN();
      assertThat(Functions.log(x)).isNaN();
      assertThat(Functions.log1p(x)).isNaN();
      assertThat(Functions.softplus(x)).isNaN();
      assertThat(Functions.hardSigmoid(x, 0.2f, 0.5f)).isNaN();
      assertThat(Functions.softsign(x)).isNaN();
      assertThat(Functions.relu(x)).isNaN();
      assertThat(Functions.leakyRelu(x, 0.1f)).isNaN();
      assertThat(Functions.clip(x, -1f, 1f)).isNaN();
      assertThat(Functions.sign(x)).isNaN();
    }
  }

  /// Over low..high: within `ulps` of the exact value where that is a normal number, equal to it
  /// where it is infinite or NaN, and within the least normal number below that.
  private static void holds(
      FloatFunction f, DoubleUnaryOperator exact, float low, float high, double ulps) {
    int compared = 0;
    for (long pattern = Integer.MIN_VALUE; pattern <= Integer.MAX_VALUE; pattern += STRIDE) {
      float x = Float.intBitsToFloat((int) pattern);
      if (x < low || x > high || Float.isNaN(x)) {
        continue;
      }
      double expected = exact.applyAsDouble(x);
      float actual = f.apply(x);
      float rounded = (float) expected;
      boolean special = Float.isNaN(rounded) || Float.isInfinite(rounded);
      boolean close =
          special
              ? bits(rounded) == bits(actual)
              : Math.abs(actual - expected)
                  <= Math.max(ulps * Math.ulp(rounded), tolerance(expected));
      if (!close) {
        assertThat(actual).as("at %s within %s ulp", x, ulps).isEqualTo(rounded);
      }
      compared++;
    }
    assertThat(compared).isGreaterThan(100_000);
  }

  private static double tolerance(double expected) {
    return Math.abs(expected) < Float.MIN_NORMAL ? 3 * Float.MIN_VALUE : 0;
  }

  private static int bits(float x) {
    return Float.floatToIntBits(x);
  }
}
