package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;

/// The states of Holt and Winters' smoothing while it walks along a series. The first two seasons
/// give the start: the level is the mean of the second, the trend what the means differ by in a
/// step, and each season's place the mean of what it had against its own season; smoothing begins
/// with the third.
///
/// ŷ_{t+h} = (l + h b) s  or  l + h b + s
final class Smoothing {
  /// Levels and seasonal factors of multiplicative smoothing stay positive, whatever comes: one
  /// divides by them.
  private static final double SMALL = 1e-6;

  private final double alpha;
  private final double beta;
  private final double gamma;
  private final boolean multiplicative;
  private final double[] seasonal;
  private final double floor;
  private double level;
  private double trend;
  private double squares;

  /// The states after all of `history`, which has at least two seasons.
  Smoothing(Series history, int season, HoltWinters.Parameters parameters) {
    alpha = parameters.level();
    beta = parameters.trend();
    gamma = parameters.season();
    multiplicative = parameters.multiplicative();
    seasonal = new double[season];
    double first = mean(history, 0, season);
    double second = mean(history, season, 2 * season);
    level = second;
    trend = (second - first) / season;
    floor = SMALL * Math.abs(second);
    for (int k = 0; k < season; k++) {
      seasonal[k] = (part(history.value(k), first) + part(history.value(season + k), second)) / 2;
    }
    for (int t = 2 * season; t < history.length(); t++) {
      step(history.value(t), t % season);
    }
  }

  /// l ← α (y / s) + (1 - α) (l + b)
  /// b ← β (l - l') + (1 - β) b
  /// s ← γ (y / l) + (1 - γ) s        with - for / where the season adds
  private void step(double y, int k) {
    double s = seasonal[k];
    double error = y - whole(level + trend, s);
    squares += error * error;
    double before = level;
    level = positive(alpha * part(y, s) + (1 - alpha) * (level + trend), floor);
    trend = beta * (level - before) + (1 - beta) * trend;
    seasonal[k] = positive(gamma * part(y, level) + (1 - gamma) * s, SMALL);
  }

  /// The `h`th step after `n` steps, from 1.
  double forecast(int n, int h) {
    return whole(level + h * trend, seasonal[(n + h - 1) % seasonal.length]);
  }

  /// The sum of the squared errors of all forecasts by one step.
  double squares() {
    return squares;
  }

  private double whole(double base, double s) {
    return multiplicative ? base * s : base + s;
  }

  private double part(double y, double of) {
    return multiplicative ? y / of : y - of;
  }

  private double positive(double value, double least) {
    return multiplicative ? Math.max(value, least) : value;
  }

  private static double mean(Series series, int from, int to) {
    double sum = 0;
    for (int t = from; t < to; t++) {
      sum += series.value(t);
    }
    return sum / (to - from);
  }
}
