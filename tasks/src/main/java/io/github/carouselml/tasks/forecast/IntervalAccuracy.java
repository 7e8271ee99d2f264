package io.github.carouselml.tasks.forecast;

import java.util.List;

/// How well the intervals of one level hold.
///
/// @param level in percent: what the coverage should be
/// @param coverage the share of values within the bounds, bounds included, in percent
/// @param quantileLoss mean of [#quantileLoss(double, double, double)] over both bounds, in the
///   series' unit
/// @param width mean distance of the bounds, in the series' unit
public record IntervalAccuracy(int level, Score coverage, Score quantileLoss, Score width) {
  /// The pinball loss of the forecast `bound` of the quantile `q` where `y` came: q (y - bound)
  /// above, (1 - q) (bound - y) below.
  public static double quantileLoss(double q, double y, double bound) {
    return Math.max(q * (y - bound), (q - 1) * (y - bound));
  }

  /// Over all steps of those `outcomes` that have the level; empty counts when none has.
  public static IntervalAccuracy of(List<Outcome> outcomes, int level) {
    Score.Sum coverage = new Score.Sum();
    Score.Sum loss = new Score.Sum();
    Score.Sum width = new Score.Sum();
    for (Outcome outcome : outcomes) {
      for (Interval interval : outcome.forecast().intervals()) {
        for (int i = 0; interval.level() == level && i < interval.length(); i++) {
          double y = outcome.actual(i);
          double low = interval.low(i);
          double high = interval.high(i);
          boolean known = Double.isFinite(low) && Double.isFinite(high);
          coverage.add(known ? (low <= y && y <= high ? 100 : 0) : Double.NaN);
          loss.add(quantileLoss(interval.lowQuantile(), y, low));
          loss.add(quantileLoss(interval.highQuantile(), y, high));
          width.add(high - low);
        }
      }
    }
    return new IntervalAccuracy(level, coverage.mean(), loss.mean(), width.mean());
  }
}
