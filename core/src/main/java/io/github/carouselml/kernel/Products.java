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
