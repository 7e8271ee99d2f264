package io.github.carouselml.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// One block of a sum in canonical order where the machine has vectors of eight doubles: the sixteen
/// lanes are two of them, with the bits of [VectorReductions]. `count` is a multiple of 16.
// @formatter:off
final class WideReductions {
  private static final VectorSpecies<Float> H = FloatVector.SPECIES_256;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_512;

  /// Whether this machine has them.
  static final boolean HERE = Lanes.F.length() == 16;

  private WideReductions() {}

  static double sum(float[] x, int xAt, int count) {
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    for (int i = 0; i < count; i += 16) {
      a0 = a0.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i).convertShape(VectorOperators.F2D, D, 0));
      a1 = a1.add((DoubleVector) FloatVector.fromArray(H, x, xAt + i + 8).convertShape(VectorOperators.F2D, D, 0));
    }
    return total(a0, a1);
  }

  static double dot(float[] a, int aAt, float[] b, int bAt, int count) {
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    for (int i = 0; i < count; i += 16) {
      DoubleVector u0 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v0 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i).convertShape(VectorOperators.F2D, D, 0);
      a0 = u0.fma(v0, a0);
      DoubleVector u1 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v1 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      a1 = u1.fma(v1, a1);
    }
    return total(a0, a1);
  }

  static double dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    for (int i = 0; i < count; i += 16) {
      DoubleVector u0 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v0 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w0 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i).convertShape(VectorOperators.F2D, D, 0);
      a0 = u0.mul(v0).fma(w0, a0);
      DoubleVector u1 = (DoubleVector) FloatVector.fromArray(H, a, aAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector v1 = (DoubleVector) FloatVector.fromArray(H, b, bAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector w1 = (DoubleVector) FloatVector.fromArray(H, c, cAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
      a1 = u1.mul(v1).fma(w1, a1);
    }
    return total(a0, a1);
  }

  /// The sixteen lanes of two accumulators, in canonical order.
  static double total(DoubleVector a0, DoubleVector a1) {
    DoubleVector s = a0.add(a1);
    double s0 = s.lane(0) + s.lane(4);
    double s1 = s.lane(1) + s.lane(5);
    double s2 = s.lane(2) + s.lane(6);
    double s3 = s.lane(3) + s.lane(7);
    return (s0 + s2) + (s1 + s3);
  }
}
// @formatter:on
