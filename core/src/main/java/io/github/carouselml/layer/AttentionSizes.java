package io.github.carouselml.layer;

import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;

/// Refuses sizes that attention cannot have, and inputs of other sizes than it was built for.
final class AttentionSizes {
  private AttentionSizes() {}

  static void positive(String name, String what, int size) {
    if (size < 1) {
      throw new CarouselException.Request(
          "Attention '%s' needs a %s of 1 or more, not %d.".formatted(name, what, size));
    }
  }

  static void fits(String name, String what, Tensor got, int size) {
    if (got.features() != size) {
      throw new CarouselException.Request(
          "Attention '%s' got %s of size %d but was built for size %d."
              .formatted(name, what, got.features(), size));
    }
  }
}
