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
}
