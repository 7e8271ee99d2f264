package io.github.carouselml.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// `C += Aᵀ · B` on vectors of 8 or 4 floats; see [NarrowTiles] and [WideTransposedTiles].
///
/// 48 columns of A at a time are brought together in groups as wide as the tallest tile is high,
/// `[group][k][column of the group]`, at distances that the compiler knows: then it drops the range
/// checks, no tile reaches for a row of its own far away (measured: 73 against 50 to 58 GFLOP/s on
/// vectors of 8), and what a tile reads lies together.
final class NarrowTransposedTiles {
  private static final VectorSpecies<Float> S =
      Lanes.F.length() > 8 ? FloatVector.SPECIES_256 : Lanes.F;
  private static final int L = S.length();
  private static final int BLOCK = NarrowTiles.DEPTH;
  private static final int COLUMNS = 48;
  private static final int GROUP = NarrowTiles.HEIGHT;
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

  /// The floats of the copy that a thread needs.
  static final int COPY = BLOCK * COLUMNS;

  private NarrowTransposedTiles() {}

  /// As [io.github.carouselml.kernel.Products#multiplyTransposed], `inner` at least 1.
  static void multiply(
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
      int cRow,
      float[] copy) {
    int block = NarrowTiles.depth(rows, vectors == 4 && bRow == 64);
    for (int k = 0; k < inner; k += block) {
      int depth = Math.min(block, inner - k);
      for (int m = 0; m < rows; m += COLUMNS) {
        int columns = Math.min(COLUMNS, rows - m);
        int from = aAt + k * aRow + m;
        for (int i = 0; i < columns; i += GROUP) {
          int count = Math.min(GROUP, columns - i);
          if (count < 4) {
            copyFew(depth, count, a, from + i, aRow, copy, i * BLOCK);
          } else {
            copy(depth, count, a, from + i, aRow, copy, i * BLOCK);
          }
        }
        int ct = cAt + m * cRow;
        block(16 * vectors, columns, depth, copy, b, bAt + k * bRow, bRow, c, ct, cRow);
      }
    }
  }

  /// Four columns or more, as vectors that may overlap. A branch in this loop would box them in some
  /// runs.
  private static void copy(
      int depth, int columns, float[] a, int aAt, int aRow, float[] to, int toAt) {
    int last = columns - 4;
    int k = 0;
    do {
      int at = aAt + k * aRow;
      int place = toAt + k * GROUP;
      FloatVector.fromArray(FOUR, a, at).intoArray(to, place);
      if (GROUP > 4) {
        FloatVector.fromArray(FOUR, a, at + last).intoArray(to, place + last);
      }
    } while (++k < depth);
  }

  private static void copyFew(
      int depth, int columns, float[] a, int aAt, int aRow, float[] to, int toAt) {
    for (int k = 0; k < depth; k++) {
      System.arraycopy(a, aAt + k * aRow, to, toAt + k * GROUP, columns);
    }
  }

  private static void block(
      int width,
      int rows,
      int inner,
      float[] a,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    for (int m = 0; m < rows; ) {
      int at = m / GROUP * (GROUP * BLOCK) + m % GROUP;
      int ct = cAt + m * cRow;
      int tile = NarrowTiles.height(rows - m, width == 64 && bRow == 64);
      if (tile > 2) {
        tall(tile, inner, a, at, b, bAt, c, ct, cRow);
      } else {
        low(width, tile, inner, a, at, b, bAt, bRow, c, ct, cRow);
      }
      m += tile;
    }
  }

  private static void tall(
      int tile, int inner, float[] a, int at, float[] b, int bAt, float[] c, int cAt, int cRow) {
    for (int n = 0; n < 64; n += NarrowTiles.TALL_VECTORS * L) {
      if (NarrowTiles.MANY_REGISTERS) {
        tile4x4Of64(inner, a, at, b, bAt + n, c, cAt + n, cRow);
      } else if (tile == 6) {
        tile6x2Of64(inner, a, at, 1, b, bAt + n, c, cAt + n, cRow);
      } else {
        tile4x2Of64(inner, a, at, b, bAt + n, c, cAt + n, cRow);
      }
    }
  }

  private static void low(
      int width,
      int tile,
      int inner,
      float[] a,
      int at,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    for (int n = 0; n < width; ) {
      boolean wide = width - n >= 4 * L;
      int bt = bAt + n;
      int ct = cAt + n;
      if (tile == 2) {
        if (wide && bRow == 64) {
          tile2x4Of64(inner, a, at, b, bt, c, ct, cRow);
        } else if (wide) {
          tile2x4(inner, a, at, b, bt, bRow, c, ct, cRow);
        } else {
          tile2x2(inner, a, at, b, bt, bRow, c, ct, cRow);
        }
      } else if (wide) {
        tile1x4(inner, a, at, b, bt, bRow, c, ct);
      } else {
        tile1x2(inner, a, at, b, bt, bRow, c, ct);
      }
      n += wide ? 4 * L : 2 * L;
    }
  }

  private static void tile4x4Of64(
      int inner, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, c, cAt + 3 * L);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + L);
    FloatVector c12 = FloatVector.fromArray(S, c, c1 + 2 * L);
    FloatVector c13 = FloatVector.fromArray(S, c, c1 + 3 * L);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    FloatVector c21 = FloatVector.fromArray(S, c, c2 + L);
    FloatVector c22 = FloatVector.fromArray(S, c, c2 + 2 * L);
    FloatVector c23 = FloatVector.fromArray(S, c, c2 + 3 * L);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    FloatVector c31 = FloatVector.fromArray(S, c, c3 + L);
    FloatVector c32 = FloatVector.fromArray(S, c, c3 + 2 * L);
    FloatVector c33 = FloatVector.fromArray(S, c, c3 + 3 * L);
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      c13 = x.fma(w3, c13);
      x = FloatVector.broadcast(S, a[ak + 2]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      c22 = x.fma(w2, c22);
      c23 = x.fma(w3, c23);
      x = FloatVector.broadcast(S, a[ak + 3]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
      c32 = x.fma(w2, c32);
      c33 = x.fma(w3, c33);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c12.intoArray(c, c1 + 2 * L);
    c13.intoArray(c, c1 + 3 * L);
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + L);
    c22.intoArray(c, c2 + 2 * L);
    c23.intoArray(c, c2 + 3 * L);
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + L);
    c32.intoArray(c, c3 + 2 * L);
    c33.intoArray(c, c3 + 3 * L);
  }

  /// `aRow` is 1, which the compiler must not know: with constants in its place the loop is 1.4 to 1.9
  /// times as slow.
  private static void tile6x2Of64(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + L);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    FloatVector c21 = FloatVector.fromArray(S, c, c2 + L);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    FloatVector c31 = FloatVector.fromArray(S, c, c3 + L);
    int c4 = c3 + cRow;
    FloatVector c40 = FloatVector.fromArray(S, c, c4);
    FloatVector c41 = FloatVector.fromArray(S, c, c4 + L);
    int c5 = c4 + cRow;
    FloatVector c50 = FloatVector.fromArray(S, c, c5);
    FloatVector c51 = FloatVector.fromArray(S, c, c5 + L);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int a4 = a3 + aRow;
    int a5 = a4 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector x = FloatVector.broadcast(S, a[aAt + ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      x = FloatVector.broadcast(S, a[a1 + ak]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      x = FloatVector.broadcast(S, a[a2 + ak]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      x = FloatVector.broadcast(S, a[a3 + ak]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
      x = FloatVector.broadcast(S, a[a4 + ak]);
      c40 = x.fma(w0, c40);
      c41 = x.fma(w1, c41);
      x = FloatVector.broadcast(S, a[a5 + ak]);
      c50 = x.fma(w0, c50);
      c51 = x.fma(w1, c51);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + L);
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + L);
    c40.intoArray(c, c4);
    c41.intoArray(c, c4 + L);
    c50.intoArray(c, c5);
    c51.intoArray(c, c5 + L);
  }

  private static void tile4x2Of64(
      int inner, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + L);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    FloatVector c21 = FloatVector.fromArray(S, c, c2 + L);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    FloatVector c31 = FloatVector.fromArray(S, c, c3 + L);
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      x = FloatVector.broadcast(S, a[ak + 2]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      x = FloatVector.broadcast(S, a[ak + 3]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + L);
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + L);
  }

  private static void tile2x4Of64(
      int inner, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, c, cAt + 3 * L);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + L);
    FloatVector c12 = FloatVector.fromArray(S, c, c1 + 2 * L);
    FloatVector c13 = FloatVector.fromArray(S, c, c1 + 3 * L);
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      c13 = x.fma(w3, c13);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c12.intoArray(c, c1 + 2 * L);
    c13.intoArray(c, c1 + 3 * L);
  }

  private static void tile2x4(
      int inner, float[] a, int aAt, float[] b, int bAt, int bRow, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, c, cAt + 3 * L);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + L);
    FloatVector c12 = FloatVector.fromArray(S, c, c1 + 2 * L);
    FloatVector c13 = FloatVector.fromArray(S, c, c1 + 3 * L);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      c13 = x.fma(w3, c13);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
    c12.intoArray(c, c1 + 2 * L);
    c13.intoArray(c, c1 + 3 * L);
  }

  private static void tile2x2(
      int inner, float[] a, int aAt, float[] b, int bAt, int bRow, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + L);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + L);
  }

  private static void tile1x4(
      int inner, float[] a, int aAt, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 2 * L);
    FloatVector c03 = FloatVector.fromArray(S, c, cAt + 3 * L);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 3 * L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
    c02.intoArray(c, cAt + 2 * L);
    c03.intoArray(c, cAt + 3 * L);
  }

  private static void tile1x2(
      int inner, float[] a, int aAt, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * GROUP;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + L);
  }
}
