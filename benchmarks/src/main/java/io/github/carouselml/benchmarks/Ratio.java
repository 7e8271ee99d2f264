package io.github.carouselml.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// How many times longer a peer takes, over pairs measured side by side: the median of the pairs'
/// ratios and its 95 % interval by bootstrap over pairs.
record Ratio(double median, double low, double high, int pairs) {

  private static final int RESAMPLES = 10_000;
  private static final long SEED = 20_250_101;

  static Ratio of(double[] ratios) {
    if (ratios.length == 0) {
      throw new IllegalArgumentException("A ratio needs at least one pair.");
    }
    Random random = new Random(SEED);
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[ratios.length];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int k = 0; k < drawn.length; k++) {
        drawn[k] = ratios[random.nextInt(ratios.length)];
      }
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    return new Ratio(
        median(ratios),
        medians[RESAMPLES * 25 / 1000],
        medians[RESAMPLES * 975 / 1000 - 1],
        ratios.length);
  }

  static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
