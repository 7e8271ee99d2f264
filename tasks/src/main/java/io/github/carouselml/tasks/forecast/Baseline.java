package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.List;

/// What a network must beat to be worth its training. Each is a spec and a method at once: used
/// directly it fits what it needs on each history, after [#fit] it keeps what it fitted.
public sealed interface Baseline extends ForecastMethod
    permits Naive, SeasonalNaive, SeasonalGrowth, HoltWinters {
  /// As tables call it.
  String title();

  /// The shortest history that it can continue.
  int needs();

  /// The method with its parameters fitted on `training` and frozen.
  default ForecastMethod fit(SeriesSet training) {
    return this;
  }

  /// All baselines that the shortest series of `training` is long enough for, simplest first.
  static List<Baseline> of(SeriesSet training) {
    List<Baseline> all = new ArrayList<>();
    int season = training.season();
    all.add(new Naive());
    if (season > 1) {
      all.add(new SeasonalNaive(season));
      all.add(new SeasonalGrowth(season));
    }
    all.add(HoltWinters.of(season));
    return all.stream().filter(baseline -> baseline.needs() <= training.shortest()).toList();
  }
}
