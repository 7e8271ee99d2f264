package io.github.carouselml.tensor;

import io.github.carouselml.spec.LossSpec;
import org.jspecify.annotations.Nullable;

/// Losses, summed in double in the canonical order, and their derivatives in the same pass.
public interface Losses {
  /// The sum over a grid of weights.
  double sum(int rows, int features, Slot x);

  /// `Σ w l(p, y)` over the grid of `targets` targets per row. The prediction has
  /// [LossSpec#outputsPerTarget] values for each target, side by side. Weights are a grid like the
  /// target's, or of one feature, one for each row. With a gradient slot: `dp (+)= scale w dl/dp`.
  /// An element of weight 0 counts nothing, whatever it holds.
  double pointwise(
      LossSpec loss,
      int rows,
      int targets,
      Slot prediction,
      Slot target,
      @Nullable Slot weight,
      int weightFeatures,
      @Nullable Slot gradient,
      float scale,
      boolean add);

  /// `Σ_r w_r (log Σ_c exp(z_rc) - z_r,class)` over rows `from .. from + rows - 1` of the classes.
  /// The logits, a grid of `rows` x `classes`, are overwritten: with `derive` by `scale w (softmax
  /// - 1[c = class])`, else by anything. A negative class counts nothing. `weight` is a grid of one
  /// feature over the whole batch.
  double softmaxCrossEntropy(
      int rows,
      int classes,
      int from,
      int[] target,
      @Nullable Slot weight,
      Slot logits,
      boolean derive,
      float scale);
}
