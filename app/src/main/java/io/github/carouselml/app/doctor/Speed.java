package io.github.carouselml.app.doctor;

import io.github.carouselml.kernel.Products;

/// How fast kernels multiply here and now: a rough figure, to see whether something is badly wrong.
/// Whatever else runs on the machine is in it, and it is no benchmark.
///
/// @param gigaflops billions of multiplications and additions in a second, on one thread
/// @param seconds for how long that was measured
public record Speed(double gigaflops, double seconds) {
  /// What is multiplied: `[64, 256]` by a panel of `[256, 64]`, which fits into any second cache.
  public static final int ROWS = 64;

  public static final int INNER = 256;

  private static final int VECTORS = 4;
  private static final int COLUMNS = VECTORS * Products.LANES;
  private static final long WARM_UP = 400_000_000L;
  private static final long MEASURED = 300_000_000L;

  /// Multiplies for less than a second.
  public static Speed of(Products products) {
    float[] a = new float[ROWS * INNER];
    float[] b = new float[INNER * COLUMNS];
    float[] c = new float[ROWS * COLUMNS];
    for (int i = 0; i < a.length; i++) {
      a[i] = (i % 17 - 8) / 16f;
    }
    for (int i = 0; i < b.length; i++) {
      b[i] = (i % 13 - 6) / 16f;
    }
    multiply(products, a, b, c, WARM_UP);
    long begun = System.nanoTime();
    long times = multiply(products, a, b, c, MEASURED);
    double seconds = (System.nanoTime() - begun) * 1e-9;
    return new Speed(2e-9 * times * ROWS * INNER * COLUMNS / seconds, seconds);
  }

  private static long multiply(Products products, float[] a, float[] b, float[] c, long nanos) {
    float[] none = new float[COLUMNS];
    long begun = System.nanoTime();
    long times = 0;
    while (System.nanoTime() - begun < nanos) {
      for (int i = 0; i < 10; i++) {
        products.multiply(VECTORS, ROWS, 1, INNER, a, 0, INNER, 0, b, 0, none, 0, 0, c, 0, COLUMNS);
      }
      times += 10;
    }
    return times;
  }
}
