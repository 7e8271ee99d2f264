package io.github.carouselml.kernel;

/// [Products] in plain loops.
///
/// The compiler turns a loop into vector instructions only where every array in it is read from its
/// beginning (measured: 34 to 44 against 7 GFLOP/s). So the rows of the panel and of the result are
/// brought into small row arrays first: four rows of the panel serve up to 16 rows of the result.
/// One instance per thread would do; the scratch memory is the thread's own.
public final class PlainProducts implements Products {
  /// Any number of threads may share them.
  public PlainProducts() {}

  private static final int ROWS = 16;
  private static final int COLUMNS = 4 * LANES;

  private static final class Scratch {
    final float[] w0 = new float[COLUMNS];
    final float[] w1 = new float[COLUMNS];
    final float[] w2 = new float[COLUMNS];
    final float[] w3 = new float[COLUMNS];
    final float[][] y = new float[ROWS][COLUMNS];
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
      for (int m = 0; m < rows; m++) {
        int at = aAt + m * aRow + k * aInner;
        four(
            s.y[m],
            width,
            a[at],
            s.w0,
            a[at + aInner],
            s.w1,
            a[at + 2 * aInner],
            s.w2,
            a[at + 3 * aInner],
            s.w3);
      }
    }
    for (; k < inner; k++) {
      System.arraycopy(b, bAt + k * bRow, s.w0, 0, width);
      for (int m = 0; m < rows; m++) {
        one(s.y[m], width, a[aAt + m * aRow + k * aInner], s.w0);
      }
    }
  }

  private static void four(
      float[] y,
      int n,
      float a0,
      float[] w0,
      float a1,
      float[] w1,
      float a2,
      float[] w2,
      float a3,
      float[] w3) {
    for (int i = 0; i < n; i++) {
      y[i] =
          Math.fma(a3, w3[i], Math.fma(a2, w2[i], Math.fma(a1, w1[i], Math.fma(a0, w0[i], y[i]))));
    }
  }

  private static void one(float[] y, int n, float a, float[] w) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.fma(a, w[i], y[i]);
    }
  }
}
