package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;

/// As a season ago, times what the last steps were against a season before: ŷ_{n+h} = y_{n+h-m} · g
/// with g = Σ y_t / Σ y_{t-m} over the last quarter of a season (3 months of 12); once more by g
/// for each further season ahead. Where the older sum is not positive, g = 1.
///
/// @param season m, in steps
public record SeasonalGrowth(int season) implements Baseline {
  public SeasonalGrowth {
    Needs.season(season);
  }

  @Override
  public String title() {
    return "seasonal naive × growth";
  }

  @Override
  public int needs() {
    return season + recent();
  }

  @Override
  public Forecast forecast(Series history, int horizon) {
    Needs.steps(history, needs(), title());
    int n = history.length();
    double now = 0;
    double before = 0;
    for (int t = n - recent(); t < n; t++) {
      now += history.value(t);
      before += history.value(t - season);
    }
    double growth = before > 0 ? now / before : 1;
    double[] values = new double[horizon];
    double factor = 1;
    for (int h = 0; h < horizon; h++) {
      factor *= h % season == 0 ? growth : 1;
      values[h] = history.value(n - season + h % season) * factor;
    }
    return Forecast.after(history, values);
  }

  private int recent() {
    return Math.max(1, Math.floorDiv(season, 4));
  }
}
