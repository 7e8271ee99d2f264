package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How far forecasts ŷ lie from values y, over points pooled in their order; e = |y - ŷ|. A point
/// where a metric is undefined, or where the forecast is not finite, is left out of it and counted.
///
/// @param mae mean of e, in the series' unit
/// @param rmse √ mean of e², in the series' unit
/// @param mape mean of 100 e / |y|, in percent; undefined where y = 0
/// @param smape mean of 200 e / (|y| + |ŷ|), in percent; 0 / 0 is 0
/// @param mase mean over the series of (mean of e) / [#naiveError]; undefined for a series whose
///   scale is 0 or unknown
public record Accuracy(Score mae, Score rmse, Score mape, Score smape, Score mase) {
  /// Over all steps of `outcomes`.
  public static Accuracy of(List<Outcome> outcomes) {
    Tally tally = new Tally();
    for (Outcome outcome : outcomes) {
      for (int i = 0; i < outcome.length(); i++) {
        tally.add(outcome, i);
      }
    }
    return tally.accuracy();
  }

  /// Over the step at `index` (from 0) of each of `outcomes`.
  public static Accuracy ofStep(List<Outcome> outcomes, int index) {
    Tally tally = new Tally();
    outcomes.forEach(outcome -> tally.add(outcome, index));
    return tally.accuracy();
  }

  /// The scale of MASE: the mean of |y_t - y_(t-season)| within `training`; NaN when that is not
  /// longer than a season.
  public static double naiveError(Series training, int season) {
    double sum = 0;
    for (int t = season; t < training.length(); t++) {
      sum += Math.abs(training.value(t) - training.value(t - season));
    }
    return training.length() > season ? sum / (training.length() - season) : Double.NaN;
  }

  private static final class Tally {
    private final Score.Sum absolute = new Score.Sum();
    private final Score.Sum squared = new Score.Sum();
    private final Score.Sum percent = new Score.Sum();
    private final Score.Sum symmetric = new Score.Sum();
    private final Map<String, Score.Sum> scaled = new LinkedHashMap<>();

    void add(Outcome outcome, int index) {
      double y = outcome.actual(index);
      double forecast = outcome.forecast().value(index);
      double e = Math.abs(y - forecast);
      double size = Math.abs(y) + Math.abs(forecast);
      absolute.add(e);
      squared.add(e * e);
      percent.add(100 * e / Math.abs(y));
      symmetric.add(size == 0 ? 0 : 200 * e / size);
      scaled
          .computeIfAbsent(outcome.forecast().id(), _ -> new Score.Sum())
          .add(e / outcome.naiveError());
    }

    Accuracy accuracy() {
      Score.Sum series = new Score.Sum();
      scaled.values().forEach(sum -> series.add(sum.mean().value()));
      return new Accuracy(
          absolute.mean(), squared.rootOfMean(), percent.mean(), symmetric.mean(), series.mean());
    }
  }
}
