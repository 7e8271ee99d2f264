package io.github.carouselml.layer;

import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;

/// Refuses sizes that a layer cannot have, and inputs of other sizes than it was built for.
final class LayerSizes {
  private LayerSizes() {}

  /// @param layer its kind and name: `Attention 'a'`
  /// @param what `a size`, or which of several
  static void positive(String layer, String what, int size) {
    if (size < 1) {
      throw new CarouselException.Request(
          layer + " needs " + what + " of 1 or more, not " + size + ".");
    }
  }

  /// @param layer its kind and name: `Attention 'a'`
  /// @param what is of this size: `an input`, `queries`
  static void fits(String layer, String what, Tensor got, int size) {
    fits(layer, what, got, size, "");
  }

  /// @param cause what the likely cause is, as the end of the message
  static void fits(String layer, String what, Tensor got, int size, String cause) {
    if (got.features() != size) {
      throw new CarouselException.Request(
          layer
              + " got "
              + what
              + " of size "
              + got.features()
              + " but was built for size "
              + size
              + "."
              + cause);
    }
  }
}
