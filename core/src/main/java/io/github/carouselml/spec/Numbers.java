package io.github.carouselml.spec;

/// What the numbers of a spec may be, each with its sentence.
final class Numbers {
  private Numbers() {}

  static void atLeast(String what, long least, long value) {
    if (value < least) {
      throw new CarouselException.Request(
          "The " + what + " must be at least " + least + ", not " + value + ".");
    }
  }

  static void finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new CarouselException.Request(
          "The " + what + " must be a finite number, not " + value + ".");
    }
  }

  static void positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new CarouselException.Request(
          "The " + what + " must be a finite number above 0, not " + value + ".");
    }
  }

  static void notNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new CarouselException.Request(
          "The " + what + " must be a finite number from 0, not " + value + ".");
    }
  }

  /// From 0 to below 1.
  static void fraction(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new CarouselException.Request(
          "The " + what + " must lie from 0 to below 1, not " + value + ".");
    }
  }
}
