package io.github.carouselml.kernel;

/// Products of a single row with panels of reduced weights, in float32.
///
/// Each element of the result is one chain of fused multiply-adds over the inner index in ascending
/// order. With bfloat16 it starts from the initial value. With int8 it starts from 0 over the whole
/// numbers, and its end times the column's scale is added to the initial value, fused. So the bits
/// depend neither on the vector width nor on how panels are shared.
public interface ReducedProducts {
  /// `c[n] = init[n] + Σ_k a[k] · B[k, n]` for the panels `[from, to)` of B. Panel p's elements lie
  /// from `cAt + p * 64`, their initial values from `initAt + p * initPanel` (0 repeats one panel).
  /// `init` may be `c`. Of a panel with fewer than four vectors, what lies in `c` beyond them is
  /// spoilt.
  void multiply(
      ReducedPanels b,
      int from,
      int to,
      float[] a,
      int aAt,
      float[] init,
      int initAt,
      int initPanel,
      float[] c,
      int cAt);
}
