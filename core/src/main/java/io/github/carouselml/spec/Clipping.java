package io.github.carouselml.spec;

import java.util.Optional;

/// How gradients are kept small before an update. With both, the norm comes first: it keeps the
/// gradient's direction, and cutting values afterwards can only make the norm smaller, so that both
/// bounds hold.
///
/// @param norm the largest Euclidean norm of all gradients together: a longer one is multiplied by
///     `norm / its norm` (Pascanu et al. 2013)
/// @param value every single gradient is cut to `-value .. value`
public record Clipping(Optional<Double> norm, Optional<Double> value) {
  public Clipping {
    norm.ifPresent(n -> Numbers.positive("norm that gradients are clipped to", n));
    value.ifPresent(v -> Numbers.positive("value that gradients are clipped to", v));
    if (value.isPresent() && value.get().floatValue() == 0) {
      throw new CarouselException.Request(
          "Gradients clipped to " + value.get() + " would all be 0 as floats.");
    }
  }

  /// No clipping.
  public static Clipping none() {
    return new Clipping(Optional.empty(), Optional.empty());
  }

  /// Clipping by the global norm.
  public static Clipping byNorm(double norm) {
    return none().withNorm(norm);
  }

  /// Clipping by value.
  public static Clipping byValue(double value) {
    return none().withValue(value);
  }

  public Clipping withNorm(double newNorm) {
    return new Clipping(Optional.of(newNorm), value);
  }

  public Clipping withValue(double newValue) {
    return new Clipping(norm, Optional.of(newValue));
  }
}
