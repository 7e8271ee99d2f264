package io.github.carouselml.tensor;

import io.github.carouselml.spec.LossSpec;
import org.jspecify.annotations.Nullable;

/// Losses element by element, and their derivatives in the same pass.
public interface Losses {
  /// The sum of the first `count` floats, in double and in the canonical order.
  double sum(int count, Slot x);

  /// The first `count` floats go into a sum that others have begun.
  void add(int count, Slot x, RunningSum sum);

  /// `v = w l(p, y)` and `dp (+)= scale w dl/dp`, the latter only where a gradient slot is given.
  ///
  /// The target is a grid of `targets` features, the prediction one of `targets *`
  /// [LossSpec#outputBlocks]. Weights are a grid like the target's, or of one feature, a weight for
  /// each row; an element of weight 0 counts nothing, whatever it holds. `values` has room for two
  /// grids like the prediction: the first becomes v, the second is scratch.
  void pointwise(
      LossSpec loss,
      int rows,
      int targets,
      Slot prediction,
      Slot target,
      @Nullable Slot weight,
      int weightFeatures,
      Slot values,
      @Nullable Slot gradient,
      float scale,
      boolean add);

  /// `v_r = w_r (log Σ_c exp(z_rc) - z_r,class)` for the rows `from .. from + rows - 1` of a batch.
  /// The logits z, a grid of `rows` x `classes`, are overwritten by the softmax, or with `derive`
  /// by `scale w (softmax - 1[c = class])`. Classes, weights (a grid of one feature) and `values`
  /// (one float a row, without gaps) are those of the whole batch. A negative class counts nothing.
  void softmaxCrossEntropy(
      int from,
      int rows,
      int classes,
      int[] target,
      @Nullable Slot weight,
      Slot logits,
      Slot values,
      boolean derive,
      float scale);
}
