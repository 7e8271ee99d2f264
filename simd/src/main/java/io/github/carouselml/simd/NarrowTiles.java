package io.github.carouselml.simd;

import io.github.carouselml.cpu.Jvm;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The same products on vectors of 8 or 4 floats, in tiles of 4 rows by 4 vectors where there are 32
/// registers, and of 6 or 4 rows by 2 where there are 16. What is left goes in tiles of 2 rows by 4
/// vectors and 1 by 8: fewer than 8 sums at once would wait for each other (one row is 1.2 to 1.8
/// times as fast by 8 as by 4 on vectors of 4, and 1.05 to 1.4 on vectors of 8).
///
/// A panel stays 16 units wide on every machine, so a tile covers a part of its columns; the inner
/// dimension is cut in blocks, for low tiles of 96 so that the panel's part stays in the first cache
/// (without: 21 % slower), for tall ones of 384, since they read it less often than they would fetch
/// and store their sums. The tiles go along the columns first: a block's lines then fill the cache
/// evenly, while the part of one tile would crowd into a few of its sets (7 % at an inner dimension
/// of 768). See [WideTiles] for the form of the loops, and for why a tall tile knows nothing of an
/// outer dimension.
final class NarrowTiles {
  private static final VectorSpecies<Float> S =
      Lanes.F.length() > 8 ? FloatVector.SPECIES_256 : Lanes.F;
  private static final int L = S.length();
  private static final int LOW_DEPTH = 96;

  /// The most steps of the inner dimension that go together.
  static final int DEPTH = 384;

  /// Whether there are 32 registers. Of the others, only x86 before AVX-512 has 16 (measured with 32:
  /// tiles of 4 by 4 are 1.12 to 1.28 times as fast).
  static final boolean MANY_REGISTERS = Jvm.useAvx().orElse(3) >= 3;

  /// The rows of the tallest tile.
  static final int HEIGHT = MANY_REGISTERS ? 4 : 6;

  /// The vectors of a tile of more than two rows.
  static final int TALL_VECTORS = MANY_REGISTERS ? 4 : 2;

  private NarrowTiles() {}

  /// As [io.github.carouselml.kernel.Products#multiply], `outer` and `inner` at least 1.
  static void multiply(
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
    int width = 16 * vectors;
    int depth = depth(rows, vectors == 4);
    if (inner >= depth) {
      for (int p = 0; p < outer; p++) {
        for (int k = 0; k < inner; k += depth) {
          boolean first = p == 0 && k == 0;
          block(
              width,
              rows,
              1,
              Math.min(depth, inner - k),
              a,
              aAt + p * aOuter + k,
              aRow,
              0,
              b,
              bAt + (p * inner + k) * width,
              0,
              first ? init : c,
              first ? initAt : cAt,
              first ? initRow : cRow,
              c,
              cAt,
              cRow);
        }
      }
    } else {
      int panels = depth / inner;
      for (int p = 0; p < outer; p += panels) {
        boolean first = p == 0;
        block(
            width,
            rows,
            Math.min(panels, outer - p),
            inner,
            a,
            aAt + p * aOuter,
            aRow,
            aOuter,
            b,
            bAt + p * inner * width,
            inner * width,
            first ? init : c,
            first ? initAt : cAt,
            first ? initRow : cRow,
            c,
            cAt,
            cRow);
      }
    }
  }

  private static void block(
      int width,
      int rows,
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    for (int m = 0; m < rows; ) {
      int at = aAt + m * aRow;
      int it = initAt + m * initRow;
      int ct = cAt + m * cRow;
      int tile = height(rows - m, width == 64);
      if (tile > 2) {
        tall(
            tile, outer, inner, a, at, aRow, aOuter, b, bAt, bOuter, init, it, initRow, c, ct,
            cRow);
      } else {
        low(
            width, tile, outer, inner, a, at, aRow, aOuter, b, bAt, bOuter, init, it, initRow, c,
            ct, cRow);
      }
      m += tile;
    }
  }

  private static void tall(
      int tile,
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    for (int p = 0; p < outer; p++) {
      float[] from = p == 0 ? init : c;
      int it = p == 0 ? initAt : cAt;
      int ir = p == 0 ? initRow : cRow;
      int at = aAt + p * aOuter;
      int bt = bAt + p * bOuter;
      for (int n = 0; n < 64; n += TALL_VECTORS * L) {
        if (MANY_REGISTERS) {
          tile4x4Of64(inner, a, at, aRow, b, bt + n, from, it + n, ir, c, cAt + n, cRow);
        } else if (tile == 6) {
          tile6x2Of64(inner, a, at, aRow, b, bt + n, from, it + n, ir, c, cAt + n, cRow);
        } else {
          tile4x2Of64(inner, a, at, aRow, b, bt + n, from, it + n, ir, c, cAt + n, cRow);
        }
      }
    }
  }

  private static void low(
      int width,
      int tile,
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    boolean full = width == 64;
    int most = full && tile == 1 ? 8 : 4;
    for (int n = 0; n < width; ) {
      int vectors = Math.min(most, (width - n) / L);
      int bt = bAt + n;
      int it = initAt + n;
      int ct = cAt + n;
      if (tile == 1) {
        switch (vectors) {
          case 8 -> tile1x8Of64(outer, inner, a, aAt, aOuter, b, bt, bOuter, init, it, c, ct);
          case 4 -> tile1x4(outer, inner, a, aAt, aOuter, b, bt, bOuter, width, init, it, c, ct);
          default -> tile1x2(outer, inner, a, aAt, aOuter, b, bt, bOuter, width, init, it, c, ct);
        }
      } else if (full) {
        tile2x4Of64(
            outer, inner, a, aAt, aRow, aOuter, b, bt, bOuter, init, it, initRow, c, ct, cRow);
      } else if (vectors == 4) {
        tile2x4(
            outer, inner, a, aAt, aRow, aOuter, b, bt, bOuter, width, init, it, initRow, c, ct,
            cRow);
      } else {
        tile2x2(
            outer, inner, a, aAt, aRow, aOuter, b, bt, bOuter, width, init, it, initRow, c, ct,
            cRow);
      }
      n += vectors * L;
    }
  }

  /// The rows of the next tile. More than two need a panel of four vectors.
  static int height(int rows, boolean full) {
    if (!full || rows < 4) {
      return Math.min(2, rows);
    }
    return rows < HEIGHT ? 4 : HEIGHT;
  }

  /// How many steps of the inner dimension go together.
  static int depth(int rows, boolean full) {
    return height(rows, full) > 2 ? DEPTH : LOW_DEPTH;
  }

  private static void tile4x4Of64(
      int inner,
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 3 * L);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + L);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 2 * L);
    FloatVector c13 = FloatVector.fromArray(S, init, init1 + 3 * L);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    FloatVector c21 = FloatVector.fromArray(S, init, init2 + L);
    FloatVector c22 = FloatVector.fromArray(S, init, init2 + 2 * L);
    FloatVector c23 = FloatVector.fromArray(S, init, init2 + 3 * L);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    FloatVector c31 = FloatVector.fromArray(S, init, init3 + L);
    FloatVector c32 = FloatVector.fromArray(S, init, init3 + 2 * L);
    FloatVector c33 = FloatVector.fromArray(S, init, init3 + 3 * L);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 64;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
      FloatVector x = FloatVector.broadcast(S, a[aAt + k]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
      x = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      c13 = x.fma(w3, c13);
      x = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      c22 = x.fma(w2, c22);
      c23 = x.fma(w3, c23);
      x = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
      c32 = x.fma(w2, c32);
      c33 = x.fma(w3, c33);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c12.intoArray(c, c1 + 2 * L);
    c13.intoArray(c, c1 + 3 * L);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + L);
    c22.intoArray(c, c2 + 2 * L);
    c23.intoArray(c, c2 + 3 * L);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + L);
    c32.intoArray(c, c3 + 2 * L);
    c33.intoArray(c, c3 + 3 * L);
  }

  private static void tile6x2Of64(
      int inner,
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + L);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    FloatVector c21 = FloatVector.fromArray(S, init, init2 + L);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    FloatVector c31 = FloatVector.fromArray(S, init, init3 + L);
    int init4 = init3 + initRow;
    FloatVector c40 = FloatVector.fromArray(S, init, init4);
    FloatVector c41 = FloatVector.fromArray(S, init, init4 + L);
    int init5 = init4 + initRow;
    FloatVector c50 = FloatVector.fromArray(S, init, init5);
    FloatVector c51 = FloatVector.fromArray(S, init, init5 + L);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int a4 = a3 + aRow;
    int a5 = a4 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 64;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector x = FloatVector.broadcast(S, a[aAt + k]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      x = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      x = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      x = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
      x = FloatVector.broadcast(S, a[a4 + k]);
      c40 = x.fma(w0, c40);
      c41 = x.fma(w1, c41);
      x = FloatVector.broadcast(S, a[a5 + k]);
      c50 = x.fma(w0, c50);
      c51 = x.fma(w1, c51);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + L);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + L);
    int c4 = c3 + cRow;
    c40.intoArray(c, c4);
    c41.intoArray(c, c4 + L);
    int c5 = c4 + cRow;
    c50.intoArray(c, c5);
    c51.intoArray(c, c5 + L);
  }

  private static void tile4x2Of64(
      int inner,
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + L);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    FloatVector c21 = FloatVector.fromArray(S, init, init2 + L);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    FloatVector c31 = FloatVector.fromArray(S, init, init3 + L);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 64;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector x = FloatVector.broadcast(S, a[aAt + k]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      x = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      x = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      x = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + L);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + L);
  }

  private static void tile2x4Of64(
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 3 * L);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + L);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 2 * L);
    FloatVector c13 = FloatVector.fromArray(S, init, init1 + 3 * L);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * bOuter;
      int k = 0;
      do {
        int bk = b0 + k * 64;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
        FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        c02 = x.fma(w2, c02);
        c03 = x.fma(w3, c03);
        x = FloatVector.broadcast(S, a[a1 + k]);
        c10 = x.fma(w0, c10);
        c11 = x.fma(w1, c11);
        c12 = x.fma(w2, c12);
        c13 = x.fma(w3, c13);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c12.intoArray(c, c1 + 2 * L);
    c13.intoArray(c, c1 + 3 * L);
  }

  private static void tile2x4(
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      int bRow,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 3 * L);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + L);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 2 * L);
    FloatVector c13 = FloatVector.fromArray(S, init, init1 + 3 * L);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * bOuter;
      int k = 0;
      do {
        int bk = b0 + k * bRow;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
        FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        c02 = x.fma(w2, c02);
        c03 = x.fma(w3, c03);
        x = FloatVector.broadcast(S, a[a1 + k]);
        c10 = x.fma(w0, c10);
        c11 = x.fma(w1, c11);
        c12 = x.fma(w2, c12);
        c13 = x.fma(w3, c13);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c12.intoArray(c, c1 + 2 * L);
    c13.intoArray(c, c1 + 3 * L);
  }

  private static void tile2x2(
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      int bRow,
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + L);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * bOuter;
      int k = 0;
      do {
        int bk = b0 + k * bRow;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        x = FloatVector.broadcast(S, a[a1 + k]);
        c10 = x.fma(w0, c10);
        c11 = x.fma(w1, c11);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
  }

  private static void tile1x8Of64(
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      float[] init,
      int initAt,
      float[] c,
      int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 3 * L);
    FloatVector c04 = FloatVector.fromArray(S, init, initAt + 4 * L);
    FloatVector c05 = FloatVector.fromArray(S, init, initAt + 5 * L);
    FloatVector c06 = FloatVector.fromArray(S, init, initAt + 6 * L);
    FloatVector c07 = FloatVector.fromArray(S, init, initAt + 7 * L);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * bOuter;
      int k = 0;
      do {
        int bk = b0 + k * 64;
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(FloatVector.fromArray(S, b, bk), c00);
        c01 = x.fma(FloatVector.fromArray(S, b, bk + L), c01);
        c02 = x.fma(FloatVector.fromArray(S, b, bk + 2 * L), c02);
        c03 = x.fma(FloatVector.fromArray(S, b, bk + 3 * L), c03);
        c04 = x.fma(FloatVector.fromArray(S, b, bk + 4 * L), c04);
        c05 = x.fma(FloatVector.fromArray(S, b, bk + 5 * L), c05);
        c06 = x.fma(FloatVector.fromArray(S, b, bk + 6 * L), c06);
        c07 = x.fma(FloatVector.fromArray(S, b, bk + 7 * L), c07);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    c04.intoArray(c, cAt + 4 * L);
    c05.intoArray(c, cAt + 5 * L);
    c06.intoArray(c, cAt + 6 * L);
    c07.intoArray(c, cAt + 7 * L);
  }

  private static void tile1x4(
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      int bRow,
      float[] init,
      int initAt,
      float[] c,
      int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 3 * L);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * bOuter;
      int k = 0;
      do {
        int bk = b0 + k * bRow;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
        FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        c02 = x.fma(w2, c02);
        c03 = x.fma(w3, c03);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
  }

  private static void tile1x2(
      int outer,
      int inner,
      float[] a,
      int aAt,
      int aOuter,
      float[] b,
      int bAt,
      int bOuter,
      int bRow,
      float[] init,
      int initAt,
      float[] c,
      int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + L);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * bOuter;
      int k = 0;
      do {
        int bk = b0 + k * bRow;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
  }
}
