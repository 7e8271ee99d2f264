package io.github.carouselml.simd;

import io.github.carouselml.kernel.Products;

/// [Products] in the Vector API, on the widest vectors that the machine prefers.
public final class VectorProducts implements Products {
  private final boolean wide;
  private final ThreadLocal<float[]> copy =
      ThreadLocal.withInitial(() -> new float[NarrowTransposedTiles.COPY]);

  /// For this machine's vectors.
  public VectorProducts() {
    this(Lanes.F.length() >= LANES);
  }

  VectorProducts(boolean wide) {
    this.wide = wide;
  }

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
    if (outer < 1 || inner < 1) {
      for (int m = 0; m < rows; m++) {
        System.arraycopy(init, initAt + m * initRow, c, cAt + m * cRow, LANES * vectors);
      }
    } else if (wide) {
      WideTiles.multiply(
          vectors, rows, outer, inner, a, aAt, aRow, aOuter, b, bAt, init, initAt, initRow, c, cAt,
          cRow);
    } else {
      NarrowTiles.multiply(
          vectors, rows, outer, inner, a, aAt, aRow, aOuter, b, bAt, init, initAt, initRow, c, cAt,
          cRow);
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
    if (inner < 1) {
      return;
    }
    if (wide) {
      WideTransposedTiles.multiply(vectors, rows, inner, a, aAt, aRow, b, bAt, bRow, c, cAt, cRow);
    } else {
      NarrowTransposedTiles.multiply(
          vectors, rows, inner, a, aAt, aRow, b, bAt, bRow, c, cAt, cRow, copy.get());
    }
  }

  @Override
  public boolean packs() {
    return wide;
  }

  @Override
  public void multiplyPacked(
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
    if (wide && inner > 0) {
      WidePackedTiles.multiply(
          vectors, rows, inner, a, aAt, aRow, b, bAt, init, initAt, initRow, c, cAt, cRow);
    } else {
      Products.super.multiplyPacked(
          vectors, rows, inner, a, aAt, aRow, b, bAt, init, initAt, initRow, c, cAt, cRow);
    }
  }

  @Override
  public void pack(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    if (wide) {
      WidePackedTiles.pack(rows, columns, a, aAt, aRow, to, toAt, toRow);
    } else {
      Products.super.pack(rows, columns, a, aAt, aRow, to, toAt, toRow);
    }
  }

  @Override
  public void packTransposed(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    if (wide) {
      WidePackedTiles.packTransposed(rows, columns, a, aAt, aRow, to, toAt, toRow);
    } else {
      Products.super.packTransposed(rows, columns, a, aAt, aRow, to, toAt, toRow);
    }
  }
}
