package io.github.carouselml.kernel;

/// How the partial sums of a buffer come together, whoever computed them (see [Elementwise#sum]).
public final class Reductions {
  private Reductions() {}

  /// The number of blocks of `count` numbers.
  public static int blocks(int count) {
    return (int) (((long) count + Elementwise.BLOCK - 1) / Elementwise.BLOCK);
  }

  /// The numbers in block `block` of `count` numbers; it starts at `block * BLOCK`.
  public static int blockSize(int count, int block) {
    return Math.min(Elementwise.BLOCK, count - block * Elementwise.BLOCK);
  }

  /// The block sums, added in order.
  public static double combine(double[] sums, int blocks) {
    double sum = 0;
    for (int b = 0; b < blocks; b++) {
      sum += sums[b];
    }
    return sum;
  }

  /// The sixteen lanes of a block, 8-4-2-1.
  // @formatter:off
  public static double combine(
      double d0, double d1, double d2, double d3, double d4, double d5, double d6, double d7,
      double d8, double d9, double d10, double d11, double d12, double d13, double d14, double d15) {
    double e0 = d0 + d8;    double e4 = d4 + d12;    double f0 = e0 + e4;
    double e1 = d1 + d9;    double e5 = d5 + d13;    double f1 = e1 + e5;
    double e2 = d2 + d10;   double e6 = d6 + d14;    double f2 = e2 + e6;
    double e3 = d3 + d11;   double e7 = d7 + d15;    double f3 = e3 + e7;
    return (f0 + f2) + (f1 + f3);
  }
  // @formatter:on

  /// 1/√(variance + epsilon)
  public static float inverseRoot(double variance, float epsilon) {
    return (float) (1 / Math.sqrt(variance + epsilon));
  }
}
