package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;

/// A forecast and the values that came.
public final class Outcome {
  private final Forecast forecast;
  private final double[] actual;
  private final double naiveError;

  /// @param actual a value a step of `forecast`
  /// @param naiveError the series' scale for MASE; 0 or NaN where it has none
  public Outcome(Forecast forecast, double[] actual, double naiveError) {
    if (actual.length != forecast.length()) {
      throw new CarouselException.Request(
          "The forecast of '%s' has %d steps, but %d values came."
              .formatted(forecast.id(), forecast.length(), actual.length));
    }
    this.forecast = forecast;
    this.actual = actual.clone();
    this.naiveError = naiveError;
  }

  public Forecast forecast() {
    return forecast;
  }

  public int length() {
    return actual.length;
  }

  /// The value that came at the step at `index`, from 0.
  public double actual(int index) {
    return actual[index];
  }

  /// The scale of MASE.
  public double naiveError() {
    return naiveError;
  }
}
