package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;

/// As a season ago: ŷ_{n+h} = y_{n+h-m}, the last season again and again.
///
/// @param season m, in steps
public record SeasonalNaive(int season) implements Baseline {
  public SeasonalNaive {
    Needs.season(season);
  }

  @Override
  public String title() {
    return "seasonal naive";
  }

  @Override
  public int needs() {
    return season;
  }

  @Override
  public Forecast forecast(Series history, int horizon) {
    Needs.steps(history, needs(), title());
    double[] values = new double[horizon];
    for (int h = 0; h < horizon; h++) {
      values[h] = history.value(history.length() - season + h % season);
    }
    return Forecast.after(history, values);
  }
}
