package io.github.carouselml.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// `C = init + A · B` on 512-bit vectors: tiles of 4, 2 or 1 rows by 1 to 4 vectors.
///
/// Each tile is one flat method with its accumulators in local variables, so that they stay in
/// registers: 4 x 4 needs 16 accumulators, 4 panel vectors and 4 broadcasts of the 32 registers; more
/// rows spill. The panel's row length is a constant in each, which lets the compiler drop the range
/// checks (worth 15 %). The loops are `do … while`: so the accumulators' last values are results of
/// `fma`, whose class is known exactly; after a `for` they would merge with the initial values into
/// the abstract class, and the stores may then box every vector (20 times slower, in some runs only).
/// Unrolling by hand brings nothing. The tiles of four rows know nothing of an outer dimension: with a
/// loop over it the compiler runs out of registers for addresses and fetches one from a vector
/// register at every step (5 % slower).
final class WideTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;

  private WideTiles() {}

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
    int m = 0;
    for (; rows - m >= 4; m += 4) {
      for (int p = 0; p < outer; p++) {
        int at = aAt + m * aRow + p * aOuter;
        int bp = bAt + p * inner * 16 * vectors;
        float[] from = p == 0 ? init : c;
        int it = p == 0 ? initAt + m * initRow : cAt + m * cRow;
        int ir = p == 0 ? initRow : cRow;
        int ct = cAt + m * cRow;
        switch (vectors) {
          case 4 -> tile4x4(inner, a, at, aRow, b, bp, from, it, ir, c, ct, cRow);
          case 3 -> tile4x3(inner, a, at, aRow, b, bp, from, it, ir, c, ct, cRow);
          case 2 -> tile4x2(inner, a, at, aRow, b, bp, from, it, ir, c, ct, cRow);
          default -> tile4x1(inner, a, at, aRow, b, bp, from, it, ir, c, ct, cRow);
        }
      }
    }
    if (rows - m >= 2) {
      int at = aAt + m * aRow;
      int it = initAt + m * initRow;
      int ct = cAt + m * cRow;
      switch (vectors) {
        case 4 ->
            tile2x4(outer, inner, a, at, aRow, aOuter, b, bAt, init, it, initRow, c, ct, cRow);
        case 3 ->
            tile2x3(outer, inner, a, at, aRow, aOuter, b, bAt, init, it, initRow, c, ct, cRow);
        case 2 ->
            tile2x2(outer, inner, a, at, aRow, aOuter, b, bAt, init, it, initRow, c, ct, cRow);
        default ->
            tile2x1(outer, inner, a, at, aRow, aOuter, b, bAt, init, it, initRow, c, ct, cRow);
      }
      m += 2;
    }
    if (rows > m) {
      int at = aAt + m * aRow;
      int it = initAt + m * initRow;
      int ct = cAt + m * cRow;
      switch (vectors) {
        case 4 -> tile1x4(outer, inner, a, at, aOuter, b, bAt, init, it, c, ct);
        case 3 -> tile1x3(outer, inner, a, at, aOuter, b, bAt, init, it, c, ct);
        case 2 -> tile1x2(outer, inner, a, at, aOuter, b, bAt, init, it, c, ct);
        default -> tile1x1(outer, inner, a, at, aOuter, b, bAt, init, it, c, ct);
      }
    }
  }

  private static void tile4x4(
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
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 32);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 48);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + 16);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 32);
    FloatVector c13 = FloatVector.fromArray(S, init, init1 + 48);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    FloatVector c21 = FloatVector.fromArray(S, init, init2 + 16);
    FloatVector c22 = FloatVector.fromArray(S, init, init2 + 32);
    FloatVector c23 = FloatVector.fromArray(S, init, init2 + 48);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    FloatVector c31 = FloatVector.fromArray(S, init, init3 + 16);
    FloatVector c32 = FloatVector.fromArray(S, init, init3 + 32);
    FloatVector c33 = FloatVector.fromArray(S, init, init3 + 48);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 64;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 48);
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
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    c03.intoArray(c, cAt + 48);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c12.intoArray(c, c1 + 32);
    c13.intoArray(c, c1 + 48);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + 16);
    c22.intoArray(c, c2 + 32);
    c23.intoArray(c, c2 + 48);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + 16);
    c32.intoArray(c, c3 + 32);
    c33.intoArray(c, c3 + 48);
  }

  private static void tile4x3(
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
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 32);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + 16);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 32);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    FloatVector c21 = FloatVector.fromArray(S, init, init2 + 16);
    FloatVector c22 = FloatVector.fromArray(S, init, init2 + 32);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    FloatVector c31 = FloatVector.fromArray(S, init, init3 + 16);
    FloatVector c32 = FloatVector.fromArray(S, init, init3 + 32);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 48;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
      FloatVector x = FloatVector.broadcast(S, a[aAt + k]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      x = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      x = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      c22 = x.fma(w2, c22);
      x = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
      c32 = x.fma(w2, c32);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c12.intoArray(c, c1 + 32);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + 16);
    c22.intoArray(c, c2 + 32);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + 16);
    c32.intoArray(c, c3 + 32);
  }

  private static void tile4x2(
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
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + 16);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    FloatVector c21 = FloatVector.fromArray(S, init, init2 + 16);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    FloatVector c31 = FloatVector.fromArray(S, init, init3 + 16);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 32;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
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
    c01.intoArray(c, cAt + 16);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + 16);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + 16);
  }

  private static void tile4x1(
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
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    int init2 = init1 + initRow;
    FloatVector c20 = FloatVector.fromArray(S, init, init2);
    int init3 = init2 + initRow;
    FloatVector c30 = FloatVector.fromArray(S, init, init3);
    int a1 = aAt + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int k = 0;
    do {
      int bk = bAt + k * 16;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector x = FloatVector.broadcast(S, a[aAt + k]);
      c00 = x.fma(w0, c00);
      x = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x.fma(w0, c10);
      x = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x.fma(w0, c20);
      x = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x.fma(w0, c30);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
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
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 32);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 48);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + 16);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 32);
    FloatVector c13 = FloatVector.fromArray(S, init, init1 + 48);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * inner * 64;
      int k = 0;
      do {
        int bk = b0 + k * 64;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
        FloatVector w3 = FloatVector.fromArray(S, b, bk + 48);
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
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    c03.intoArray(c, cAt + 48);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c12.intoArray(c, c1 + 32);
    c13.intoArray(c, c1 + 48);
  }

  private static void tile2x3(
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
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 32);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + 16);
    FloatVector c12 = FloatVector.fromArray(S, init, init1 + 32);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * inner * 48;
      int k = 0;
      do {
        int bk = b0 + k * 48;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        c02 = x.fma(w2, c02);
        x = FloatVector.broadcast(S, a[a1 + k]);
        c10 = x.fma(w0, c10);
        c11 = x.fma(w1, c11);
        c12 = x.fma(w2, c12);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c12.intoArray(c, c1 + 32);
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
      float[] init,
      int initAt,
      int initRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    FloatVector c11 = FloatVector.fromArray(S, init, init1 + 16);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * inner * 32;
      int k = 0;
      do {
        int bk = b0 + k * 32;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        x = FloatVector.broadcast(S, a[a1 + k]);
        c10 = x.fma(w0, c10);
        c11 = x.fma(w1, c11);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
  }

  private static void tile2x1(
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
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    int init1 = initAt + initRow;
    FloatVector c10 = FloatVector.fromArray(S, init, init1);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int a1 = a0 + aRow;
      int b0 = bAt + p * inner * 16;
      int k = 0;
      do {
        int bk = b0 + k * 16;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        x = FloatVector.broadcast(S, a[a1 + k]);
        c10 = x.fma(w0, c10);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
  }

  private static void tile1x4(
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
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 32);
    FloatVector c03 = FloatVector.fromArray(S, init, initAt + 48);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * inner * 64;
      int k = 0;
      do {
        int bk = b0 + k * 64;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
        FloatVector w3 = FloatVector.fromArray(S, b, bk + 48);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        c02 = x.fma(w2, c02);
        c03 = x.fma(w3, c03);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    c03.intoArray(c, cAt + 48);
  }

  private static void tile1x3(
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
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, init, initAt + 32);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * inner * 48;
      int k = 0;
      do {
        int bk = b0 + k * 48;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
        FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
        c02 = x.fma(w2, c02);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
  }

  private static void tile1x2(
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
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    FloatVector c01 = FloatVector.fromArray(S, init, initAt + 16);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * inner * 32;
      int k = 0;
      do {
        int bk = b0 + k * 32;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
        c01 = x.fma(w1, c01);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
  }

  private static void tile1x1(
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
    FloatVector c00 = FloatVector.fromArray(S, init, initAt);
    int p = 0;
    do {
      int a0 = aAt + p * aOuter;
      int b0 = bAt + p * inner * 16;
      int k = 0;
      do {
        int bk = b0 + k * 16;
        FloatVector w0 = FloatVector.fromArray(S, b, bk);
        FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
        c00 = x.fma(w0, c00);
      } while (++k < inner);
    } while (++p < outer);
    c00.intoArray(c, cAt);
  }
}
