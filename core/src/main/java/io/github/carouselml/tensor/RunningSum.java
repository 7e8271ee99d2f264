package io.github.carouselml.tensor;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Reductions;
import java.util.Arrays;

/// A sum of numbers that come piece by piece, with the bits of the sum over all of them at once (see
/// [Elementwise#sum]): number i goes to lane i mod 16 of block i / 4096.
public final class RunningSum {
  private final double[] lanes = new double[Products.LANES];
  private long count;
  private double blocks;

  /// Zero.
  public RunningSum() {}

  /// Begins anew.
  public void clear() {
    Arrays.fill(lanes, 0);
    count = 0;
    blocks = 0;
  }

  /// The next numbers.
  public void add(float[] x, int xAt, int n) {
    for (int i = xAt; i < xAt + n; i++) {
      lanes[(int) (count % lanes.length)] += x[i];
      count++;
      if (count % Elementwise.BLOCK == 0) {
        blocks += combined();
        Arrays.fill(lanes, 0);
      }
    }
  }

  /// Their sum.
  public double total() {
    return count % Elementwise.BLOCK == 0 ? blocks : blocks + combined();
  }

  // @formatter:off
  private double combined() {
    double[] d = lanes;
    return Reductions.combine(
        d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7],
        d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
  }
  // @formatter:on
}
