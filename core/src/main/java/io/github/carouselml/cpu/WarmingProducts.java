package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Layout;

/// Products that start on plain loops; see [WarmUp].
final class WarmingProducts implements Products {
  private static final int ROWS = 7;
  private static final int INNER = 48;
  private static final int PACKS = 12;

  private final Products fast;
  private final WarmUp.Places<Products> places;

  WarmingProducts(WarmUp warmUp, Products plain, Products fast) {
    this.fast = fast;
    places = warmUp.new Places<>(13, plain, fast);
  }

  /// Packs as soon as vectors do it, never on plain loops, which gain nothing by it.
  @Override
  public boolean packs() {
    return fast.packs()
        && servingPacks().packs()
        && servingPacked(Layout.Matrix.PANEL_VECTORS).packs();
  }

  private Products servingPacked(int vectors) {
    int place = 8 + vectors - 1;
    Products now = places.get(place);
    return now != null ? now : places.ask(place, exercisePacked(vectors));
  }

  private Products servingPacks() {
    Products now = places.get(PACKS);
    return now != null ? now : places.ask(PACKS, exercisePacks());
  }

  private Runnable exercisePacked(int vectors) {
    int width = LANES * vectors;
    float[] a = new float[2 * PACKED_ROWS * INNER];
    float[] b = new float[INNER * width];
    float[] c = new float[ROWS * width];
    return () -> {
      fast.multiplyPacked(vectors, ROWS, INNER, a, 0, INNER, b, 0, b, 0, 0, c, 0, width);
      fast.multiplyPacked(vectors, ROWS, 3, a, 0, INNER, b, 0, c, 0, width, c, 0, width);
    };
  }

  private Runnable exercisePacks() {
    float[] a = new float[ROWS * INNER];
    float[] to = new float[INNER * INNER];
    return () -> {
      fast.pack(ROWS, INNER, a, 0, INNER, to, 0, INNER);
      fast.packTransposed(INNER, ROWS, a, 0, INNER, to, 0, INNER);
    };
  }

  private Products serving(int vectors, boolean transposed) {
    int place = 2 * (vectors - 1) + (transposed ? 1 : 0);
    Products now = places.get(place);
    return now != null ? now : places.ask(place, exercise(vectors, transposed));
  }

  /// All shapes of call: tiles of every height, one and several panels in the inner dimension,
  /// initial values of their own and in place.
  private Runnable exercise(int vectors, boolean transposed) {
    int width = LANES * vectors;
    float[] a = new float[4 * ROWS * INNER];
    float[] b = new float[2 * INNER * 80];
    float[] c = new float[ROWS * 80];
    if (transposed) {
      return () -> {
        fast.multiplyTransposed(vectors, ROWS, INNER, a, 0, ROWS, b, 0, 64, c, 0, width);
        fast.multiplyTransposed(vectors, ROWS, INNER, a, 0, ROWS, b, 0, 80, c, 0, width);
        fast.multiplyTransposed(vectors, 1, 3, a, 0, 0, b, 0, 64, c, 0, width);
      };
    }
    return () -> {
      fast.multiply(vectors, ROWS, 1, INNER, a, 0, INNER, 0, b, 0, b, 0, 0, c, 0, width);
      fast.multiply(vectors, ROWS, 2, INNER, a, 0, INNER, INNER, b, 0, c, 0, width, c, 0, width);
      fast.multiply(vectors, 1, 1, 3, a, 0, INNER, 0, b, 0, c, 0, width, c, 0, width);
    };
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
    serving(vectors, false)
        .multiply(
            vectors, rows, outer, inner, a, aAt, aRow, aOuter, b, bAt, init, initAt, initRow, c,
            cAt, cRow);
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
    serving(vectors, true)
        .multiplyTransposed(vectors, rows, inner, a, aAt, aRow, b, bAt, bRow, c, cAt, cRow);
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
    servingPacked(vectors)
        .multiplyPacked(
            vectors, rows, inner, a, aAt, aRow, b, bAt, init, initAt, initRow, c, cAt, cRow);
  }

  @Override
  public void pack(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    servingPacks().pack(rows, columns, a, aAt, aRow, to, toAt, toRow);
  }

  @Override
  public void packTransposed(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    servingPacks().packTransposed(rows, columns, a, aAt, aRow, to, toAt, toRow);
  }
}
