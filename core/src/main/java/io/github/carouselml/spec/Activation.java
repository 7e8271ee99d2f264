package io.github.carouselml.spec;

/// The function that bends a pre-activation: which one, and its constants. The constants are floats
/// because the models that bring them (ONNX, old Keras) store floats.
///
/// Every one of them has a slope that its own value determines, so a backward pass needs no
/// pre-activations. That is why a [LeakyRelu] with a negative slope is refused.
public sealed interface Activation {

  /// `1 / (1 + exp(-x))`
  record Sigmoid() implements Activation {}

  /// `tanh(x)`
  record Tanh() implements Activation {}

  /// `max(0, x)`; the slope at 0 is 0
  record Relu() implements Activation {}

  /// `x / (1 + |x|)`
  record Softsign() implements Activation {}

  /// `max(0, min(1, alpha x + beta))`; the slope where it bends is 0
  record HardSigmoid(float alpha, float beta) implements Activation {
    public HardSigmoid {
      finite("hard sigmoid", "alpha", alpha);
      finite("hard sigmoid", "beta", beta);
    }

    /// alpha 0.2, beta 0.5, as ONNX and Keras 2 have them
    public HardSigmoid() {
      this(0.2f, 0.5f);
    }
  }

  /// `x` where it is positive, else `alpha x`; the slope at 0 is alpha
  record LeakyRelu(float alpha) implements Activation {
    public LeakyRelu {
      finite("leaky relu", "alpha", alpha);
      if (alpha < 0) {
        throw new CarouselException.Request(
            "The alpha of a leaky relu must be 0 or more, not "
                + alpha
                + ": with a negative slope its value would not tell on which side of 0 it was.");
      }
    }

    /// alpha 0.01
    public LeakyRelu() {
      this(0.01f);
    }
  }

  /// `alpha x + beta`
  record Affine(float alpha, float beta) implements Activation {
    public Affine {
      finite("affine", "alpha", alpha);
      finite("affine", "beta", beta);
    }

    /// alpha 1, beta 0: the identity
    public Affine() {
      this(1, 0);
    }
  }

  private static void finite(String activation, String constant, float value) {
    if (!Float.isFinite(value)) {
      throw new CarouselException.Request(
          "The "
              + constant
              + " of the activation "
              + activation
              + " must be a finite number, not "
              + value
              + ".");
    }
  }
}
