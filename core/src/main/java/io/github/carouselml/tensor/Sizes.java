package io.github.carouselml.tensor;

import io.github.carouselml.spec.CarouselException;

/// How many floats a thing takes. Every size is computed here, exactly, and one that no array can
/// hold is refused in a sentence.
public final class Sizes {
  /// Rows are padded to a multiple of this many floats, and weights come in panels of this many
  /// units.
  public static final int LANES = 16;

  private Sizes() {}

  /// The distance between two rows of `features` floats: the next multiple of 16.
  public static int stride(int features) {
    return Math.addExact(features, LANES - 1) & -LANES;
  }

  /// The blocks of 16 that `units` fill.
  public static int blocks(int units) {
    return stride(units) / LANES;
  }

  /// The floats of `rows` padded rows, refused when they are more than an array can hold.
  public static int grid(String what, int rows, int features) {
    return whole(what, Math.multiplyExact((long) rows, stride(features)));
  }

  /// `floats` as an int, refused when they are more than an array can hold.
  public static int whole(String what, long floats) {
    if (floats < 0 || floats > Integer.MAX_VALUE - 8) {
      throw new CarouselException.Request(
          what
              + " would take "
              + floats
              + " floats, and one array holds at most "
              + (Integer.MAX_VALUE - 8)
              + ". Use a smaller batch or shorter sequences.");
    }
    return (int) floats;
  }
}
