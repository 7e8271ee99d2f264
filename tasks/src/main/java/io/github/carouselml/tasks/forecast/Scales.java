package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Scale;
import java.util.stream.DoubleStream;

/// Scales of numbers that are no values of a series: mean and deviation (of the population).
final class Scales {
  private Scales() {}

  /// A deviation of 0 becomes a unit of 1.
  static Scale of(DoubleStream numbers) {
    double[] all = numbers.toArray();
    double sum = 0;
    for (double number : all) {
      sum += number;
    }
    double mean = sum / all.length;
    double squares = 0;
    for (double number : all) {
      squares += (number - mean) * (number - mean);
    }
    double deviation = Math.sqrt(squares / all.length);
    // The mean of equal numbers is rounded: what is left of them is no deviation.
    boolean equal = deviation <= 1e-12 * Math.abs(mean);
    return new Scale(Scale.Transform.NONE, mean, equal ? 1 : deviation);
  }
}
