package io.github.carouselml.tasks.forecast;

/// A mean and what it is the mean of.
///
/// @param value NaN when nothing was defined
/// @param used how many points (of MASE: series) are in it
/// @param leftOut how many had no defined value
public record Score(double value, long used, long leftOut) {
  /// Whether at least one point was defined.
  public boolean isDefined() {
    return used > 0;
  }

  /// Sums in the order in which points come, in double.
  static final class Sum {
    private double sum;
    private long used;
    private long leftOut;

    /// Counts `value`, or leaves it out when it is NaN or infinite.
    void add(double value) {
      if (Double.isFinite(value)) {
        sum += value;
        used++;
      } else {
        leftOut++;
      }
    }

    Score mean() {
      return new Score(used > 0 ? sum / used : Double.NaN, used, leftOut);
    }

    Score rootOfMean() {
      return new Score(used > 0 ? Math.sqrt(sum / used) : Double.NaN, used, leftOut);
    }
  }
}
