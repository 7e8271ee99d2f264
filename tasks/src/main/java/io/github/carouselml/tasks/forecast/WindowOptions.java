package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Scaling;

/// How series are cut into windows.
///
/// @param context the most steps that a network reads before it forecasts
/// @param shortest the fewest: early origins have less behind them
/// @param horizon the steps that it forecasts at once
/// @param stride from one origin to the next
/// @param scaling of the values
/// @param lastSeason whether each past step is told its change since the season before, and each
///     step ahead the value of a season before it; an origin then has at least a season behind it
public record WindowOptions(
    int context, int shortest, int horizon, int stride, Scaling scaling, boolean lastSeason) {
  public WindowOptions {
    refuseBelowOne("context", context);
    refuseBelowOne("horizon", horizon);
    refuseBelowOne("stride", stride);
    if (shortest < 1 || shortest > context) {
      throw new CarouselException.Request(
          "The shortest context is 1 to the context of %d steps, but got %d."
              .formatted(context, shortest));
    }
  }

  /// Full contexts, one window a step, mean and deviation of each series, no value of the last
  /// season.
  public static WindowOptions of(int context, int horizon) {
    return new WindowOptions(context, context, horizon, 1, Scaling.standard(), false);
  }

  public WindowOptions withShortest(int steps) {
    return new WindowOptions(context, steps, horizon, stride, scaling, lastSeason);
  }

  public WindowOptions withStride(int steps) {
    return new WindowOptions(context, shortest, horizon, steps, scaling, lastSeason);
  }

  public WindowOptions withScaling(Scaling other) {
    return new WindowOptions(context, shortest, horizon, stride, other, lastSeason);
  }

  public WindowOptions withLastSeason(boolean told) {
    return new WindowOptions(context, shortest, horizon, stride, scaling, told);
  }

  private static void refuseBelowOne(String name, int value) {
    if (value < 1) {
      throw new CarouselException.Request(
          "The %s must be at least 1, but got %d.".formatted(name, value));
    }
  }
}
