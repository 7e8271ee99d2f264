package io.github.carouselml.layer;

import io.github.carouselml.grad.DropoutOp;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;

/// Drops outputs at random in training (Srivastava et al. 2014) and lets all pass in prediction.
///
/// @param rate how many are dropped, from 0 to below 1; what stays is scaled by `1 / (1 - rate)`
/// @param shared one mask for all steps of a sequence (Gal and Ghahramani 2016)
public record Dropout(double rate, boolean shared) {
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new CarouselException.Request(
          "A dropout rate lies from 0 to below 1, so it cannot be " + rate + ".");
    }
  }

  /// With a mask of its own for every step.
  public Dropout(double rate) {
    this(rate, false);
  }

  /// Records the layer.
  public Tensor apply(Tensor x) {
    return DropoutOp.of(x, (float) rate, shared);
  }
}
