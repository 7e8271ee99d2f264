package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;

/// How the values of a series become a network's: `z = (t(y) - shift) / unit`. Three fields, saved
/// beside a model.
///
/// @param transform `t`
/// @param shift what becomes 0
/// @param unit what becomes 1; positive
public record Scale(Transform transform, double shift, double unit) {
  /// What is done to a value before it is shifted.
  public enum Transform {
    NONE,
    /// log y, of positive values: growth by a factor becomes growth by a step.
    LOG,
    /// log(1 + y), of values that may be 0.
    LOG1P
  }

  /// Leaves values as they are.
  public static final Scale IDENTITY = new Scale(Transform.NONE, 0, 1);

  public Scale {
    if (!(unit > 0) || !Double.isFinite(unit) || !Double.isFinite(shift)) {
      throw new CarouselException.Request(
          "A scale needs a finite shift and a positive unit, but got shift %s and unit %s."
              .formatted(shift, unit));
    }
  }

  /// `z` of the value `y`.
  ///
  /// @throws CarouselException.Data when the logarithm of `y` does not exist
  public double apply(double y) {
    return (transformed(y) - shift) / unit;
  }

  /// The value of `z`.
  public double invert(double z) {
    double y = z * unit + shift;
    return switch (transform) {
      case NONE -> y;
      case LOG -> StrictMath.exp(y);
      case LOG1P -> StrictMath.expm1(y);
    };
  }

  private double transformed(double y) {
    return transformed(transform, y);
  }

  static double transformed(Transform transform, double y) {
    return switch (transform) {
      case NONE -> y;
      case LOG -> {
        if (!(y > 0)) {
          throw new CarouselException.Data(
              ("The value %s has no logarithm: scale without log, or with LOG1P where "
                      + "values may be 0.")
                  .formatted(y));
        }
        yield StrictMath.log(y);
      }
      case LOG1P -> {
        if (!(y > -1)) {
          throw new CarouselException.Data(
              "The value %s has no log(1 + y): scale without log.".formatted(y));
        }
        yield StrictMath.log1p(y);
      }
    };
  }
}
