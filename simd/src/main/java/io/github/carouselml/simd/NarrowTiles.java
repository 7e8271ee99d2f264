package io.github.carouselml.simd;

import io.github.carouselml.cpu.Jvm;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The same products on vectors of 8 or 4 floats, in tiles of 4 rows by 4 vectors where there are 32
/// registers and 2 by 4 where there are 16.
///
/// A panel stays 16 units wide on every machine, so a tile covers a part of its columns; the inner
/// dimension is cut in blocks of 96 so that the panel's part stays in the first cache (without: 21 %
/// slower). The tiles go along the columns first: a block's lines then fill the cache evenly, while
/// the part of one tile would crowd into a few of its sets (7 % at an inner dimension of 768). See
/// [WideTiles] for the form of the loops.
final class NarrowTiles {
  private static final VectorSpecies<Float> S =
      Lanes.F.length() > 8 ? FloatVector.SPECIES_256 : Lanes.F;
  private static final int L = S.length();
  private static final int BLOCK = 96;

  /// Whether there are 32 registers. Of the others, only x86 before AVX-512 has 16 (measured with 32:
  /// tiles of 4 by 4 are 1.12 to 1.28 times as fast).
  static final boolean MANY_REGISTERS = Jvm.useAvx().orElse(3) >= 3;

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
    if (inner >= BLOCK) {
      for (int p = 0; p < outer; p++) {
        for (int k = 0; k < inner; k += BLOCK) {
          boolean first = p == 0 && k == 0;
          block(
              width,
              rows,
              1,
              Math.min(BLOCK, inner - k),
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
      int panels = Math.max(1, BLOCK / inner);
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
      for (int n = 0; n < width; ) {
        boolean wide = width - n >= 4 * L;
        if (tile == 4) {
          tile4x4Of64(
              outer, inner, a, at, aRow, aOuter, b, bAt + n, bOuter, init, it + n, initRow, c,
              ct + n, cRow);
        } else if (tile == 2) {
          if (wide && width == 64) {
            tile2x4Of64(
                outer, inner, a, at, aRow, aOuter, b, bAt + n, bOuter, init, it + n, initRow, c,
                ct + n, cRow);
          } else if (wide) {
            tile2x4(
                outer, inner, a, at, aRow, aOuter, b, bAt + n, bOuter, width, init, it + n, initRow,
                c, ct + n, cRow);
          } else {
            tile2x2(
                outer, inner, a, at, aRow, aOuter, b, bAt + n, bOuter, width, init, it + n, initRow,
                c, ct + n, cRow);
          }
        } else if (wide) {
          tile1x4(outer, inner, a, at, aOuter, b, bAt + n, bOuter, width, init, it + n, c, ct + n);
        } else {
          tile1x2(outer, inner, a, at, aOuter, b, bAt + n, bOuter, width, init, it + n, c, ct + n);
        }
        n += wide ? 4 * L : 2 * L;
      }
      m += tile;
    }
  }

  /// The rows of the next tile. Four rows need a panel of four vectors.
  static int height(int rows, boolean full) {
    return MANY_REGISTERS && full && rows >= 4 ? 4 : Math.min(2, rows);
  }

  private static void tile4x4Of64(
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
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int a2 = a1 + aRow;
      int a3 = a2 + aRow;
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
