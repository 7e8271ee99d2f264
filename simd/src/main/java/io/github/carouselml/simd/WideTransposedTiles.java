package io.github.carouselml.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// `C += Aᵀ · B` on 512-bit vectors: the weight gradients, in tiles of 4 or 1 rows by 1 to 4 vectors.
///
/// As [WideTiles]; `B` is a buffer of gate gradients, whose rows are 64 floats apart in the common
/// case: that length as a constant is worth 15 %. With a length that is not known, tiles of three and
/// four vectors grew beyond what the compiler inlines and boxed every vector (a twentieth of the
/// speed, in processes that had trained something else before), so they are made of smaller ones.
final class WideTransposedTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;

  private WideTransposedTiles() {}

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
      int cRow) {
    int m = 0;
    for (; m + 4 <= rows; m += 4) {
      int at = aAt + m;
      int ct = cAt + m * cRow;
      switch (vectors) {
        case 4 -> {
          if (bRow == 64) {
            tile4x4Of64(inner, a, at, aRow, b, bAt, c, ct, cRow);
          } else {
            tile4x2(inner, a, at, aRow, b, bAt, bRow, c, ct, cRow);
            tile4x2(inner, a, at, aRow, b, bAt + 32, bRow, c, ct + 32, cRow);
          }
        }
        case 3 -> {
          if (bRow == 64) {
            tile4x3Of64(inner, a, at, aRow, b, bAt, c, ct, cRow);
          } else {
            tile4x2(inner, a, at, aRow, b, bAt, bRow, c, ct, cRow);
            tile4x1(inner, a, at, aRow, b, bAt + 32, bRow, c, ct + 32, cRow);
          }
        }
        case 2 -> tile4x2(inner, a, at, aRow, b, bAt, bRow, c, ct, cRow);
        default -> tile4x1(inner, a, at, aRow, b, bAt, bRow, c, ct, cRow);
      }
    }
    for (; m < rows; m++) {
      int at = aAt + m;
      int ct = cAt + m * cRow;
      switch (vectors) {
        case 4 -> tile1x4(inner, a, at, aRow, b, bAt, bRow, c, ct);
        case 3 -> tile1x3(inner, a, at, aRow, b, bAt, bRow, c, ct);
        case 2 -> tile1x2(inner, a, at, aRow, b, bAt, bRow, c, ct);
        default -> tile1x1(inner, a, at, aRow, b, bAt, bRow, c, ct);
      }
    }
  }

  private static void tile4x4Of64(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 32);
    FloatVector c03 = FloatVector.fromArray(S, c, cAt + 48);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + 16);
    FloatVector c12 = FloatVector.fromArray(S, c, c1 + 32);
    FloatVector c13 = FloatVector.fromArray(S, c, c1 + 48);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    FloatVector c21 = FloatVector.fromArray(S, c, c2 + 16);
    FloatVector c22 = FloatVector.fromArray(S, c, c2 + 32);
    FloatVector c23 = FloatVector.fromArray(S, c, c2 + 48);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    FloatVector c31 = FloatVector.fromArray(S, c, c3 + 16);
    FloatVector c32 = FloatVector.fromArray(S, c, c3 + 32);
    FloatVector c33 = FloatVector.fromArray(S, c, c3 + 48);
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 48);
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
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    c03.intoArray(c, cAt + 48);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c12.intoArray(c, c1 + 32);
    c13.intoArray(c, c1 + 48);
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + 16);
    c22.intoArray(c, c2 + 32);
    c23.intoArray(c, c2 + 48);
    c30.intoArray(c, c3);
    c31.intoArray(c, c3 + 16);
    c32.intoArray(c, c3 + 32);
    c33.intoArray(c, c3 + 48);
  }

  private static void tile4x3Of64(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 32);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + 16);
    FloatVector c12 = FloatVector.fromArray(S, c, c1 + 32);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    FloatVector c21 = FloatVector.fromArray(S, c, c2 + 16);
    FloatVector c22 = FloatVector.fromArray(S, c, c2 + 32);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    FloatVector c31 = FloatVector.fromArray(S, c, c3 + 16);
    FloatVector c32 = FloatVector.fromArray(S, c, c3 + 32);
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      x = FloatVector.broadcast(S, a[ak + 2]);
      c20 = x.fma(w0, c20);
      c21 = x.fma(w1, c21);
      c22 = x.fma(w2, c22);
      x = FloatVector.broadcast(S, a[ak + 3]);
      c30 = x.fma(w0, c30);
      c31 = x.fma(w1, c31);
      c32 = x.fma(w2, c32);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c12.intoArray(c, c1 + 32);
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + 16);
    c22.intoArray(c, c2 + 32);
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
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + 16);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    FloatVector c11 = FloatVector.fromArray(S, c, c1 + 16);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    FloatVector c21 = FloatVector.fromArray(S, c, c2 + 16);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    FloatVector c31 = FloatVector.fromArray(S, c, c3 + 16);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
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
    c01.intoArray(c, cAt + 16);
    c10.intoArray(c, c1);
    c11.intoArray(c, c1 + 16);
    c20.intoArray(c, c2);
    c21.intoArray(c, c2 + 16);
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
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    int c1 = cAt + cRow;
    FloatVector c10 = FloatVector.fromArray(S, c, c1);
    int c2 = c1 + cRow;
    FloatVector c20 = FloatVector.fromArray(S, c, c2);
    int c3 = c2 + cRow;
    FloatVector c30 = FloatVector.fromArray(S, c, c3);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      x = FloatVector.broadcast(S, a[ak + 1]);
      c10 = x.fma(w0, c10);
      x = FloatVector.broadcast(S, a[ak + 2]);
      c20 = x.fma(w0, c20);
      x = FloatVector.broadcast(S, a[ak + 3]);
      c30 = x.fma(w0, c30);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c10.intoArray(c, c1);
    c20.intoArray(c, c2);
    c30.intoArray(c, c3);
  }

  private static void tile1x4(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 32);
    FloatVector c03 = FloatVector.fromArray(S, c, cAt + 48);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
      FloatVector w3 = FloatVector.fromArray(S, b, bk + 48);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
    c03.intoArray(c, cAt + 48);
  }

  private static void tile1x3(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + 16);
    FloatVector c02 = FloatVector.fromArray(S, c, cAt + 32);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector w2 = FloatVector.fromArray(S, b, bk + 32);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
    c02.intoArray(c, cAt + 32);
  }

  private static void tile1x2(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    FloatVector c01 = FloatVector.fromArray(S, c, cAt + 16);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector w1 = FloatVector.fromArray(S, b, bk + 16);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
      c01 = x.fma(w1, c01);
    } while (++k < inner);
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + 16);
  }

  private static void tile1x1(
      int inner, float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(S, c, cAt);
    int k = 0;
    do {
      int bk = bAt + k * bRow;
      int ak = aAt + k * aRow;
      FloatVector w0 = FloatVector.fromArray(S, b, bk);
      FloatVector x = FloatVector.broadcast(S, a[ak]);
      c00 = x.fma(w0, c00);
    } while (++k < inner);
    c00.intoArray(c, cAt);
  }
}
