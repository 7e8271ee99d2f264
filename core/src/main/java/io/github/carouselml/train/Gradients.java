package io.github.carouselml.train;

import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.tensor.Slot;
import io.github.carouselml.tensor.Updates;
import java.util.Locale;

/// What happens to all gradients between the backward pass and the optimizer.
final class Gradients {
  private final Parameters parameters;
  private final Slot all;
  private final Updates updates;
  private final double maxNorm;
  private final float maxValue;
  private double norm;
  private boolean clipped;

  Gradients(Parameters parameters, Updates updates, Clipping clipping) {
    this.parameters = parameters;
    this.all = parameters.gradients();
    this.updates = updates;
    this.maxNorm = clipping.norm().orElse(Double.POSITIVE_INFINITY);
    this.maxValue = clipping.value().orElse(Double.POSITIVE_INFINITY).floatValue();
  }

  /// Measures the norm, in double over all parameters together.
  void measure() {
    norm = Math.sqrt(updates.sumOfSquares(all));
    clipped = false;
  }

  /// The norm before clipping.
  double norm() {
    return norm;
  }

  /// Clips what was measured, and gives what the optimizer multiplies the gradients by: clipping by
  /// norm alone costs no pass of its own.
  float clip() {
    clipped = norm > maxNorm;
    float scale = clipped ? (float) (maxNorm / norm) : 1;
    if (maxValue == Float.POSITIVE_INFINITY || updates.largest(all) * scale <= maxValue) {
      return scale;
    }
    clipped = true;
    if (scale != 1) {
      updates.scale(scale, all);
    }
    updates.clip(maxValue, all);
    return 1;
  }

  /// Whether the last [#clip] changed anything.
  boolean clipped() {
    return clipped;
  }

  /// Why a run cannot go on: which parameter's gradient is the largest, and what may help.
  ///
  /// @param what the sentence's beginning, "The loss of step 12 (epoch 2) is NaN"
  CarouselException.Numeric divergence(String what, double learningRate) {
    Parameter worst = null;
    int worstBad = 0;
    float largest = -1;
    for (Parameter parameter : parameters.all()) {
      if (parameter.isTrained()) {
        int bad = updates.countNonFinite(parameter.gradient());
        float size = updates.largest(parameter.gradient());
        if (bad > worstBad || (bad == worstBad && size > largest)) {
          worst = parameter;
          worstBad = bad;
          largest = size;
        }
      }
    }
    String gradient =
        worst == null
            ? ""
            : worstBad > 0
                ? " The gradient of parameter '%s' is NaN or infinite in %d of its %d numbers."
                    .formatted(worst.name(), worstBad, worst.spec().layout().canonicalSize())
                : String.format(
                    Locale.ROOT,
                    " The largest gradient, %.3g, is that of parameter '%s'.",
                    largest,
                    worst.name());
    String clip =
        maxNorm == Double.POSITIVE_INFINITY
            ? "clip the gradients' norm (1 is a good first choice)"
            : "clip the gradients' norm to less than " + maxNorm;
    return new CarouselException.Numeric(
        ("%s.%s Lower the learning rate (now %s), %s, and look for NaN, infinite or very"
                + " large numbers in the data.")
            .formatted(what, gradient, learningRate, clip));
  }
}
