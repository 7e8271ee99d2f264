package io.github.carouselml.kernel;

/// The project's own elementary functions on floats: the same operations here and, lane by lane, in
/// the vector kernels, so that both give the same bits. Polynomials are minimax fits of our own.
///
/// The constants are public because vector kernels write the same lines flat.
///
/// Accuracy over every 97th float bit pattern, in ulp of the exact result (FunctionsTest holds a
/// coarser scan to bounds just above):
///
/// | function | max ulp | where | max absolute error |
/// | --- | --- | --- | --- |
/// | exp | 1.03 | -87.33654..88.72283; exactly +0 below, ∞ above | |
/// | sigmoid | 2.28 | -40..∞; constant 4.2e-18 below | 8.9e-8 |
/// | tanh | 2.49 | everywhere; tanh(-0) = +0 | 1.5e-7 |
/// | log | 0.81 | everywhere, denormals included | |
/// | log1p | 1.40 | everywhere; log1p(-0) = +0 | |
/// | softplus | 1.65 | -87.33654..∞; exactly +0 below | |
///
/// NaN stays NaN in all of them.
public final class Functions {
  /// Added and subtracted again it rounds |x| < 2²² to an integer, which is then also in the low bits.
  public static final float ROUND = 0x1.8p23f;

  public static final float LOG2_E = 0x1.715476p0f;

  /// ln 2 in two parts; integers up to 8 bits times the first are exact.
  public static final float LN2_HIGH = 0x1.62e4p-1f;

  public static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /// eʳ ≈ 1 + r + r²(E0 + r(E1 + r(E2 + r(E3 + r E4)))) for |r| ≤ ln 2 / 2.
  public static final float E0 = 0.5f;

  public static final float E1 = 1.6666539e-1f;
  public static final float E2 = 4.1666426e-2f;
  public static final float E3 = 8.367154e-3f;
  public static final float E4 = 1.3938716e-3f;

  /// Below, exp is +0; above EXP_HIGH it is ∞.
  public static final float EXP_LOW = -87.33654f;

  public static final float EXP_HIGH = 88.72283f;

  /// Sigmoid's argument is cut to ± this: (1+eᵃ)(1+eᵇ) and its inverse stay normal numbers.
  public static final float SIGMOID_CUT = 40f;

  /// Tanh's argument is cut to ± this; it is ±1 there.
  public static final float TANH_CUT = 10f;

  /// ln(1+f) ≈ f - f²/2 + f³(L0 + f(L1 + …)) for √½ ≤ 1+f ≤ √2.
  public static final float L0 = 3.333333e-1f;

  public static final float L1 = -2.500082e-1f;
  public static final float L2 = 2.0001242e-1f;
  public static final float L3 = -1.6623409e-1f;
  public static final float L4 = 1.420158e-1f;
  public static final float L5 = -1.315961e-1f;
  public static final float L6 = 1.2762213e-1f;
  public static final float L7 = -7.636428e-2f;

  /// The bits of 1, of √½, and of the fraction.
  public static final int ONE_BITS = 0x3f800000;

  public static final int ROOT_HALF_BITS = 0x3f3504f3;
  public static final int FRACTION = 0x007fffff;

  private Functions() {}

  /// eˣ = 2ⁿ eʳ, n = round(x / ln 2), r = x - n ln 2; 2ⁿ goes straight into the exponent.
  public static float exp(float x) {
    float t = Math.fma(x, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float p = Math.fma(Math.fma(Math.fma(Math.fma(E4, r, E3), r, E2), r, E1), r, E0);
    float e = Math.fma(p, r * r, r) + 1f;
    float y = Float.intBitsToFloat(Float.floatToRawIntBits(e) + (Float.floatToRawIntBits(t) << 23));
    y = x < EXP_LOW ? 0f : y;
    y = x > EXP_HIGH ? Float.POSITIVE_INFINITY : y;
    return Float.isNaN(x) ? x : y;
  }

  /// σ(x) = z/(1+z), z = eˣ
  public static float sigmoid(float x) {
    float u = x < -SIGMOID_CUT ? -SIGMOID_CUT : x;
    u = u > SIGMOID_CUT ? SIGMOID_CUT : u;
    float t = Math.fma(u, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, u));
    float p = Math.fma(Math.fma(Math.fma(Math.fma(E4, r, E3), r, E2), r, E1), r, E0);
    float e = Math.fma(p, r * r, r);
    float scale = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + ONE_BITS);
    float z = Math.fma(e, scale, scale);
    return z / (z + 1f);
  }

  /// tanh x = q/(q+2), q = e²ˣ-1 = 2ⁿ(eʳ-1) + (2ⁿ-1): no cancellation near 0.
  public static float tanh(float x) {
    float u = x < -TANH_CUT ? -TANH_CUT : x;
    u = u > TANH_CUT ? TANH_CUT : u;
    u = u + u;
    float t = Math.fma(u, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, u));
    float p = Math.fma(Math.fma(Math.fma(Math.fma(E4, r, E3), r, E2), r, E1), r, E0);
    float e = Math.fma(p, r * r, r);
    float scale = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + ONE_BITS);
    float q = Math.fma(e, scale, scale - 1f);
    return q / (q + 2f);
  }

  /// ln x = n ln 2 + ln(1+f), x = 2ⁿ(1+f), √½ ≤ 1+f < √2; denormals are first multiplied by 2²⁵.
  public static float log(float x) {
    boolean small = x < Float.MIN_NORMAL;
    float u = small ? x * 0x1p25f : x;
    int bits = Float.floatToRawIntBits(u) - ROOT_HALF_BITS;
    float n = (bits >> 23) - (small ? 25f : 0f);
    float f = Float.intBitsToFloat((bits & FRACTION) + ROOT_HALF_BITS) - 1f;
    float s = f * f;
    float p = Math.fma(Math.fma(Math.fma(Math.fma(L7, f, L6), f, L5), f, L4), f, L3);
    p = Math.fma(Math.fma(Math.fma(p, f, L2), f, L1), f, L0);
    float y = Math.fma(n, LN2_LOW, p * (s * f));
    y = Math.fma(n, LN2_HIGH, Math.fma(s, -0.5f, y) + f);
    y = x < 0f ? Float.NaN : y;
    y = x == 0f ? Float.NEGATIVE_INFINITY : y;
    return x < Float.POSITIVE_INFINITY ? y : x;
  }

  /// ln(1+x) = n ln 2 + ln(1+f), 1+x = 2ⁿ(1+f), f = 2⁻ⁿx + (2⁻ⁿ-1): the low bits of x are kept.
  public static float log1p(float x) {
    int n = (Float.floatToRawIntBits(x + 1f) - ROOT_HALF_BITS) >> 23;
    float scale = Float.intBitsToFloat(Math.max(ONE_BITS - (n << 23), 0));
    float scaled = Float.intBitsToFloat(Float.floatToRawIntBits(x) - (n << 23));
    float f = scaled + (scale - 1f);
    float m = n;
    float s = f * f;
    float p = Math.fma(Math.fma(Math.fma(Math.fma(L7, f, L6), f, L5), f, L4), f, L3);
    p = Math.fma(Math.fma(Math.fma(p, f, L2), f, L1), f, L0);
    float y = Math.fma(m, LN2_LOW, p * (s * f));
    y = Math.fma(m, LN2_HIGH, Math.fma(s, -0.5f, y) + f);
    y = x < -1f ? Float.NaN : y;
    y = x == -1f ? Float.NEGATIVE_INFINITY : y;
    return x < Float.POSITIVE_INFINITY ? y : x;
  }

  /// ln(1+eˣ) = max(x, 0) + ln(1+z), z = e^-|x| (as in exp and log1p, without their special cases).
  public static float softplus(float x) {
    float a = -Math.abs(x);
    float z = exp(a);
    int n = (Float.floatToRawIntBits(z + 1f) - ROOT_HALF_BITS) >> 23;
    float scale = Float.intBitsToFloat(ONE_BITS - (n << 23));
    float f = Math.fma(z, scale, scale - 1f);
    float m = n;
    float s = f * f;
    float p = Math.fma(Math.fma(Math.fma(Math.fma(L7, f, L6), f, L5), f, L4), f, L3);
    p = Math.fma(Math.fma(Math.fma(p, f, L2), f, L1), f, L0);
    float y = Math.fma(m, LN2_LOW, p * (s * f));
    y = Math.fma(m, LN2_HIGH, Math.fma(s, -0.5f, y) + f);
    y = y + (x > 0f ? x : 0f);
    return Float.isNaN(x) ? x : y;
  }

  /// px+q cut to 0..1
  public static float hardSigmoid(float x, float p, float q) {
    return clip(Math.fma(x, p, q), 0f, 1f);
  }

  /// x/(1+|x|)
  public static float softsign(float x) {
    return x / (Math.abs(x) + 1f);
  }

  /// x where x > 0, else +0
  public static float relu(float x) {
    return x <= 0f ? 0f : x;
  }

  /// x where x > 0, else px
  public static float leakyRelu(float x, float p) {
    return x > 0f ? x : x * p;
  }

  /// x cut to low..high
  public static float clip(float x, float low, float high) {
    float y = x < low ? low : x;
    return y > high ? high : y;
  }

  /// -1, +0, 1 or NaN
  public static float sign(float x) {
    float y = x > 0f ? 1f : x;
    y = x < 0f ? -1f : y;
    return x == 0f ? 0f : y;
  }
}
