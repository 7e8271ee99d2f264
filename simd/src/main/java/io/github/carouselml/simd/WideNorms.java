package io.github.carouselml.simd;

import static io.github.carouselml.cell.CellBlock.Z_ROW;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Reductions;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Layer norms of rows that lie in panels, with sums as in [WideReductions]: a row is never brought
/// together, and what is read again is still in the first cache.
// @formatter:off
final class WideNorms {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
  private static final VectorSpecies<Float> H = FloatVector.SPECIES_256;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_512;

  /// The panels of a block of a sum.
  private static final int BLOCK = Elementwise.BLOCK / Z_ROW;

  private WideNorms() {}

  static float layerNorm(
      int panels, float[] x, int xAt, int xPanel, float[] gain, int gainAt,
      float[] bias, int biasAt, int biasPanel, float epsilon,
      float[] n, int nAt, int nPanel, float[] y, int yAt, int yPanel) {
    int count = panels * Z_ROW;
    double sum = 0;
    for (int p = 0; p < panels; p += BLOCK) {
      sum += sum(Math.min(panels - p, BLOCK), x, xAt + p * xPanel, xPanel);
    }
    float mean = (float) (sum / count);
    double squares = 0;
    for (int p = 0; p < panels; p += BLOCK) {
      squares += squares(Math.min(panels - p, BLOCK), x, xAt + p * xPanel, xPanel, mean);
    }
    float scale = Reductions.inverseRoot(squares / count, epsilon);
    for (int p = 0; p < panels; p++) {
      normalize(
          x, xAt + p * xPanel, mean, scale, gain, gainAt + p * Z_ROW, bias, biasAt + p * biasPanel,
          n, nAt + p * nPanel, y, yAt + p * yPanel);
    }
    return scale;
  }

  private static double sum(int panels, float[] x, int xAt, int xPanel) {
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    for (int p = 0; p < panels; p++) {
      int at = xAt + p * xPanel;
      for (int i = 0; i < Z_ROW; i += 16) {
        a0 = a0.add((DoubleVector) FloatVector.fromArray(H, x, at + i).convertShape(VectorOperators.F2D, D, 0));
        a1 = a1.add((DoubleVector) FloatVector.fromArray(H, x, at + i + 8).convertShape(VectorOperators.F2D, D, 0));
      }
    }
    return WideReductions.total(a0, a1);
  }

  /// Σ (x - mean)²
  private static double squares(int panels, float[] x, int xAt, int xPanel, float mean) {
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    for (int p = 0; p < panels; p++) {
      int at = xAt + p * xPanel;
      for (int i = 0; i < Z_ROW; i += 16) {
        DoubleVector d0 = (DoubleVector) FloatVector.fromArray(H, x, at + i).sub(mean).convertShape(VectorOperators.F2D, D, 0);
        a0 = d0.fma(d0, a0);
        DoubleVector d1 = (DoubleVector) FloatVector.fromArray(H, x, at + i + 8).sub(mean).convertShape(VectorOperators.F2D, D, 0);
        a1 = d1.fma(d1, a1);
      }
    }
    return WideReductions.total(a0, a1);
  }

  private static void normalize(
      float[] x, int xAt, float mean, float scale, float[] gain, int gainAt, float[] bias, int biasAt,
      float[] n, int nAt, float[] y, int yAt) {
    for (int i = 0; i < Z_ROW; i += 16) {
      FloatVector normal = FloatVector.fromArray(F, x, xAt + i).sub(mean).mul(scale);
      FloatVector bias0 = FloatVector.fromArray(F, bias, biasAt + i);
      normal.intoArray(n, nAt + i);
      normal.fma(FloatVector.fromArray(F, gain, gainAt + i), bias0).intoArray(y, yAt + i);
    }
  }

  static void layerNormGradient(
      int panels, float[] n, int nAt, int nPanel, float scale, float[] gain, int gainAt,
      float[] dy, int dyAt, int dyPanel, float[] dx, int dxAt, int dxPanel, int old) {
    int count = panels * Z_ROW;
    double sum = 0;
    double products = 0;
    DoubleVector a0 = DoubleVector.zero(D);
    DoubleVector a1 = DoubleVector.zero(D);
    DoubleVector b0 = DoubleVector.zero(D);
    DoubleVector b1 = DoubleVector.zero(D);
    for (int p = 0; p < panels; p++) {
      int at = dyAt + p * dyPanel;
      int gAt = gainAt + p * Z_ROW;
      int from = nAt + p * nPanel;
      for (int i = 0; i < Z_ROW; i += 16) {
        // Σ dy gain and Σ dy gain n; dy gain is exact in double
        DoubleVector u0 = (DoubleVector) FloatVector.fromArray(H, dy, at + i).convertShape(VectorOperators.F2D, D, 0);
        DoubleVector v0 = (DoubleVector) FloatVector.fromArray(H, gain, gAt + i).convertShape(VectorOperators.F2D, D, 0);
        DoubleVector w0 = (DoubleVector) FloatVector.fromArray(H, n, from + i).convertShape(VectorOperators.F2D, D, 0);
        DoubleVector g0 = u0.mul(v0);
        a0 = a0.add(g0);
        b0 = g0.fma(w0, b0);
        DoubleVector u1 = (DoubleVector) FloatVector.fromArray(H, dy, at + i + 8).convertShape(VectorOperators.F2D, D, 0);
        DoubleVector v1 = (DoubleVector) FloatVector.fromArray(H, gain, gAt + i + 8).convertShape(VectorOperators.F2D, D, 0);
        DoubleVector w1 = (DoubleVector) FloatVector.fromArray(H, n, from + i + 8).convertShape(VectorOperators.F2D, D, 0);
        DoubleVector g1 = u1.mul(v1);
        a1 = a1.add(g1);
        b1 = g1.fma(w1, b1);
      }
      if (p % BLOCK == BLOCK - 1 || p == panels - 1) {
        sum += WideReductions.total(a0, a1);
        products += WideReductions.total(b0, b1);
        a0 = DoubleVector.zero(D);
        a1 = DoubleVector.zero(D);
        b0 = DoubleVector.zero(D);
        b1 = DoubleVector.zero(D);
      }
    }
    float mean = (float) (sum / count);
    float slope = (float) (products / count);
    for (int p = 0; p < panels; p++) {
      VectorUpdates.layerNormGradient(
          n, nAt + p * nPanel, scale, gain, gainAt + p * Z_ROW, dy, dyAt + p * dyPanel, mean, slope,
          dx, dxAt + p * dxPanel, Z_ROW, old);
    }
  }
}
// @formatter:on
