package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.TimeAxis;
import java.util.List;

/// The continuation of a series: a value a step, intervals around it, and time stamps that go on
/// where the series ends. Steps count from 0.
public final class Forecast {
  private final String id;
  private final TimeAxis time;
  private final double[] values;
  private final List<Interval> intervals;

  private Forecast(String id, TimeAxis time, double[] values, List<Interval> intervals) {
    this.id = id;
    this.time = time;
    this.values = values;
    this.intervals = intervals;
  }

  /// The forecast of `values` right after `history`.
  public static Forecast after(Series history, double... values) {
    return new Forecast(
        history.id(), history.time().next(values.length), values.clone(), List.of());
  }

  /// The same with `intervals`, whose lengths must be this one's.
  public Forecast withIntervals(List<Interval> intervals) {
    for (Interval interval : intervals) {
      if (interval.length() != length()) {
        throw new CarouselException.Request(
            "The interval of level %d has %d steps, but the forecast of '%s' has %d."
                .formatted(interval.level(), interval.length(), id, length()));
      }
    }
    return new Forecast(id, time, values, List.copyOf(intervals));
  }

  /// The name of the series.
  public String id() {
    return id;
  }

  /// The time stamps of the forecast's steps.
  public TimeAxis time() {
    return time;
  }

  /// The horizon.
  public int length() {
    return values.length;
  }

  /// The value of the step at `index`, from 0.
  public double value(int index) {
    return values[index];
  }

  /// A copy of the values.
  public double[] values() {
    return values.clone();
  }

  /// In the order in which they were given; may be empty.
  public List<Interval> intervals() {
    return intervals;
  }
}
