package io.github.carouselml.tensor;

/// What optimizers do to whole parameters: flat slots `w` (values), `g` (gradients) and the
/// optimizer's own. Padding stays exactly +0.
public interface Updates {
  /// `Σ x²` in double, in the canonical order.
  double sumOfSquares(Slot x);

  /// The largest `|x|`, +0 for an empty slot; NaN are passed over.
  float largest(Slot x);

  /// How many numbers are NaN or infinite.
  int countNonFinite(Slot x);

  /// `x = alpha x`.
  void scale(float alpha, Slot x);

  /// `x` cut to `-limit .. limit`. NaN stays.
  void clip(float limit, Slot x);

  /// `y = x`.
  void copy(Slot x, Slot y);

  /// `y += alpha x`, fused.
  void accumulate(float alpha, Slot x, Slot y);

  /// `g' = scale g + decay w`; `w = w - rate g'`
  void sgd(Slot w, Slot g, float scale, float rate, float decay);

  /// `g' = scale g + decay w`; `m = momentum m + g'`; `w = w - rate m`, or with Nesterov
  /// `w = w - rate (momentum m + g')`
  void momentum(
      Slot w,
      Slot g,
      Slot m,
      float scale,
      float rate,
      float decay,
      float momentum,
      boolean nesterov);

  /// `g' = scale g + decay w`; `v = v + gain (g'² - v)`; `w = w - rate g' / (√v + epsilon)`, where
  /// `gain` is 1 - smoothing.
  void rmsProp(
      Slot w, Slot g, Slot v, float scale, float rate, float decay, float gain, float epsilon);

  /// Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019): `g' = scale g + decay w`;
  /// `m = m + gain1 (g' - m)`; `v = v + gain2 (g'² - v)`;
  /// `w = shrink w - rate m / (correction √v + epsilon)`.
  ///
  /// The caller computes in double `gain1` = 1-beta1, `gain2` = 1-beta2, `rate` = learning rate /
  /// (1-beta1ᵗ), `correction` = 1/√(1-beta2ᵗ). Adam has `shrink` = 1, AdamW has `decay` = 0 and
  /// `shrink` = 1 - learning rate · weight decay.
  void adam(
      Slot w,
      Slot g,
      Slot m,
      Slot v,
      float scale,
      float rate,
      float correction,
      float decay,
      float shrink,
      float gain1,
      float gain2,
      float epsilon);
}
