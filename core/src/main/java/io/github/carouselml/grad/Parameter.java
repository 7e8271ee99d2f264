package io.github.carouselml.grad;

import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// A named parameter in a backend's memory, with its gradient where there is one. Gradients add
/// until they are set to 0.
public final class Parameter {
  private final ParameterSpec spec;
  private final Slot value;
  private final @Nullable Slot gradient;
  private boolean frozen;

  Parameter(ParameterSpec spec, Slot value, @Nullable Slot gradient) {
    this.spec = spec;
    this.value = value;
    this.gradient = gradient;
  }

  /// What was asked for.
  public ParameterSpec spec() {
    return spec;
  }

  /// Its name in the whole model.
  public String name() {
    return spec.name();
  }

  /// Where it lies, packed.
  public Slot value() {
    return value;
  }

  /// Where its gradient lies, packed alike.
  public Slot gradient() {
    Slot place = gradient;
    if (place == null) {
      throw new IllegalStateException(
          "The parameters were made for prediction, so '" + name() + "' has no gradient.");
    }
    return place;
  }

  /// Keeps it as it is: programs made from now on compute no gradient for it.
  public void freeze() {
    frozen = true;
  }

  /// Whether a gradient is computed for it.
  public boolean isTrained() {
    return !frozen && gradient != null;
  }
}
