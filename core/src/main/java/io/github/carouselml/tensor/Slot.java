package io.github.carouselml.tensor;

import java.util.Objects;

/// The region `[offset, offset + size)` of a buffer.
public record Slot(Buffer buffer, int offset, int size) {
  public Slot {
    Objects.requireNonNull(buffer, "buffer");
    if (offset < 0 || size < 0 || size > buffer.size() - offset) {
      throw new IndexOutOfBoundsException(
          "A slot of "
              + size
              + " floats at "
              + offset
              + " does not lie in a buffer of "
              + buffer.size()
              + " floats.");
    }
  }

  /// The whole buffer.
  public static Slot of(Buffer buffer) {
    return new Slot(buffer, 0, buffer.size());
  }
}
