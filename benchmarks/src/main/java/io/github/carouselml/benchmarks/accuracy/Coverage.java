package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.tasks.forecast.IntervalAccuracy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// How often intervals held, as they are and as the network alone gives them, and how wide they
/// were: means over the results that were added.
final class Coverage {
  private static final int OWN = 2;

  /// Of each level: coverage and width, then the same of the network alone.
  private final Map<Integer, double[]> sums = new TreeMap<>();

  private int count;

  void add(List<IntervalAccuracy> moved, List<IntervalAccuracy> own) {
    add(moved, 0);
    add(own, OWN);
    count++;
  }

  private void add(List<IntervalAccuracy> intervals, int at) {
    for (IntervalAccuracy interval : intervals) {
      double[] sum = sums.computeIfAbsent(interval.level(), _ -> new double[2 * OWN]);
      sum[at] += interval.coverage().value();
      sum[at + 1] += interval.width().value();
    }
  }

  /// A line a level.
  String text() {
    StringBuilder text = new StringBuilder();
    sums.forEach((level, sum) ->
        text.append(
            String.format(
                Locale.ROOT,
                "%s%d %% interval: holds %.1f %%, mean width %.4g; the network alone %.1f %%, %.4g",
                text.isEmpty() ? "" : "\n",
                level,
                sum[0] / count,
                sum[1] / count,
                sum[OWN] / count,
                sum[OWN + 1] / count)));
    return text.toString();
  }
}
