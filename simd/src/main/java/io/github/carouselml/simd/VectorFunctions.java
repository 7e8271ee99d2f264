package io.github.carouselml.simd;

import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.kernel.Functions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// [Functions] and the other constants of [Unary], lane by lane the same operations. `count` is a
/// multiple of the lanes. One flat loop each, however alike: a helper that takes vectors boxes them
/// whenever the compiler declines to inline it, and it declines silently.
// @formatter:off
final class VectorFunctions {
  private VectorFunctions() {}

  /// y = exp(x - shift)
  static void exp(float[] x, int xAt, float[] y, int yAt, int count, float shift) {
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
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i).sub(shift);
      FloatVector t = x0.fma(log2e, round);
      FloatVector n = t.sub(round);
      FloatVector r = n.fma(low, n.fma(high, x0));
      FloatVector p = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
      FloatVector e = p.fma(r.mul(r), r).add(1f);
      FloatVector z =
          e.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
      z = z.blend(0f, x0.compare(VectorOperators.LT, Functions.EXP_LOW));
      z = z.blend(Float.POSITIVE_INFINITY, x0.compare(VectorOperators.GT, Functions.EXP_HIGH));
      z.blend(x0, x0.compare(VectorOperators.NE, x0)).intoArray(y, yAt + i);
    }
  }

  static void sigmoid(float[] x, int xAt, float[] y, int yAt, int count) {
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
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector u = x0.blend(-Functions.SIGMOID_CUT, x0.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
      u = u.blend(Functions.SIGMOID_CUT, u.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
      FloatVector t = u.fma(log2e, round);
      FloatVector n = t.sub(round);
      FloatVector r = n.fma(low, n.fma(high, u));
      FloatVector p = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
      FloatVector e = p.fma(r.mul(r), r);
      FloatVector scale =
          t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(Functions.ONE_BITS).reinterpretAsFloats();
      FloatVector z = e.fma(scale, scale);
      z.div(z.add(1f)).intoArray(y, yAt + i);
    }
  }

  static void tanh(float[] x, int xAt, float[] y, int yAt, int count) {
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
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector u = x0.blend(-Functions.TANH_CUT, x0.compare(VectorOperators.LT, -Functions.TANH_CUT));
      u = u.blend(Functions.TANH_CUT, u.compare(VectorOperators.GT, Functions.TANH_CUT));
      u = u.add(u);
      FloatVector t = u.fma(log2e, round);
      FloatVector n = t.sub(round);
      FloatVector r = n.fma(low, n.fma(high, u));
      FloatVector p = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
      FloatVector e = p.fma(r.mul(r), r);
      FloatVector scale =
          t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(Functions.ONE_BITS).reinterpretAsFloats();
      FloatVector q = e.fma(scale, scale.sub(1f));
      q.div(q.add(2f)).intoArray(y, yAt + i);
    }
  }

  static void log(float[] x, int xAt, float[] y, int yAt, int count) {
    FloatVector high = FloatVector.broadcast(F, Functions.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(F, Functions.LN2_LOW);
    FloatVector l0 = FloatVector.broadcast(F, Functions.L0);
    FloatVector l1 = FloatVector.broadcast(F, Functions.L1);
    FloatVector l2 = FloatVector.broadcast(F, Functions.L2);
    FloatVector l3 = FloatVector.broadcast(F, Functions.L3);
    FloatVector l4 = FloatVector.broadcast(F, Functions.L4);
    FloatVector l5 = FloatVector.broadcast(F, Functions.L5);
    FloatVector l6 = FloatVector.broadcast(F, Functions.L6);
    FloatVector l7 = FloatVector.broadcast(F, Functions.L7);
    FloatVector minusHalf = FloatVector.broadcast(F, -0.5f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      VectorMask<Float> small = x0.compare(VectorOperators.LT, Float.MIN_NORMAL);
      FloatVector u = x0.blend(x0.mul(0x1p25f), small);
      IntVector bits = u.reinterpretAsInts().sub(Functions.ROOT_HALF_BITS);
      FloatVector m = (FloatVector) bits.lanewise(VectorOperators.ASHR, 23).convert(VectorOperators.I2F, 0);
      m = m.sub(FloatVector.zero(F).blend(25f, small));
      FloatVector f = bits.and(Functions.FRACTION).add(Functions.ROOT_HALF_BITS).reinterpretAsFloats().sub(1f);
      FloatVector s = f.mul(f);
      FloatVector p = l7.fma(f, l6).fma(f, l5).fma(f, l4).fma(f, l3).fma(f, l2).fma(f, l1).fma(f, l0);
      FloatVector v = m.fma(low, p.mul(s.mul(f)));
      v = m.fma(high, s.fma(minusHalf, v).add(f));
      v = v.blend(Float.NaN, x0.compare(VectorOperators.LT, 0f));
      v = v.blend(Float.NEGATIVE_INFINITY, x0.compare(VectorOperators.EQ, 0f));
      x0.blend(v, x0.compare(VectorOperators.LT, Float.POSITIVE_INFINITY)).intoArray(y, yAt + i);
    }
  }

  static void log1p(float[] x, int xAt, float[] y, int yAt, int count) {
    FloatVector high = FloatVector.broadcast(F, Functions.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(F, Functions.LN2_LOW);
    FloatVector l0 = FloatVector.broadcast(F, Functions.L0);
    FloatVector l1 = FloatVector.broadcast(F, Functions.L1);
    FloatVector l2 = FloatVector.broadcast(F, Functions.L2);
    FloatVector l3 = FloatVector.broadcast(F, Functions.L3);
    FloatVector l4 = FloatVector.broadcast(F, Functions.L4);
    FloatVector l5 = FloatVector.broadcast(F, Functions.L5);
    FloatVector l6 = FloatVector.broadcast(F, Functions.L6);
    FloatVector l7 = FloatVector.broadcast(F, Functions.L7);
    FloatVector minusHalf = FloatVector.broadcast(F, -0.5f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      IntVector k = x0.add(1f).reinterpretAsInts().sub(Functions.ROOT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
      IntVector shift = k.lanewise(VectorOperators.LSHL, 23);
      FloatVector scale = shift.neg().add(Functions.ONE_BITS).max(0).reinterpretAsFloats();
      FloatVector scaled = x0.reinterpretAsInts().sub(shift).reinterpretAsFloats();
      FloatVector f = scaled.add(scale.sub(1f));
      FloatVector m = (FloatVector) k.convert(VectorOperators.I2F, 0);
      FloatVector s = f.mul(f);
      FloatVector p = l7.fma(f, l6).fma(f, l5).fma(f, l4).fma(f, l3).fma(f, l2).fma(f, l1).fma(f, l0);
      FloatVector v = m.fma(low, p.mul(s.mul(f)));
      v = m.fma(high, s.fma(minusHalf, v).add(f));
      v = v.blend(Float.NaN, x0.compare(VectorOperators.LT, -1f));
      v = v.blend(Float.NEGATIVE_INFINITY, x0.compare(VectorOperators.EQ, -1f));
      x0.blend(v, x0.compare(VectorOperators.LT, Float.POSITIVE_INFINITY)).intoArray(y, yAt + i);
    }
  }

  static void softplus(float[] x, int xAt, float[] y, int yAt, int count) {
    FloatVector log2e = FloatVector.broadcast(F, Functions.LOG2_E);
    FloatVector round = FloatVector.broadcast(F, Functions.ROUND);
    FloatVector minusHigh = FloatVector.broadcast(F, -Functions.LN2_HIGH);
    FloatVector minusLow = FloatVector.broadcast(F, -Functions.LN2_LOW);
    FloatVector e0 = FloatVector.broadcast(F, Functions.E0);
    FloatVector e1 = FloatVector.broadcast(F, Functions.E1);
    FloatVector e2 = FloatVector.broadcast(F, Functions.E2);
    FloatVector e3 = FloatVector.broadcast(F, Functions.E3);
    FloatVector e4 = FloatVector.broadcast(F, Functions.E4);
    FloatVector high = FloatVector.broadcast(F, Functions.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(F, Functions.LN2_LOW);
    FloatVector l0 = FloatVector.broadcast(F, Functions.L0);
    FloatVector l1 = FloatVector.broadcast(F, Functions.L1);
    FloatVector l2 = FloatVector.broadcast(F, Functions.L2);
    FloatVector l3 = FloatVector.broadcast(F, Functions.L3);
    FloatVector l4 = FloatVector.broadcast(F, Functions.L4);
    FloatVector l5 = FloatVector.broadcast(F, Functions.L5);
    FloatVector l6 = FloatVector.broadcast(F, Functions.L6);
    FloatVector l7 = FloatVector.broadcast(F, Functions.L7);
    FloatVector minusHalf = FloatVector.broadcast(F, -0.5f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector a = x0.abs().neg();
      FloatVector t = a.fma(log2e, round);
      FloatVector n = t.sub(round);
      FloatVector r = n.fma(minusLow, n.fma(minusHigh, a));
      FloatVector d = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
      FloatVector e = d.fma(r.mul(r), r).add(1f);
      FloatVector z =
          e.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
      z = z.blend(0f, a.compare(VectorOperators.LT, Functions.EXP_LOW));
      IntVector k = z.add(1f).reinterpretAsInts().sub(Functions.ROOT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
      FloatVector scale = k.lanewise(VectorOperators.LSHL, 23).neg().add(Functions.ONE_BITS).reinterpretAsFloats();
      FloatVector f = z.fma(scale, scale.sub(1f));
      FloatVector m = (FloatVector) k.convert(VectorOperators.I2F, 0);
      FloatVector s = f.mul(f);
      FloatVector p = l7.fma(f, l6).fma(f, l5).fma(f, l4).fma(f, l3).fma(f, l2).fma(f, l1).fma(f, l0);
      FloatVector v = m.fma(low, p.mul(s.mul(f)));
      v = m.fma(high, s.fma(minusHalf, v).add(f));
      v = v.add(FloatVector.zero(F).blend(x0, x0.compare(VectorOperators.GT, 0f)));
      v.blend(x0, x0.compare(VectorOperators.NE, x0)).intoArray(y, yAt + i);
    }
  }

  static void hardSigmoid(float[] x, int xAt, float[] y, int yAt, int count, float p, float q) {
    FloatVector slope = FloatVector.broadcast(F, p);
    FloatVector offset = FloatVector.broadcast(F, q);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector v = x0.fma(slope, offset);
      v = v.blend(0f, v.compare(VectorOperators.LT, 0f));
      v.blend(1f, v.compare(VectorOperators.GT, 1f)).intoArray(y, yAt + i);
    }
  }

  static void softsign(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.div(x0.abs().add(1f)).intoArray(y, yAt + i);
    }
  }

  static void relu(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.blend(0f, x0.compare(VectorOperators.LE, 0f)).intoArray(y, yAt + i);
    }
  }

  static void leakyRelu(float[] x, int xAt, float[] y, int yAt, int count, float p) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.mul(p).blend(x0, x0.compare(VectorOperators.GT, 0f)).intoArray(y, yAt + i);
    }
  }

  static void affine(float[] x, int xAt, float[] y, int yAt, int count, float p, float q) {
    FloatVector slope = FloatVector.broadcast(F, p);
    FloatVector offset = FloatVector.broadcast(F, q);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.fma(slope, offset).intoArray(y, yAt + i);
    }
  }

  static void clip(float[] x, int xAt, float[] y, int yAt, int count, float p, float q) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector v = x0.blend(p, x0.compare(VectorOperators.LT, p));
      v.blend(q, v.compare(VectorOperators.GT, q)).intoArray(y, yAt + i);
    }
  }

  static void square(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.mul(x0).intoArray(y, yAt + i);
    }
  }

  static void sqrt(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.sqrt().intoArray(y, yAt + i);
    }
  }

  static void abs(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      x0.abs().intoArray(y, yAt + i);
    }
  }

  static void sign(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector v = x0.blend(1f, x0.compare(VectorOperators.GT, 0f));
      v = v.blend(-1f, x0.compare(VectorOperators.LT, 0f));
      v.blend(0f, x0.compare(VectorOperators.EQ, 0f)).intoArray(y, yAt + i);
    }
  }

  static void reciprocal(float[] x, int xAt, float[] y, int yAt, int count) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      one.div(x0).intoArray(y, yAt + i);
    }
  }

  static void greater(float[] x, int xAt, float[] y, int yAt, int count, float p) {
    for (int i = 0; i < count; i += F.length()) {
      FloatVector x0 = FloatVector.fromArray(F, x, xAt + i);
      FloatVector.zero(F).blend(1f, x0.compare(VectorOperators.GT, p)).intoArray(y, yAt + i);
    }
  }
}
// @formatter:on
