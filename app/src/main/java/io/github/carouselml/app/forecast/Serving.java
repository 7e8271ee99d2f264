package io.github.carouselml.app.forecast;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.model.Json;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.Interval;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A trained model at work.
public final class Serving {
  private Serving() {}

  /// From where a model is judged.
  ///
  /// @param many one origin after the other, or only the last that can be judged
  /// @param start the time stamp of the first step that is forecast; null: two horizons before the
  ///     end
  /// @param step from one origin to the next
  public record Origins(boolean many, @Nullable String start, OptionalInt step) {
    Backtest backtest(int horizon) {
      if (!many) {
        return Backtest.last(horizon, horizon);
      }
      Backtest backtest =
          start == null ? Backtest.last(2 * horizon, horizon) : Backtest.from(start, horizon);
      return backtest.withStep(step.orElse(1));
    }
  }

  /// Where series come from; the model says which columns it needs.
  @FunctionalInterface
  public interface Source {
    SeriesSet of(ForecastModel model) throws IOException;
  }

  /// A forecast for each series.
  public static List<Forecast> predict(Path model, Source data, Engine engine, Console console)
      throws IOException {
    try (Backend backend = engine.open(console)) {
      ForecastModel loaded = ForecastModel.load(model, backend);
      return loaded.predict(data.of(loaded));
    }
  }

  /// The model beside the baselines.
  public static Judgement evaluate(
      Path model, Source data, Origins origins, Engine engine, Console console) throws IOException {
    try (Backend backend = engine.open(console)) {
      ForecastModel loaded = ForecastModel.load(model, backend);
      return Judgement.of(loaded, data.of(loaded), origins.backtest(loaded.spec().horizon()));
    }
  }

  /// The judgement for programs.
  public static Json.Obj json(Judgement judgement) {
    return Metrics.of(judgement);
  }

  /// Forecasts for programs.
  public static Json.Obj json(List<Forecast> forecasts) {
    return Json.object()
        .with("forecasts", new Json.Arr(forecasts.stream().<Json>map(Serving::json).toList()));
  }

  private static Json.Obj json(Forecast forecast) {
    List<Json> stamps = new ArrayList<>();
    List<Json> values = new ArrayList<>();
    for (int i = 0; i < forecast.length(); i++) {
      stamps.add(Json.of(forecast.time().label(i)));
      values.add(Json.of(forecast.value(i)));
    }
    List<Json> intervals = new ArrayList<>();
    for (Interval interval : forecast.intervals()) {
      List<Json> low = new ArrayList<>();
      List<Json> high = new ArrayList<>();
      for (int i = 0; i < interval.length(); i++) {
        low.add(Json.of(interval.low(i)));
        high.add(Json.of(interval.high(i)));
      }
      intervals.add(
          Json.object()
              .with("level", interval.level())
              .with("low", new Json.Arr(low))
              .with("high", new Json.Arr(high)));
    }
    return Json.object()
        .with("unique_id", forecast.id())
        .with("ds", new Json.Arr(stamps))
        .with("y_hat", new Json.Arr(values))
        .with("intervals", new Json.Arr(intervals));
  }
}
