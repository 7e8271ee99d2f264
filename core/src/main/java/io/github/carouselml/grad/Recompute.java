package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;

/// What a program that trains computes again in its backward pass instead of keeping it: one more
/// forward pass for less memory, with the same bits (Chen et al. 2016).
///
/// @param what is computed again
/// @param steps of an interval: so much is kept at a time
public record Recompute(What what, int steps) {
  /// From nothing to everything.
  public enum What {
    /// Everything is kept.
    NOTHING,
    /// The gates and cells of recurrent layers. Outputs are kept, and states between intervals.
    GATES,
    /// All activations. Only states between intervals are kept, and inputs. It needs operations that
    /// see one step at a time, beside recurrent layers that read forward.
    ACTIVATIONS
  }

  public Recompute {
    if (steps < 1) {
      throw new CarouselException.Request(
          "An interval that is computed again has at least 1 step, not " + steps + ".");
    }
  }

  /// Keeps everything.
  public static Recompute nothing() {
    return new Recompute(What.NOTHING, Integer.MAX_VALUE);
  }

  /// What it costs, in words that may follow a comma.
  public String words() {
    return switch (what) {
      case NOTHING -> "everything is kept";
      case GATES ->
          ("gates and cells are computed again in intervals of %d steps, one more forward pass"
                  + " through recurrent layers")
              .formatted(steps);
      case ACTIVATIONS ->
          "activations are computed again in intervals of %d steps, one more forward pass"
              .formatted(steps);
    };
  }

  /// The intervals that so many steps are cut into, one where there are none.
  int intervals(int ofSteps) {
    return Math.max(1, Math.ceilDiv(ofSteps, steps));
  }

  /// The step at which interval k begins, or beyond the last the end.
  int begin(int k, int ofSteps) {
    return (int) Math.min((long) k * steps, ofSteps);
  }
}
