package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How far intervals must reach, learned from forecasts whose values training did not learn from:
/// conformalized quantile regression (Romano, Patterson and Candès, "Conformalized Quantile
/// Regression", 2019, equations 6 to 8). For a level of 100 (1 - α) percent and the network's
/// quantiles q_lo, q_hi of n held-out values y
/// ```
/// E_i = max(q_lo(x_i) - y_i, y_i - q_hi(x_i))
/// Q   = the ⌈(n + 1)(1 - α)⌉-th smallest of E
/// C(x) = [q_lo(x) - Q, q_hi(x) + Q]
/// ```
/// E is negative inside, so Q may be: then the interval becomes narrower. There is a Q for each
/// level and step ahead, over the windows of all series; where those are too few for the highest
/// level, one Q for all steps. Everything is in units of a window's [scale][Window#scale()], after
/// its logarithm, so series of all sizes are told alike.
///
/// The promise of the paper, that an interval then holds at least as often as its level says, is
/// for values that could be exchanged with the held-out ones. Those of a time series cannot quite:
/// where it changes its ways, no interval learned from its past is safe.
///
/// @param windows the forecasts that it was learned from
/// @param byStep whether the steps have a Q each
/// @param levels in percent, ascending
/// @param shifts `[level][step]`: Q
public record Calibration(
    int windows, boolean byStep, List<Integer> levels, List<List<Double>> shifts) {
  public Calibration {
    levels = List.copyOf(levels);
    shifts = shifts.stream().map(List::copyOf).toList();
    if (shifts.size() != levels.size()) {
      throw new CarouselException.Request(
          "A calibration of %d levels has %d rows.".formatted(levels.size(), shifts.size()));
    }
  }

  /// From the scores E of held-out windows.
  ///
  /// @param scores `[window][level][step]`
  /// @return empty when they are too few even together
  static Optional<Calibration> of(List<Integer> levels, List<double[][]> scores) {
    if (levels.isEmpty() || scores.isEmpty()) {
      return Optional.empty();
    }
    int steps = scores.getFirst()[0].length;
    int highest = levels.getLast();
    boolean byStep = isEnough(scores.size(), highest);
    if (!byStep && !isEnough(scores.size() * steps, highest)) {
      return Optional.empty();
    }
    List<List<Double>> shifts = new ArrayList<>();
    for (int l = 0; l < levels.size(); l++) {
      int level = l;
      List<Double> row = new ArrayList<>();
      for (int h = 0; h < steps; h++) {
        int step = h;
        double[] some =
            byStep
                ? scores.stream().mapToDouble(s -> s[level][step]).toArray()
                : scores.stream().flatMapToDouble(s -> Arrays.stream(s[level])).toArray();
        Arrays.sort(some);
        row.add(some[rank(some.length, levels.get(l)) - 1]);
      }
      shifts.add(row);
    }
    return Optional.of(new Calibration(scores.size(), byStep, levels, shifts));
  }

  /// `⌈(n + 1)(1 - α)⌉`.
  private static int rank(int n, int level) {
    return Math.toIntExact(Math.ceilDiv((n + 1L) * level, 100L));
  }

  private static boolean isEnough(int n, int level) {
    return rank(n, level) <= n;
  }

  /// The score of a value.
  static double score(double low, double high, double y) {
    return Math.max(low - y, y - high);
  }

  /// The bounds of a step, from the innermost level outwards, moved; one level stays within the
  /// next, and all around the median.
  ///
  /// @param quantiles ascending, the median in the middle; changed in place
  void move(double[] quantiles, int step) {
    int median = levels.size();
    for (int l = 0; l < levels.size(); l++) {
      double shift = shifts.get(l).get(step);
      int low = median - 1 - l;
      int high = median + 1 + l;
      quantiles[low] = Math.min(quantiles[low] - shift, quantiles[low + 1]);
      quantiles[high] = Math.max(quantiles[high] + shift, quantiles[high - 1]);
    }
  }
}
