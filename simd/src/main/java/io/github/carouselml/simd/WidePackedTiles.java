package io.github.carouselml.simd;

import io.github.carouselml.kernel.Products;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// `C = init + A · B` on 512-bit vectors, of an A that is packed: whole tiles of 4 rows by 1 to 4
/// vectors.
///
/// As [WideTiles], but the four floats that a step of the inner loop needs lie together, so that the
/// loop has one pointer into A instead of four. The compiler keeps four only by moving some of them
/// to vector registers and back at every step: measured 98 to 106 of 117 GFLOP/s, packed 112 to 115.
final class WidePackedTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;

  /// Of two vectors, the first halves in turn, float by float, and the second halves.
  private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(S, 0);

  private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(S, 1);

  /// The same by four floats.
  private static final VectorShuffle<Float> LOW_FOURS = fours(0);

  private static final VectorShuffle<Float> HIGH_FOURS = fours(8);

  private static final int ROWS = Products.PACKED_ROWS;

  private WidePackedTiles() {}

  /// Lanes beyond the sixteenth are those of the second vector.
  private static VectorShuffle<Float> fours(int half) {
    return VectorShuffle.fromOp(S, i -> half + i / 8 * 4 + i % 4 + i / 4 % 2 * 16);
  }

  /// As [Products#multiplyPacked], `rows` a multiple of 4, `inner` at least 1.
  static void multiply(
      int vectors,
      int rows,
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
    for (int m = 0; m < rows; m += ROWS) {
      int at = aAt + m * aRow;
      int it = initAt + m * initRow;
      int ct = cAt + m * cRow;
      switch (vectors) {
        case 4 -> tile4x4(inner, a, at, b, bAt, init, it, initRow, c, ct, cRow);
        case 3 -> tile4x3(inner, a, at, b, bAt, init, it, initRow, c, ct, cRow);
        case 2 -> tile4x2(inner, a, at, b, bAt, init, it, initRow, c, ct, cRow);
        default -> tile4x1(inner, a, at, b, bAt, init, it, initRow, c, ct, cRow);
      }
    }
  }

  /// As [Products#pack], `rows` a multiple of 4: two rounds of weaving turn four rows of 16 floats
  /// into 16 of four.
  static void pack(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    for (int m = 0; m < rows; m += ROWS) {
      int a0 = aAt + m * aRow;
      int a1 = a0 + aRow;
      int a2 = a1 + aRow;
      int a3 = a2 + aRow;
      int at = toAt + m * toRow;
      for (int k = 0; k < columns; k += 16) {
        FloatVector v0 = FloatVector.fromArray(S, a, a0 + k);
        FloatVector v1 = FloatVector.fromArray(S, a, a1 + k);
        FloatVector v2 = FloatVector.fromArray(S, a, a2 + k);
        FloatVector v3 = FloatVector.fromArray(S, a, a3 + k);
        FloatVector even = v0.rearrange(LOW, v2);
        FloatVector odd = v1.rearrange(LOW, v3);
        even.rearrange(LOW, odd).intoArray(to, at);
        even.rearrange(HIGH, odd).intoArray(to, at + 16);
        even = v0.rearrange(HIGH, v2);
        odd = v1.rearrange(HIGH, v3);
        even.rearrange(LOW, odd).intoArray(to, at + 32);
        even.rearrange(HIGH, odd).intoArray(to, at + 48);
        at += 64;
      }
    }
  }

  /// As [Products#packTransposed], `columns` a multiple of 4: four rows of 16 floats by four turn
  /// into 16 of four by four.
  static void packTransposed(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    int tile = ROWS * toRow;
    for (int k = 0; k < columns; k += 4) {
      int a0 = aAt + k * aRow;
      int a1 = a0 + aRow;
      int a2 = a1 + aRow;
      int a3 = a2 + aRow;
      int at = toAt + ROWS * k;
      for (int m = 0; m < rows; m += 16) {
        FloatVector v0 = FloatVector.fromArray(S, a, a0 + m);
        FloatVector v1 = FloatVector.fromArray(S, a, a1 + m);
        FloatVector v2 = FloatVector.fromArray(S, a, a2 + m);
        FloatVector v3 = FloatVector.fromArray(S, a, a3 + m);
        FloatVector even = v0.rearrange(LOW_FOURS, v2);
        FloatVector odd = v1.rearrange(LOW_FOURS, v3);
        even.rearrange(LOW_FOURS, odd).intoArray(to, at);
        even.rearrange(HIGH_FOURS, odd).intoArray(to, at + tile);
        even = v0.rearrange(HIGH_FOURS, v2);
        odd = v1.rearrange(HIGH_FOURS, v3);
        even.rearrange(LOW_FOURS, odd).intoArray(to, at + 2 * tile);
        even.rearrange(HIGH_FOURS, odd).intoArray(to, at + 3 * tile);
        at += 4 * tile;
      }
    }
  }

  private static void tile4x4(
      int inner,
      float[] a,
      int aAt,
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
    int k = 0;
    do {
      int bk = bAt + k * 64;
      int ak = aAt + k * 4;
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
    int k = 0;
    do {
      int bk = bAt + k * 48;
      int ak = aAt + k * 4;
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
    int k = 0;
    do {
      int bk = bAt + k * 32;
      int ak = aAt + k * 4;
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
    int k = 0;
    do {
      int bk = bAt + k * 16;
      int ak = aAt + k * 4;
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
    int c1 = cAt + cRow;
    c10.intoArray(c, c1);
    int c2 = c1 + cRow;
    c20.intoArray(c, c2);
    int c3 = c2 + cRow;
    c30.intoArray(c, c3);
  }
}
