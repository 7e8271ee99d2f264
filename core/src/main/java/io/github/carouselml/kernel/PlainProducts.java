package io.github.carouselml.kernel;

import java.util.Arrays;

/// [Products] in plain loops.
///
/// The compiler turns a loop into vector instructions only where it can see that what is stored is not
/// read elsewhere: every array from its own beginning, or one array at constant distances (measured: 34
/// to 44 against 7 GFLOP/s). So the rows of the panel and of the result are brought into small row
/// arrays first: four rows of the panel serve up to 32 rows of the result, two at a time. A loop
/// over a row is short, and what the compiler puts around it takes longer than the loop; it takes less
/// where the length is a constant (measured on the three widths of vectors: 1.2 to 1.3 times as fast,
/// 1.3 to 1.7 with two rows at a time, no more with four). So a row has the length of the widest
/// panel, zeros beyond a narrower one. A single row and eight of the panel lie in one array, into
/// which a whole panel's eight are one copy (1.6 to 1.9 times as fast).
/// One instance per thread would do; the scratch memory is the thread's own.
public final class PlainProducts implements Products {
  /// Any number of threads may share them.
  public PlainProducts() {}

  private static final int ROWS = 32;
  private static final int COLUMNS = PANEL;
  private static final int AT_ONCE = 8; // of a panel, for a single row

  private static final class Scratch {
    final float[] w0 = new float[COLUMNS];
    final float[] w1 = new float[COLUMNS];
    final float[] w2 = new float[COLUMNS];
    final float[] w3 = new float[COLUMNS];
    final float[][] y = new float[ROWS][COLUMNS];
    final float[] single = new float[(1 + AT_ONCE) * COLUMNS];

    /// What narrower panels leave of the rows.
    void clear(int width) {
      if (width < COLUMNS) {
        Arrays.fill(w0, width, COLUMNS, 0f);
        Arrays.fill(w1, width, COLUMNS, 0f);
        Arrays.fill(w2, width, COLUMNS, 0f);
        Arrays.fill(w3, width, COLUMNS, 0f);
      }
    }
  }

  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  @Override
  public void multiply(
      int vectors,
      int rows,
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    Scratch s = scratch.get();
    int width = LANES * vectors;
    if (rows == 1 && width == COLUMNS) {
      single(s.single, outer, inner, a, aAt, aOuter, b, bAt, init, initAt, c, cAt);
      return;
    }
    s.clear(width);
    for (int m = 0; m < rows; m += ROWS) {
      int tile = Math.min(ROWS, rows - m);
      load(s, tile, width, init, initAt + m * initRow, initRow);
      for (int p = 0; p < outer; p++) {
        accumulate(
            s,
            tile,
            width,
            inner,
            a,
            aAt + m * aRow + p * aOuter,
            aRow,
            1,
            b,
            bAt + p * inner * width,
            width);
      }
      store(s, tile, width, c, cAt + m * cRow, cRow);
    }
  }

  @Override
  public void multiplyTransposed(
      int vectors,
      int rows,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    Scratch s = scratch.get();
    int width = LANES * vectors;
    s.clear(width);
    for (int m = 0; m < rows; m += ROWS) {
      int tile = Math.min(ROWS, rows - m);
      load(s, tile, width, c, cAt + m * cRow, cRow);
      accumulate(s, tile, width, inner, a, aAt + m, 1, aRow, b, bAt, bRow);
      store(s, tile, width, c, cAt + m * cRow, cRow);
    }
  }

  private static void load(Scratch s, int rows, int width, float[] from, int at, int row) {
    for (int m = 0; m < rows; m++) {
      System.arraycopy(from, at + m * row, s.y[m], 0, width);
      Arrays.fill(s.y[m], width, COLUMNS, 0f);
    }
  }

  private static void store(Scratch s, int rows, int width, float[] to, int at, int row) {
    for (int m = 0; m < rows; m++) {
      System.arraycopy(s.y[m], 0, to, at + m * row, width);
    }
  }

  /// `y[m] += Σ_k a[m, k] b[k]`, k ascending.
  private static void accumulate(
      Scratch s,
      int rows,
      int width,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aInner,
      float[] b,
      int bAt,
      int bRow) {
    int k = 0;
    for (; k + 4 <= inner; k += 4) {
      System.arraycopy(b, bAt + k * bRow, s.w0, 0, width);
      System.arraycopy(b, bAt + (k + 1) * bRow, s.w1, 0, width);
      System.arraycopy(b, bAt + (k + 2) * bRow, s.w2, 0, width);
      System.arraycopy(b, bAt + (k + 3) * bRow, s.w3, 0, width);
      int m = 0;
      for (; m + 2 <= rows; m += 2) {
        int at = aAt + m * aRow + k * aInner;
        two(s.y[m], s.y[m + 1], s.w0, s.w1, s.w2, s.w3, a, at, at + aRow, aInner);
      }
      if (m < rows) {
        one(s.y[m], s.w0, s.w1, s.w2, s.w3, a, aAt + m * aRow + k * aInner, aInner);
      }
    }
    for (; k < inner; k++) {
      System.arraycopy(b, bAt + k * bRow, s.w0, 0, width);
      for (int m = 0; m < rows; m++) {
        add(s.y[m], a[aAt + m * aRow + k * aInner], s.w0);
      }
    }
  }

  /// Two rows of the result and four of the panel.
  private static void two(
      float[] y,
      float[] z,
      float[] w0,
      float[] w1,
      float[] w2,
      float[] w3,
      float[] a,
      int yAt,
      int zAt,
      int aInner) {
    float y0 = a[yAt];
    float y1 = a[yAt + aInner];
    float y2 = a[yAt + 2 * aInner];
    float y3 = a[yAt + 3 * aInner];
    float z0 = a[zAt];
    float z1 = a[zAt + aInner];
    float z2 = a[zAt + 2 * aInner];
    float z3 = a[zAt + 3 * aInner];
    for (int n = 0; n < COLUMNS; n++) {
      float v0 = w0[n];
      float v1 = w1[n];
      float v2 = w2[n];
      float v3 = w3[n];
      y[n] = Math.fma(y3, v3, Math.fma(y2, v2, Math.fma(y1, v1, Math.fma(y0, v0, y[n]))));
      z[n] = Math.fma(z3, v3, Math.fma(z2, v2, Math.fma(z1, v1, Math.fma(z0, v0, z[n]))));
    }
  }

  private static void one(
      float[] y, float[] w0, float[] w1, float[] w2, float[] w3, float[] a, int at, int aInner) {
    float y0 = a[at];
    float y1 = a[at + aInner];
    float y2 = a[at + 2 * aInner];
    float y3 = a[at + 3 * aInner];
    for (int n = 0; n < COLUMNS; n++) {
      y[n] =
          Math.fma(y3, w3[n], Math.fma(y2, w2[n], Math.fma(y1, w1[n], Math.fma(y0, w0[n], y[n]))));
    }
  }

  private static void add(float[] y, float a, float[] w) {
    for (int n = 0; n < COLUMNS; n++) {
      y[n] = Math.fma(a, w[n], y[n]);
    }
  }

  /// A single row of the result, at the beginning of s, with a full panel, whose rows come behind it.
  private static void single(
      float[] s,
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aOuter,
      float[] b,
      int bAt,
      float[] init,
      int initAt,
      float[] c,
      int cAt) {
    System.arraycopy(init, initAt, s, 0, COLUMNS);
    for (int p = 0; p < outer; p++) {
      int at = aAt + p * aOuter;
      int panel = bAt + p * inner * COLUMNS;
      int k = 0;
      for (; k + AT_ONCE <= inner; k += AT_ONCE) {
        System.arraycopy(b, panel + k * COLUMNS, s, COLUMNS, AT_ONCE * COLUMNS);
        eight(s, a, at + k);
      }
      for (; k < inner; k++) {
        System.arraycopy(b, panel + k * COLUMNS, s, COLUMNS, COLUMNS);
        next(s, a[at + k]);
      }
    }
    System.arraycopy(s, 0, c, cAt, COLUMNS);
  }

  private static void eight(float[] s, float[] a, int at) {
    float a0 = a[at];
    float a1 = a[at + 1];
    float a2 = a[at + 2];
    float a3 = a[at + 3];
    float a4 = a[at + 4];
    float a5 = a[at + 5];
    float a6 = a[at + 6];
    float a7 = a[at + 7];
    for (int n = 0; n < COLUMNS; n++) {
      float y = Math.fma(a0, s[COLUMNS + n], s[n]);
      y = Math.fma(a1, s[2 * COLUMNS + n], y);
      y = Math.fma(a2, s[3 * COLUMNS + n], y);
      y = Math.fma(a3, s[4 * COLUMNS + n], y);
      y = Math.fma(a4, s[5 * COLUMNS + n], y);
      y = Math.fma(a5, s[6 * COLUMNS + n], y);
      y = Math.fma(a6, s[7 * COLUMNS + n], y);
      s[n] = Math.fma(a7, s[8 * COLUMNS + n], y);
    }
  }

  private static void next(float[] s, float a) {
    for (int n = 0; n < COLUMNS; n++) {
      s[n] = Math.fma(a, s[COLUMNS + n], s[n]);
    }
  }
}
