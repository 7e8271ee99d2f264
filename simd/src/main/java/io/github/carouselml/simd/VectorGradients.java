package io.github.carouselml.simd;

import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.kernel.Functions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// dx = dy y' + (old masked by `old`), y' = d from what [Unary#keeps] says: `old` is -1 to add and 0
/// to overwrite, so that one loop serves both. `count` is a multiple of the lanes.
// @formatter:off
final class VectorGradients {
  private VectorGradients() {}

  static void exp(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k;
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void log(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = one.div(k);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void log1p(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = one.div(k.add(1f));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void tanh(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k.neg().fma(k, one);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void sigmoid(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k.mul(one.sub(k));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void softplus(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector log2e = FloatVector.broadcast(F, Functions.LOG2_E);
    FloatVector round = FloatVector.broadcast(F, Functions.ROUND);
    FloatVector high = FloatVector.broadcast(F, -Functions.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(F, -Functions.LN2_LOW);
    FloatVector e0 = FloatVector.broadcast(F, Functions.E0);
    FloatVector e1 = FloatVector.broadcast(F, Functions.E1);
    FloatVector e2 = FloatVector.broadcast(F, Functions.E2);
    FloatVector e3 = FloatVector.broadcast(F, Functions.E3);
    FloatVector e4 = FloatVector.broadcast(F, Functions.E4);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector u = k.blend(-Functions.SIGMOID_CUT, k.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
      u = u.blend(Functions.SIGMOID_CUT, u.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
      FloatVector t = u.fma(log2e, round);
      FloatVector n = t.sub(round);
      FloatVector r = n.fma(low, n.fma(high, u));
      FloatVector p = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
      FloatVector e = p.fma(r.mul(r), r);
      FloatVector scale =
          t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(Functions.ONE_BITS).reinterpretAsFloats();
      FloatVector z = e.fma(scale, scale);
      FloatVector d = z.div(z.add(1f));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void hardSigmoid(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old, float p) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = FloatVector.zero(F).blend(p, k.compare(VectorOperators.GT, 0f));
      d = FloatVector.zero(F).blend(d, k.compare(VectorOperators.LT, 1f));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void softsign(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector a = one.sub(k.abs());
      FloatVector d = a.mul(a);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void leakyRelu(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old, float p) {
    FloatVector slope = FloatVector.broadcast(F, p);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = slope.blend(1f, k.compare(VectorOperators.GT, 0f));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void affine(
      float[] dy, int dyAt, float[] dx, int dxAt, int count, int old, float p) {
    FloatVector d = FloatVector.broadcast(F, p);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void clip(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old, float p, float q) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = one.blend(0f, k.compare(VectorOperators.LT, p));
      d = d.blend(0f, k.compare(VectorOperators.GT, q));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void square(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k.add(k);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void sqrt(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    FloatVector half = FloatVector.broadcast(F, 0.5f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = half.div(k);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void abs(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k.blend(1f, k.compare(VectorOperators.GT, 0f));
      d = d.blend(-1f, k.compare(VectorOperators.LT, 0f));
      d = d.blend(0f, k.compare(VectorOperators.EQ, 0f));
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void reciprocal(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k.mul(k).neg();
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  // The derivatives of a product (the other factor is kept) and by a divisor b (a is kept).

  static void multiply(
      float[] kept, int keptAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector d = k;
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }

  static void divisor(
      float[] kept, int keptAt, float[] b, int bAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, int old) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector k = FloatVector.fromArray(F, kept, keptAt + i);
      FloatVector b0 = FloatVector.fromArray(F, b, bAt + i);
      FloatVector d = k.div(b0).neg().div(b0);
      FloatVector g = FloatVector.fromArray(F, dx, dxAt + i).reinterpretAsInts().and(old).reinterpretAsFloats();
      FloatVector.fromArray(F, dy, dyAt + i).fma(d, g).intoArray(dx, dxAt + i);
    }
  }
}
// @formatter:on
