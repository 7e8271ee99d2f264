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
    int tiled = wide && inner > 0 ? wholeTiles(rows) : 0;
    if (tiled > 0) {
      WidePackedTiles.multiply(
          vectors, tiled, inner, a, aAt, aRow, b, bAt, init, initAt, initRow, c, cAt, cRow);
    }
    int n = rows - tiled;
    int at = aAt + tiled * aRow;
    int it = initAt + tiled * initRow;
    int ct = cAt + tiled * cRow;
    Products.super.multiplyPacked(
        vectors, n, inner, a, at, aRow, b, bAt, init, it, initRow, c, ct, cRow);
  }

  @Override
  public void pack(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    int tiled = wide ? wholeTiles(rows) : 0;
    if (tiled > 0) {
      WidePackedTiles.pack(tiled, columns, a, aAt, aRow, to, toAt, toRow);
    }
    int aRest = aAt + tiled * aRow;
    Products.super.pack(rows - tiled, columns, a, aRest, aRow, to, toAt + tiled * toRow, toRow);
  }

  @Override
  public void packTransposed(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    int tiled = wide ? wholeTiles(columns) : 0;
    if (tiled > 0) {
      WidePackedTiles.packTransposed(rows, tiled, a, aAt, aRow, to, toAt, toRow);
    }
    int aRest = aAt + tiled * aRow;
    int toRest = toAt + tiled * PACKED_ROWS;
    Products.super.packTransposed(rows, columns - tiled, a, aRest, aRow, to, toRest, toRow);
  }

  /// What [WidePackedTiles] takes of so many rows or columns; the rest goes as on any machine.
  private static int wholeTiles(int count) {
    return count - count % PACKED_ROWS;
  }
}
