package io.github.carouselml.simd;

import static io.github.carouselml.simd.Lanes.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Loops over two to four arrays: binary functions, rows, losses and optimizers. `count` is a
/// multiple of the lanes; `old` is -1 to add to what is there and 0 to overwrite it.
// @formatter:off
final class VectorUpdates {
  private VectorUpdates() {}

  static void add(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector.fromArray(F, a, aAt + i).add(FloatVector.fromArray(F, b, bAt + i)).intoArray(y, yAt + i);
    }
  }

  static void subtract(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector.fromArray(F, a, aAt + i).sub(FloatVector.fromArray(F, b, bAt + i)).intoArray(y, yAt + i);
    }
  }

  static void multiply(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector.fromArray(F, a, aAt + i).mul(FloatVector.fromArray(F, b, bAt + i)).intoArray(y, yAt + i);
    }
  }

  static void divide(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector.fromArray(F, a, aAt + i).div(FloatVector.fromArray(F, b, bAt + i)).intoArray(y, yAt + i);
    }
  }

  static void multiplyAdd(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector a0 = FloatVector.fromArray(F, a, aAt + i);
      FloatVector b0 = FloatVector.fromArray(F, b, bAt + i);
      a0.fma(b0, FloatVector.fromArray(F, y, yAt + i)).intoArray(y, yAt + i);
    }
  }

  static void select(
      float[] mask, int maskAt, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      VectorMask<Float> first = FloatVector.fromArray(F, mask, maskAt + i).compare(VectorOperators.EQ, 0f);
      FloatVector.fromArray(F, b, bAt + i).blend(FloatVector.fromArray(F, a, aAt + i), first).intoArray(y, yAt + i);
    }
  }

  /// One vector of each row. Eight and four rows at a time, which also makes this too long for the
  /// compiler to copy into its callers: there it sometimes made an array for each vector.
  static void copyRows(float[] x, int xAt, int xRow, float[] y, int yAt, int yRow, int rows) {
    int r = 0;
    for (; r + 8 <= rows; r += 8) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + r * xRow);
      FloatVector x1 = FloatVector.fromArray(F, x, xAt + (r + 1) * xRow);
      FloatVector x2 = FloatVector.fromArray(F, x, xAt + (r + 2) * xRow);
      FloatVector x3 = FloatVector.fromArray(F, x, xAt + (r + 3) * xRow);
      FloatVector x4 = FloatVector.fromArray(F, x, xAt + (r + 4) * xRow);
      FloatVector x5 = FloatVector.fromArray(F, x, xAt + (r + 5) * xRow);
      FloatVector x6 = FloatVector.fromArray(F, x, xAt + (r + 6) * xRow);
      FloatVector x7 = FloatVector.fromArray(F, x, xAt + (r + 7) * xRow);
      x0.intoArray(y, yAt + r * yRow);
      x1.intoArray(y, yAt + (r + 1) * yRow);
      x2.intoArray(y, yAt + (r + 2) * yRow);
      x3.intoArray(y, yAt + (r + 3) * yRow);
      x4.intoArray(y, yAt + (r + 4) * yRow);
      x5.intoArray(y, yAt + (r + 5) * yRow);
      x6.intoArray(y, yAt + (r + 6) * yRow);
      x7.intoArray(y, yAt + (r + 7) * yRow);
    }
    for (; r + 4 <= rows; r += 4) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + r * xRow);
      FloatVector x1 = FloatVector.fromArray(F, x, xAt + (r + 1) * xRow);
      FloatVector x2 = FloatVector.fromArray(F, x, xAt + (r + 2) * xRow);
      FloatVector x3 = FloatVector.fromArray(F, x, xAt + (r + 3) * xRow);
      x0.intoArray(y, yAt + r * yRow);
      x1.intoArray(y, yAt + (r + 1) * yRow);
      x2.intoArray(y, yAt + (r + 2) * yRow);
      x3.intoArray(y, yAt + (r + 3) * yRow);
    }
    for (; r < rows; r++) {
      FloatVector.fromArray(F, x, xAt + r * xRow).intoArray(y, yAt + r * yRow);
    }
  }

  /// One vector of each of at least one row.
  static void addProducts(
      float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, int rows, float[] v, int vAt) {
    FloatVector sum = FloatVector.fromArray(F, v, vAt);
    int r = 0;
    do {
      sum = FloatVector.fromArray(F, a, aAt + r * aRow).fma(FloatVector.fromArray(F, b, bAt + r * bRow), sum);
    } while (++r < rows);
    sum.intoArray(v, vAt);
  }

  /// Four vectors of each of at least one row.
  static void addFourProducts(
      float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, int rows, float[] v, int vAt) {
    FloatVector sum0 = FloatVector.fromArray(F, v, vAt);
    FloatVector sum1 = FloatVector.fromArray(F, v, vAt + F.length());
    FloatVector sum2 = FloatVector.fromArray(F, v, vAt + 2 * F.length());
    FloatVector sum3 = FloatVector.fromArray(F, v, vAt + 3 * F.length());
    int r = 0;
    do {
      int i = aAt + r * aRow;
      int j = bAt + r * bRow;
      sum0 = FloatVector.fromArray(F, a, i).fma(FloatVector.fromArray(F, b, j), sum0);
      sum1 = FloatVector.fromArray(F, a, i + F.length()).fma(FloatVector.fromArray(F, b, j + F.length()), sum1);
      sum2 = FloatVector.fromArray(F, a, i + 2 * F.length()).fma(FloatVector.fromArray(F, b, j + 2 * F.length()), sum2);
      sum3 = FloatVector.fromArray(F, a, i + 3 * F.length()).fma(FloatVector.fromArray(F, b, j + 3 * F.length()), sum3);
    } while (++r < rows);
    sum0.intoArray(v, vAt);
    sum1.intoArray(v, vAt + F.length());
    sum2.intoArray(v, vAt + 2 * F.length());
    sum3.intoArray(v, vAt + 3 * F.length());
  }

  static void axpy(float s, float[] x, int xAt, float[] y, int yAt, int count) {
    FloatVector factor = FloatVector.broadcast(F, s);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.fma(factor, FloatVector.fromArray(F, y, yAt + i)).intoArray(y, yAt + i);
    }
  }

  static float max(float[] x, int xAt, int count) {
    FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      max = max.blend(x0, x0.compare(VectorOperators.GT, max));
    }
    return max.reduceLanes(VectorOperators.MAX); // no NaN among the lanes, so any order serves
  }

  static float maxAbs(float[] x, int xAt, int count) {
    FloatVector max = FloatVector.zero(F);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector a = FloatVector.fromArray(F, x, xAt + i).abs();
      max = max.blend(a, a.compare(VectorOperators.GT, max));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  static int countNonFinite(float[] x, int xAt, int count) {
    FloatVector found = FloatVector.zero(F); // exact below 2²⁴
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector a = FloatVector.fromArray(F, x, xAt + i).abs();
      found = found.add(one.blend(0f, a.compare(VectorOperators.LE, Float.MAX_VALUE)));
    }
    return (int) found.reduceLanes(VectorOperators.ADD); // integers: any order serves
  }

  static void subtract(float[] x, int xAt, float mean, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector.fromArray(F, x, xAt + i).sub(mean).intoArray(y, yAt + i);
    }
  }

  static void scale(float[] x, int xAt, float scale, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector.fromArray(F, x, xAt + i).mul(scale).intoArray(y, yAt + i);
    }
  }

  static void softmaxGradient(
      float[] y, int yAt, float[] dy, int dyAt, float mean, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector d = FloatVector.fromArray(F, dy, dyAt + i).sub(mean);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, y, yAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void normalize(
      float[] n, int nAt, float scale, float[] gain, int gainAt, float[] bias, int biasAt,
      float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector normal = FloatVector.fromArray(F, n, nAt + i).mul(scale);
      FloatVector gain0 = FloatVector.fromArray(F, gain, gainAt + i);
      FloatVector bias0 = FloatVector.fromArray(F, bias, biasAt + i);
      normal.intoArray(n, nAt + i);
      normal.fma(gain0, bias0).intoArray(y, yAt + i);
    }
  }

  static void layerNormGradient(
      float[] n, int nAt, float scale, float[] gain, int gainAt, float[] dy, int dyAt, float mean, float slope,
      float[] dx, int dxAt, int count, int old) {
    FloatVector minusMean = FloatVector.broadcast(F, -mean);
    FloatVector minusSlope = FloatVector.broadcast(F, -slope);
    FloatVector factor = FloatVector.broadcast(F, scale);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector gain0 = FloatVector.fromArray(F, gain, gainAt + i);
      FloatVector d = FloatVector.fromArray(F, dy, dyAt + i).fma(gain0, minusMean);
      d = FloatVector.fromArray(F, n, nAt + i).fma(minusSlope, d);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      d.fma(factor, g).intoArray(dx, dxAt + i);
    }
  }

  static void squared(
      float[] y, int yAt, float[] t, int tAt, float[] value, int valueAt, float[] gradient, int gradientAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector d = FloatVector.fromArray(F, y, yAt + i).sub(FloatVector.fromArray(F, t, tAt + i));
      d.mul(d).intoArray(value, valueAt + i);
      d.add(d).intoArray(gradient, gradientAt + i);
    }
  }

  static void absolute(
      float[] y, int yAt, float[] t, int tAt, float[] value, int valueAt, float[] gradient, int gradientAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector d = FloatVector.fromArray(F, y, yAt + i).sub(FloatVector.fromArray(F, t, tAt + i));
      FloatVector s = d.blend(1f, d.compare(VectorOperators.GT, 0f));
      s = s.blend(-1f, d.compare(VectorOperators.LT, 0f));
      d.abs().intoArray(value, valueAt + i);
      s.blend(0f, d.compare(VectorOperators.EQ, 0f)).intoArray(gradient, gradientAt + i);
    }
  }

  static void huber(
      float p, float[] y, int yAt, float[] t, int tAt,
      float[] value, int valueAt, float[] gradient, int gradientAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector d = FloatVector.fromArray(F, y, yAt + i).sub(FloatVector.fromArray(F, t, tAt + i));
      FloatVector a = d.abs();
      FloatVector v = a.sub(0.5f * p).mul(p).blend(d.mul(0.5f).mul(d), a.compare(VectorOperators.LE, p));
      FloatVector c = d.blend(-p, d.compare(VectorOperators.LT, -p));
      v.intoArray(value, valueAt + i);
      c.blend(p, c.compare(VectorOperators.GT, p)).intoArray(gradient, gradientAt + i);
    }
  }

  static void quantile(
      float p, float[] y, int yAt, float[] t, int tAt,
      float[] value, int valueAt, float[] gradient, int gradientAt, int count) {
    FloatVector above = FloatVector.broadcast(F, 1f - p);
    FloatVector below = FloatVector.broadcast(F, -p);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector d = FloatVector.fromArray(F, y, yAt + i).sub(FloatVector.fromArray(F, t, tAt + i));
      FloatVector slope = above.blend(below, d.compare(VectorOperators.LT, 0f));
      d.mul(slope).intoArray(value, valueAt + i);
      slope.blend(0f, d.compare(VectorOperators.EQ, 0f)).intoArray(gradient, gradientAt + i);
    }
  }

  static void sgd(float[] w, int wAt, float[] g, int gAt, int count, float scale, float rate, float decay) {
    FloatVector decay0 = FloatVector.broadcast(F, decay);
    FloatVector minusRate = FloatVector.broadcast(F, -rate);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector w0 = FloatVector.fromArray(F, w, wAt + i);
      FloatVector d = w0.fma(decay0, FloatVector.fromArray(F, g, gAt + i).mul(scale));
      d.fma(minusRate, w0).intoArray(w, wAt + i);
    }
  }

  static void momentum(
      float[] w, int wAt, float[] g, int gAt, float[] m, int mAt, int count,
      float scale, float rate, float decay, float momentum) {
    FloatVector decay0 = FloatVector.broadcast(F, decay);
    FloatVector minusRate = FloatVector.broadcast(F, -rate);
    FloatVector momentum0 = FloatVector.broadcast(F, momentum);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector w0 = FloatVector.fromArray(F, w, wAt + i);
      FloatVector d = w0.fma(decay0, FloatVector.fromArray(F, g, gAt + i).mul(scale));
      FloatVector step = FloatVector.fromArray(F, m, mAt + i).fma(momentum0, d);
      step.intoArray(m, mAt + i);
      step.fma(minusRate, w0).intoArray(w, wAt + i);
    }
  }

  static void nesterov(
      float[] w, int wAt, float[] g, int gAt, float[] m, int mAt, int count,
      float scale, float rate, float decay, float momentum) {
    FloatVector decay0 = FloatVector.broadcast(F, decay);
    FloatVector minusRate = FloatVector.broadcast(F, -rate);
    FloatVector momentum0 = FloatVector.broadcast(F, momentum);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector w0 = FloatVector.fromArray(F, w, wAt + i);
      FloatVector d = w0.fma(decay0, FloatVector.fromArray(F, g, gAt + i).mul(scale));
      FloatVector step = FloatVector.fromArray(F, m, mAt + i).fma(momentum0, d);
      step.intoArray(m, mAt + i);
      step.fma(momentum0, d).fma(minusRate, w0).intoArray(w, wAt + i);
    }
  }

  static void rmsProp(
      float[] w, int wAt, float[] g, int gAt, float[] v, int vAt, int count,
      float scale, float rate, float decay, float gain, float epsilon) {
    FloatVector decay0 = FloatVector.broadcast(F, decay);
    FloatVector minusRate = FloatVector.broadcast(F, -rate);
    FloatVector gain0 = FloatVector.broadcast(F, gain);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector w0 = FloatVector.fromArray(F, w, wAt + i);
      FloatVector v0 = FloatVector.fromArray(F, v, vAt + i);
      FloatVector d = w0.fma(decay0, FloatVector.fromArray(F, g, gAt + i).mul(scale));
      FloatVector second = d.fma(d, v0.neg()).fma(gain0, v0);
      second.intoArray(v, vAt + i);
      d.div(second.sqrt().add(epsilon)).fma(minusRate, w0).intoArray(w, wAt + i);
    }
  }

  static void adam(
      float[] w, int wAt, float[] g, int gAt, float[] m, int mAt, float[] v, int vAt, int count,
      float scale, float rate, float correction, float decay, float shrink,
      float gain1, float gain2, float epsilon) {
    FloatVector decay0 = FloatVector.broadcast(F, decay);
    FloatVector minusRate = FloatVector.broadcast(F, -rate);
    FloatVector first0 = FloatVector.broadcast(F, gain1);
    FloatVector second0 = FloatVector.broadcast(F, gain2);
    FloatVector correction0 = FloatVector.broadcast(F, correction);
    FloatVector epsilon0 = FloatVector.broadcast(F, epsilon);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector w0 = FloatVector.fromArray(F, w, wAt + i);
      FloatVector m0 = FloatVector.fromArray(F, m, mAt + i);
      FloatVector v0 = FloatVector.fromArray(F, v, vAt + i);
      FloatVector d = w0.fma(decay0, FloatVector.fromArray(F, g, gAt + i).mul(scale));
      FloatVector first = d.sub(m0).fma(first0, m0);
      FloatVector second = d.fma(d, v0.neg()).fma(second0, v0);
      first.intoArray(m, mAt + i);
      second.intoArray(v, vAt + i);
      FloatVector step = first.div(second.sqrt().fma(correction0, epsilon0));
      step.fma(minusRate, w0.mul(shrink)).intoArray(w, wAt + i);
    }
  }
}
// @formatter:on
