package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;
import java.util.List;

/// Whatever can continue a series: a baseline, a trained network, a user's own rule. It is handed
/// what was known at the origin and nothing later, so it cannot look ahead.
@FunctionalInterface
public interface ForecastMethod {
  /// The `horizon` steps after the last of `history`.
  Forecast forecast(Series history, int horizon);

  /// One forecast a history, in their order. What works in batches overrides it.
  default List<Forecast> forecastAll(List<Series> histories, int horizon) {
    return histories.stream().map(history -> forecast(history, horizon)).toList();
  }
}
