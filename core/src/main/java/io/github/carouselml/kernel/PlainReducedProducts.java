package io.github.carouselml.kernel;

import static io.github.carouselml.kernel.ReducedPanels.COLUMNS;

import io.github.carouselml.kernel.ReducedPanels.Bfloat16;
import io.github.carouselml.kernel.ReducedPanels.Int8;
import java.util.Arrays;

/// [ReducedProducts] in plain loops: each row of a panel is expanded into an array of floats, from
/// whose beginning the compiler reads in vectors (see [PlainProducts]).
public final class PlainReducedProducts implements ReducedProducts {
  private static final class Scratch {
    final float[] w = new float[COLUMNS];
    final float[] y = new float[COLUMNS];
  }

  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  /// Any number of threads may share them.
  public PlainReducedProducts() {}

  @Override
  public void multiply(
      ReducedPanels b,
      int from,
      int to,
      float[] a,
      int aAt,
      float[] init,
      int initAt,
      int initPanel,
      float[] c,
      int cAt) {
    Scratch s = scratch.get();
    for (int p = from; p < to; p++) {
      int width = b.width(p) * Products.LANES;
      int start = initAt + p * initPanel;
      int end = cAt + p * COLUMNS;
      switch (b) {
        case Bfloat16 half -> {
          System.arraycopy(init, start, s.y, 0, width);
          for (int k = 0; k < b.inner(); k++) {
            expand(half.pairs(), (p * b.inner() + k) * Bfloat16.ROW, s.w);
            add(s.y, a[aAt + k], s.w);
          }
          System.arraycopy(s.y, 0, c, end, width);
        }
        case Int8 bytes -> {
          Arrays.fill(s.y, 0f);
          for (int k = 0; k < b.inner(); k++) {
            expand(bytes.bytes(), (p * b.inner() + k) * COLUMNS, s.w);
            add(s.y, a[aAt + k], s.w);
          }
          for (int n = 0; n < width; n++) {
            c[end + n] = Math.fma(s.y[n], bytes.scales()[p * COLUMNS + n], init[start + n]);
          }
        }
      }
    }
  }

  private static void expand(int[] pairs, int at, float[] w) {
    for (int lane = 0; lane < Products.LANES; lane++) {
      int first = pairs[at + lane];
      int second = pairs[at + 16 + lane];
      w[lane] = Float.intBitsToFloat(first << 16);
      w[16 + lane] = Float.intBitsToFloat(first & Bfloat16.UPPER);
      w[32 + lane] = Float.intBitsToFloat(second << 16);
      w[48 + lane] = Float.intBitsToFloat(second & Bfloat16.UPPER);
    }
  }

  private static void expand(byte[] bytes, int at, float[] w) {
    for (int n = 0; n < COLUMNS; n++) {
      w[n] = bytes[at + n];
    }
  }

  /// y += a w
  private static void add(float[] y, float a, float[] w) {
    for (int n = 0; n < COLUMNS; n++) {
      y[n] = Math.fma(a, w[n], y[n]);
    }
  }
}
