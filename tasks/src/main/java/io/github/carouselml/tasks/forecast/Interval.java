package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;

/// The bounds between which `level` percent of the values are expected: the quantiles
/// (1 ∓ level / 100) / 2 at every step of a forecast.
public final class Interval {
  private final int level;
  private final double[] low;
  private final double[] high;

  /// @param level in percent, 1 to 99
  /// @param low the lower bounds, one a step
  /// @param high the upper bounds, none below its lower
  public Interval(int level, double[] low, double[] high) {
    if (level < 1 || level > 99) {
      throw new CarouselException.Request(
          "The level of an interval is 1 to 99 percent, but got %d.".formatted(level));
    }
    if (low.length != high.length) {
      throw new CarouselException.Request(
          "An interval of level %d has %d lower and %d upper bounds."
              .formatted(level, low.length, high.length));
    }
    for (int i = 0; i < low.length; i++) {
      if (low[i] > high[i]) {
        throw new CarouselException.Request(
            "The interval of level %d is upside down at step %d: %s is above %s."
                .formatted(level, i + 1, low[i], high[i]));
      }
    }
    this.level = level;
    this.low = low.clone();
    this.high = high.clone();
  }

  /// In percent.
  public int level() {
    return level;
  }

  public int length() {
    return low.length;
  }

  /// The lower bound of the step at `index`, from 0.
  public double low(int index) {
    return low[index];
  }

  /// The upper bound of the step at `index`, from 0.
  public double high(int index) {
    return high[index];
  }

  /// The quantile that the lower bound is: 0.05 of a level of 90.
  public double lowQuantile() {
    return (100 - level) / 200.0;
  }

  /// The quantile that the upper bound is: 0.95 of a level of 90.
  public double highQuantile() {
    return (100 + level) / 200.0;
  }
}
