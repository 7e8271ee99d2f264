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
  private static final long WINDOW = 100_000_000L;
  private static final int MOST_WINDOWS = 40;
  private static final int STEADY_WINDOWS = 5;
  private static final double FASTER = 1.05;

  /// Multiplies until it gets no faster, for four seconds at most: kernels are slow until they are
  /// compiled. The fastest tenth of a second counts.
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
    long begun = System.nanoTime();
    double best = 0;
    int steady = 0;
    for (int window = 0; window < MOST_WINDOWS && steady < STEADY_WINDOWS; window++) {
      long from = System.nanoTime();
      long times = multiply(products, a, b, c, WINDOW);
      double rate = 2.0 * times * ROWS * INNER * COLUMNS / (System.nanoTime() - from);
      steady = rate > FASTER * best ? 0 : steady + 1;
      best = Math.max(best, rate);
    }
    return new Speed(best, (System.nanoTime() - begun) * 1e-9);
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
