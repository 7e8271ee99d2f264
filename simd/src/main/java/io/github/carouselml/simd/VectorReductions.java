package io.github.carouselml.simd;

import io.github.carouselml.kernel.Reductions;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// One block (at most 4096 numbers) of a sum in canonical order. The sixteen lanes are eight vectors
/// of two doubles, so nothing depends on the width; whole blocks go to [WideReductions] where there
/// are wider ones.
// @formatter:off
final class VectorReductions {
  private static final VectorSpecies<Float> H = FloatVector.SPECIES_64;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_128;

  private VectorReductions() {}

  static double sum(float[] x, int xAt, int count) {
    int bound = count & ~15;
    if (WideReductions.HERE && bound == count) {
      return WideReductions.sum(x, xAt, count);
    }
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    DoubleVector a2 = DoubleVector.zero(D);
    DoubleVector a3 = DoubleVector.zero(D);
    DoubleVector a4 = DoubleVector.zero(D);
    DoubleVector a5 = DoubleVector.zero(D);
    DoubleVector a6 = DoubleVector.zero(D);
    DoubleVector a7 = DoubleVector.zero(D);
    for (int i = 0; i < bound; i += 16) {
      a0 = a0.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i).convertShape(VectorOperators.F2D, D, 0));
      a1 = a1.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 2).convertShape(VectorOperators.F2D, D, 0));
      a2 = a2.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 4).convertShape(VectorOperators.F2D, D, 0));
      a3 = a3.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 6).convertShape(VectorOperators.F2D, D, 0));
      a4 = a4.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 8).convertShape(VectorOperators.F2D, D, 0));
      a5 = a5.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 10).convertShape(VectorOperators.F2D, D, 0));
      a6 = a6.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 12).convertShape(VectorOperators.F2D, D, 0));
      a7 = a7.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 14).convertShape(VectorOperators.F2D, D, 0));
    }
    if (bound == count) {
      DoubleVector f0 = a0.add(a4).add(a2.add(a6));
      DoubleVector f1 = a1.add(a5).add(a3.add(a7));
      DoubleVector g = f0.add(f1);
      return g.lane(0) + g.lane(1);
    }
    return Reductions.combine(
        a0.lane(0) + tail(x, xAt, bound + 0, count), a0.lane(1) + tail(x, xAt, bound + 1, count),
        a1.lane(0) + tail(x, xAt, bound + 2, count), a1.lane(1) + tail(x, xAt, bound + 3, count),
        a2.lane(0) + tail(x, xAt, bound + 4, count), a2.lane(1) + tail(x, xAt, bound + 5, count),
        a3.lane(0) + tail(x, xAt, bound + 6, count), a3.lane(1) + tail(x, xAt, bound + 7, count),
        a4.lane(0) + tail(x, xAt, bound + 8, count), a4.lane(1) + tail(x, xAt, bound + 9, count),
        a5.lane(0) + tail(x, xAt, bound + 10, count), a5.lane(1) + tail(x, xAt, bound + 11, count),
        a6.lane(0) + tail(x, xAt, bound + 12, count), a6.lane(1) + tail(x, xAt, bound + 13, count),
        a7.lane(0) + tail(x, xAt, bound + 14, count), a7.lane(1) + tail(x, xAt, bound + 15, count));
  }

  private static double tail(float[] x, int xAt, int i, int count) {
    return i < count ? x[xAt + i] : 0;
  }

  static double dot(float[] a, int aAt, float[] b, int bAt, int count) {
    int bound = count & ~15;
    if (WideReductions.HERE && bound == count) {
      return WideReductions.dot(a, aAt, b, bAt, count);
    }
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    DoubleVector a2 = DoubleVector.zero(D);
    DoubleVector a3 = DoubleVector.zero(D);
    DoubleVector a4 = DoubleVector.zero(D);
    DoubleVector a5 = DoubleVector.zero(D);
    DoubleVector a6 = DoubleVector.zero(D);
    DoubleVector a7 = DoubleVector.zero(D);
    for (int i = 0; i < bound; i += 16) {
      DoubleVector u0 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v0 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i).convertShape(VectorOperators.F2D, D, 0);
      a0 = u0.fma(v0, a0);
      DoubleVector u1 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 2).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v1 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 2).convertShape(VectorOperators.F2D, D, 0);
      a1 = u1.fma(v1, a1);
      DoubleVector u2 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 4).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v2 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 4).convertShape(VectorOperators.F2D, D, 0);
      a2 = u2.fma(v2, a2);
      DoubleVector u3 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 6).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v3 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 6).convertShape(VectorOperators.F2D, D, 0);
      a3 = u3.fma(v3, a3);
      DoubleVector u4 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v4 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      a4 = u4.fma(v4, a4);
      DoubleVector u5 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 10).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v5 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 10).convertShape(VectorOperators.F2D, D, 0);
      a5 = u5.fma(v5, a5);
      DoubleVector u6 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 12).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v6 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 12).convertShape(VectorOperators.F2D, D, 0);
      a6 = u6.fma(v6, a6);
      DoubleVector u7 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 14).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v7 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 14).convertShape(VectorOperators.F2D, D, 0);
      a7 = u7.fma(v7, a7);
    }
    if (bound == count) {
      DoubleVector f0 = a0.add(a4).add(a2.add(a6));
      DoubleVector f1 = a1.add(a5).add(a3.add(a7));
      DoubleVector g = f0.add(f1);
      return g.lane(0) + g.lane(1);
    }
    return Reductions.combine(
        a0.lane(0) + tail(a, aAt, b, bAt, bound + 0, count), a0.lane(1) + tail(a, aAt, b, bAt, bound + 1, count),
        a1.lane(0) + tail(a, aAt, b, bAt, bound + 2, count), a1.lane(1) + tail(a, aAt, b, bAt, bound + 3, count),
        a2.lane(0) + tail(a, aAt, b, bAt, bound + 4, count), a2.lane(1) + tail(a, aAt, b, bAt, bound + 5, count),
        a3.lane(0) + tail(a, aAt, b, bAt, bound + 6, count), a3.lane(1) + tail(a, aAt, b, bAt, bound + 7, count),
        a4.lane(0) + tail(a, aAt, b, bAt, bound + 8, count), a4.lane(1) + tail(a, aAt, b, bAt, bound + 9, count),
        a5.lane(0) + tail(a, aAt, b, bAt, bound + 10, count), a5.lane(1) + tail(a, aAt, b, bAt, bound + 11, count),
        a6.lane(0) + tail(a, aAt, b, bAt, bound + 12, count), a6.lane(1) + tail(a, aAt, b, bAt, bound + 13, count),
        a7.lane(0) + tail(a, aAt, b, bAt, bound + 14, count), a7.lane(1) + tail(a, aAt, b, bAt, bound + 15, count));
  }

  private static double tail(float[] a, int aAt, float[] b, int bAt, int i, int count) {
    return i < count ? (double) a[aAt + i] * b[bAt + i] : 0;
  }

  static double dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
    int bound = count & ~15;
    if (WideReductions.HERE && bound == count) {
      return WideReductions.dot(a, aAt, b, bAt, c, cAt, count);
    }
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    DoubleVector a2 = DoubleVector.zero(D);
    DoubleVector a3 = DoubleVector.zero(D);
    DoubleVector a4 = DoubleVector.zero(D);
    DoubleVector a5 = DoubleVector.zero(D);
    DoubleVector a6 = DoubleVector.zero(D);
    DoubleVector a7 = DoubleVector.zero(D);
    for (int i = 0; i < bound; i += 16) {
      DoubleVector u0 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v0 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w0 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i).convertShape(VectorOperators.F2D, D, 0);
      a0 = u0.mul(v0).fma(w0, a0);
      DoubleVector u1 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 2).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v1 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 2).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w1 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 2).convertShape(VectorOperators.F2D, D, 0);
      a1 = u1.mul(v1).fma(w1, a1);
      DoubleVector u2 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 4).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v2 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 4).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w2 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 4).convertShape(VectorOperators.F2D, D, 0);
      a2 = u2.mul(v2).fma(w2, a2);
      DoubleVector u3 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 6).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v3 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 6).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w3 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 6).convertShape(VectorOperators.F2D, D, 0);
      a3 = u3.mul(v3).fma(w3, a3);
      DoubleVector u4 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v4 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w4 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      a4 = u4.mul(v4).fma(w4, a4);
      DoubleVector u5 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 10).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v5 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 10).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w5 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 10).convertShape(VectorOperators.F2D, D, 0);
      a5 = u5.mul(v5).fma(w5, a5);
      DoubleVector u6 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 12).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v6 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 12).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w6 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 12).convertShape(VectorOperators.F2D, D, 0);
      a6 = u6.mul(v6).fma(w6, a6);
      DoubleVector u7 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 14).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v7 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 14).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w7 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 14).convertShape(VectorOperators.F2D, D, 0);
      a7 = u7.mul(v7).fma(w7, a7);
    }
    if (bound == count) {
      DoubleVector f0 = a0.add(a4).add(a2.add(a6));
      DoubleVector f1 = a1.add(a5).add(a3.add(a7));
      DoubleVector g = f0.add(f1);
      return g.lane(0) + g.lane(1);
    }
    return Reductions.combine(
        tail(a, aAt, b, bAt, c, cAt, bound + 0, count, a0.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 1, count, a0.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 2, count, a1.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 3, count, a1.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 4, count, a2.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 5, count, a2.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 6, count, a3.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 7, count, a3.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 8, count, a4.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 9, count, a4.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 10, count, a5.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 11, count, a5.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 12, count, a6.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 13, count, a6.lane(1)),
        tail(a, aAt, b, bAt, c, cAt, bound + 14, count, a7.lane(0)), tail(a, aAt, b, bAt, c, cAt, bound + 15, count, a7.lane(1)));
  }

  private static double tail(
      float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int i, int count, double sum) {
    return i < count ? Math.fma((double) a[aAt + i] * b[bAt + i], c[cAt + i], sum) : sum;
  }
}
// @formatter:on
