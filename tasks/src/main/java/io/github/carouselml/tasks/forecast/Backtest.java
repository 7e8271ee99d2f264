package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.List;

/// Forecasts as they would have been made: from every `step`th origin on, `horizon` steps ahead,
/// with what was known then. The origin is the first step that is forecast; only forecasts whose
/// every value has come are judged.
///
/// @param start where the first origin lies
/// @param step from one origin to the next
/// @param horizon how many steps a forecast has
public record Backtest(Start start, int step, int horizon) {
  /// Where the first origin of a series lies.
  public sealed interface Start {
    /// The first forecast step has this time stamp: `1959-01`.
    record At(String stamp) implements Start {}

    /// The first forecast step is the first of the series' last `steps`.
    record Last(int steps) implements Start {}
  }

  public Backtest {
    if (step < 1 || horizon < 1) {
      throw new CarouselException.Request(
          "A backtest needs a step and a horizon of at least 1, but got step %d and horizon %d."
              .formatted(step, horizon));
    }
    if (start instanceof Start.Last(int steps) && steps < horizon) {
      throw new CarouselException.Request(
          "A backtest over the last %d steps has no room for a horizon of %d."
              .formatted(steps, horizon));
    }
  }

  /// Origins from the time stamp `stamp` on, one after each other.
  public static Backtest from(String stamp, int horizon) {
    return new Backtest(new Start.At(stamp), 1, horizon);
  }

  /// Origins within the last `steps` steps of each series, one after each other.
  public static Backtest last(int steps, int horizon) {
    return new Backtest(new Start.Last(steps), 1, horizon);
  }

  public Backtest withStep(int other) {
    return new Backtest(start, other, horizon);
  }

  /// What is known before the first origin: all that may be fitted or chosen on. Series without an
  /// origin are left out.
  ///
  /// @throws CarouselException.Data when no series has an origin
  public SeriesSet training(SeriesSet data) {
    List<Series> before = new ArrayList<>();
    for (Series series : data) {
      int origin = firstOrigin(series);
      if (origin + horizon <= series.length()) {
        before.add(series.first(origin));
      }
    }
    if (before.isEmpty()) {
      throw new CarouselException.Data(
          ("No forecast can be judged: none of the %d series has a step before %s and %d "
                  + "steps from there on (the longest has %d).")
              .formatted(data.size(), where(), horizon, data.longest()));
    }
    return SeriesSet.of(before).withSeason(data.season());
  }

  /// Lets `method` forecast at every origin of every series of `data` and compares with what came.
  public BacktestResult run(SeriesSet data, ForecastMethod method) {
    SeriesSet training = training(data);
    List<Series> histories = new ArrayList<>();
    List<Double> naiveErrors = new ArrayList<>();
    for (Series before : training) {
      double naiveError = Accuracy.naiveError(before, data.season());
      Series whole = data.get(before.id());
      for (int o = before.length(); o <= whole.length() - horizon; o += step) {
        histories.add(whole.first(o));
        naiveErrors.add(naiveError);
      }
    }
    List<Forecast> forecasts = method.forecastAll(List.copyOf(histories), horizon);
    if (forecasts.size() != histories.size()) {
      throw new CarouselException.Request(
          "%d forecasts were asked for, but the method made %d."
              .formatted(histories.size(), forecasts.size()));
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < forecasts.size(); i++) {
      outcomes.add(judge(data, histories.get(i), forecasts.get(i), naiveErrors.get(i)));
    }
    return new BacktestResult(horizon, outcomes, data.size() - training.size());
  }

  private Outcome judge(SeriesSet data, Series history, Forecast forecast, double naiveError) {
    if (!forecast.time().equals(history.time().next(horizon))
        || !forecast.id().equals(history.id())) {
      throw new CarouselException.Request(
          ("A forecast of '%s' for %d steps from %s was asked for, but the method made one "
                  + "of '%s' for %d steps from %s.")
              .formatted(
                  history.id(),
                  horizon,
                  history.time().label(history.length()),
                  forecast.id(),
                  forecast.length(),
                  forecast.time().label(0)));
    }
    Series whole = data.get(history.id());
    double[] actual = new double[horizon];
    for (int i = 0; i < horizon; i++) {
      actual[i] = whole.value(history.length() + i);
    }
    return new Outcome(forecast, actual, naiveError);
  }

  /// Beyond the end where the series has no origin.
  private int firstOrigin(Series series) {
    int origin =
        switch (start) {
          case Start.At(String stamp) -> series.time().indexOf(stamp).orElse(series.length());
          case Start.Last(int steps) -> series.length() - steps;
        };
    return origin < 1 ? series.length() : origin;
  }

  private String where() {
    return switch (start) {
      case Start.At(String stamp) -> stamp;
      case Start.Last(int steps) -> "its last %d steps".formatted(steps);
    };
  }
}
