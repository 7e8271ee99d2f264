package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.util.List;

/// What a file's header says about one tensor: its element type, its shape and where its bytes lie,
/// counted from the first byte after the header.
public record TensorEntry(String name, TensorType type, List<Integer> shape, long begin, long end) {
  public TensorEntry {
    requireName(name);
    shape = List.copyOf(shape);
    long bytes = size(name, shape) * type.bytes();
    if (begin < 0 || end < begin) {
      throw new CarouselException.Request(
          "The tensor '%s' lies from byte %d to byte %d, which is no range."
              .formatted(name, begin, end));
    }
    if (end - begin != bytes) {
      throw new CarouselException.Request(
          "The tensor '%s' of shape %s and type %s takes %d bytes, but its range has %d."
              .formatted(name, shape, type, bytes, end - begin));
    }
  }

  /// How many elements the tensor has.
  public int size() {
    return (int) size(name, shape);
  }

  /// The elements of a shape, at most 2³¹-1 of them.
  static long size(String name, List<Integer> shape) {
    long size = 1;
    for (int dimension : shape) {
      if (dimension < 0) {
        throw new CarouselException.Request(
            "The tensor '" + name + "' has the shape " + shape + ", with a size below 0.");
      }
      size *= dimension;
      if (size > Integer.MAX_VALUE) {
        throw new CarouselException.Request(
            "The tensor '%s' of shape %s has more than 2147483647 elements, too many for one array."
                .formatted(name, shape));
      }
    }
    return size;
  }

  static void requireName(String name) {
    if (name.isBlank() || name.equals(TensorFile.METADATA)) {
      throw new CarouselException.Request("'" + name + "' cannot be the name of a tensor.");
    }
  }
}
