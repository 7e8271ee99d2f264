package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;

/// How the scale of a series is found.
///
/// @param transform what is done to a value first
/// @param measure what the shift and the unit are
/// @param span of which values
public record Scaling(Scale.Transform transform, Measure measure, Span span) {
  /// Shift and unit. A unit of 0, as of constant values, becomes 1, so that those are scaled to 0
  /// or left as they are.
  public enum Measure {
    /// Mean and standard deviation (of the population).
    STANDARD,
    /// 0 and the mean absolute value.
    MEAN_ABSOLUTE,
    /// The last value and the standard deviation: a forecast is then a change from now.
    LAST,
    /// 0 and 1.
    NONE
  }

  /// The values that are measured.
  public enum Span {
    /// All that the series has for training: one scale a series, saved with the model.
    SERIES,
    /// The context of each window: nothing to save, and a series that drifts away stays in range.
    CONTEXT
  }

  /// Mean and standard deviation of each series' training part.
  public static Scaling standard() {
    return new Scaling(Scale.Transform.NONE, Measure.STANDARD, Span.SERIES);
  }

  /// The mean absolute value of each window's context.
  public static Scaling meanAbsolute() {
    return new Scaling(Scale.Transform.NONE, Measure.MEAN_ABSOLUTE, Span.CONTEXT);
  }

  public Scaling withTransform(Scale.Transform other) {
    return new Scaling(other, measure, span);
  }

  public Scaling withMeasure(Measure other) {
    return new Scaling(transform, other, span);
  }

  public Scaling withSpan(Span other) {
    return new Scaling(transform, measure, other);
  }

  /// The scale of the values of `series` from `from` to before `to`, at least one.
  public Scale fit(Series series, int from, int to) {
    if (from < 0 || from >= to || to > series.length()) {
      throw new CarouselException.Request(
          ("The scale of steps %d to %d of the series '%s' (%d steps) was asked for; at "
                  + "least one step is needed.")
              .formatted(from, to, series.id(), series.length()));
    }
    int count = to - from;
    double[] values = new double[count];
    double sum = 0;
    double absolute = 0;
    for (int i = 0; i < count; i++) {
      values[i] = transformed(series, from + i);
      sum += values[i];
      absolute += Math.abs(values[i]);
    }
    double mean = sum / count;
    return switch (measure) {
      case STANDARD -> scale(mean, deviation(values, mean));
      case MEAN_ABSOLUTE -> scale(0, absolute / count);
      case LAST -> scale(values[count - 1], deviation(values, mean));
      case NONE -> scale(0, 1);
    };
  }

  private double transformed(Series series, int index) {
    try {
      return Scale.transformed(transform, series.value(index));
    } catch (CarouselException.Data e) {
      throw new CarouselException.Data(
          "The series '%s' at %s: %s"
              .formatted(series.id(), series.time().label(index), e.getMessage()),
          e);
    }
  }

  private static double deviation(double[] values, double mean) {
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = Math.sqrt(squares / values.length);
    // The mean of equal values is rounded: what is left of them is no deviation.
    return deviation <= 1e-12 * Math.abs(mean) ? 0 : deviation;
  }

  private Scale scale(double shift, double unit) {
    return new Scale(transform, shift, unit > 0 ? unit : 1);
  }
}
