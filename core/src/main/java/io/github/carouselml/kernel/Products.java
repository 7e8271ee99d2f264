package io.github.carouselml.kernel;

/// Products with one packed panel: the arithmetic that nearly all time goes into.
///
/// A panel is `[inner, 16 * vectors]` floats, `vectors` being 1 to 4 whatever the machine's vector
/// width. Every element of the result is one chain of fused multiply-adds that starts from its
/// initial value and takes the inner index in ascending order, so the bits depend neither on the
/// vector width, nor on how rows are cut into tiles, nor on where the caller cuts the inner
/// dimension (the chain goes on through memory).
///
/// Single-threaded; work is split over panels and rows by the caller. No array may alias another,
/// but `init` may be `c`.
public interface Products {
  /// Columns of a vector block, on every machine.
  int LANES = 16;

  /// Columns of a full panel.
  int PANEL = 4 * LANES;

  /// `C[m, n] = init[m, n] + Σ_p Σ_k A[m, p, k] · B[p, k, n]` for `rows` rows of the result.
  ///
  /// `A[m, p, k]` lies at `aAt + m * aRow + p * aOuter + k`, so that the inner dimension may run
  /// over panels; `B` is contiguous, `[outer * inner, 16 * vectors]` from `bAt`; `init[m, n]` lies at
  /// `initAt + m * initRow + n` (`initRow` 0 repeats one row, a bias) and `C[m, n]` at
  /// `cAt + m * cRow + n`.
  void multiply(
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
      int cRow);

  /// Rows of a packed operand that lie together.
  int PACKED_ROWS = 4;

  /// Whether [#multiplyPacked] is faster than [#multiply] by more than [#pack] costs, for an operand
  /// that meets several panels.
  default boolean packs() {
    return false;
  }

  /// As [#multiply] with `outer` 1, of an operand that [#pack] or [#packTransposed] copied: `A[m, k]`
  /// lies at `aAt + (m - m % 4) * aRow + 4 * k + m % 4`.
  default void multiplyPacked(
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
    int width = LANES * vectors;
    for (int m = 0; m < rows; m++) {
      System.arraycopy(init, initAt + m * initRow, c, cAt + m * cRow, width);
    }
    for (int m = 0; m < rows; m += PACKED_ROWS) {
      int n = Math.min(PACKED_ROWS, rows - m);
      int at = aAt + m * aRow;
      multiplyTransposed(
          vectors, n, inner, a, at, PACKED_ROWS, b, bAt, width, c, cAt + m * cRow, cRow);
    }
  }

  /// Copies `A[m, k]`, at `aAt + m * aRow + k`, for [#multiplyPacked] with `toRow` as its `aRow`, at
  /// least `columns`. Writes whole vectors: `columns` is a multiple of 16, `toRow` of 4. What becomes
  /// of the places of rows beyond the last is not said.
  default void pack(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    for (int m = 0; m < rows; m++) {
      int from = aAt + m * aRow;
      int at = toAt + (m - m % PACKED_ROWS) * toRow + m % PACKED_ROWS;
      for (int k = 0; k < columns; k++) {
        to[at + k * PACKED_ROWS] = a[from + k];
      }
    }
  }

  /// As [#pack], of an operand that lies with its columns and rows exchanged: `A[m, k]` at `aAt + k *
  /// aRow + m`. Here `rows`, those of A, are a multiple of 16, and `columns` may be any number.
  default void packTransposed(
      int rows, int columns, float[] a, int aAt, int aRow, float[] to, int toAt, int toRow) {
    for (int k = 0; k < columns; k++) {
      int from = aAt + k * aRow;
      for (int m = 0; m < rows; m++) {
        int at = toAt + (m - m % PACKED_ROWS) * toRow + m % PACKED_ROWS;
        to[at + k * PACKED_ROWS] = a[from + m];
      }
    }
  }

  /// `C[m, n] += Σ_k A[k, m] · B[k, n]` for `rows` rows of the result: a weight gradient.
  ///
  /// `A[k, m]` lies at `aAt + k * aRow + m`, `B[k, n]` at `bAt + k * bRow + n` and `C[m, n]` at
  /// `cAt + m * cRow + n`.
  void multiplyTransposed(
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
      int cRow);
}
