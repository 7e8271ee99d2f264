package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;
import java.util.Arrays;

/// Nothing changes: ŷ_{n+h} = y_n.
public record Naive() implements Baseline {
  @Override
  public String title() {
    return "naive";
  }

  @Override
  public int needs() {
    return 1;
  }

  @Override
  public Forecast forecast(Series history, int horizon) {
    Needs.steps(history, needs(), title());
    double[] values = new double[horizon];
    Arrays.fill(values, history.value(history.length() - 1));
    return Forecast.after(history, values);
  }
}
