package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import java.util.List;
import java.util.stream.IntStream;

/// What a backtest found.
///
/// @param horizon the steps of each forecast
/// @param outcomes a forecast and its values per series and origin: series in their order, origins
///   ascending
/// @param seriesLeftOut how many series had no origin
public record BacktestResult(int horizon, List<Outcome> outcomes, int seriesLeftOut) {
  public BacktestResult {
    outcomes = List.copyOf(outcomes);
  }

  /// Over all steps of all forecasts.
  public Accuracy accuracy() {
    return Accuracy.of(outcomes);
  }

  /// Over the `step`th step of all forecasts, from 1 to the horizon.
  public Accuracy atStep(int step) {
    if (step < 1 || step > horizon) {
      throw new CarouselException.Request(
          "The backtest has the steps 1 to %d; step %d was asked for.".formatted(horizon, step));
    }
    return Accuracy.ofStep(outcomes, step - 1);
  }

  /// One for each step, from the first.
  public List<Accuracy> bySteps() {
    return IntStream.rangeClosed(1, horizon).mapToObj(this::atStep).toList();
  }

  /// One for each level that the forecasts have, ascending.
  public List<IntervalAccuracy> intervals() {
    return outcomes.stream()
        .flatMap(outcome -> outcome.forecast().intervals().stream())
        .map(Interval::level)
        .distinct()
        .sorted()
        .map(level -> IntervalAccuracy.of(outcomes, level))
        .toList();
  }

  /// The outcomes of one series, origins ascending.
  public List<Outcome> of(String id) {
    return outcomes.stream().filter(outcome -> outcome.forecast().id().equals(id)).toList();
  }
}
