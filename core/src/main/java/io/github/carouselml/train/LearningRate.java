package io.github.carouselml.train;

import io.github.carouselml.spec.Schedule;

/// The factors of [Schedule].
final class LearningRate {
  private LearningRate() {}

  /// What the learning rate of a step is multiplied by.
  ///
  /// @param step from 0
  /// @param epoch from 0
  /// @param steps those of the whole run
  /// @param plateau the product of the reductions so far
  static double factor(Schedule schedule, int step, int epoch, int steps, double plateau) {
    return switch (schedule) {
      case Schedule.Constant _ -> 1;
      case Schedule.Step s -> {
        int reductions = epoch / s.everyEpochs();
        yield power(s.factor(), reductions);
      }
      case Schedule.Cosine c when step < c.warmupSteps() -> (step + 1.0) / c.warmupSteps();
      case Schedule.Cosine c -> {
        double p = (double) (step - c.warmupSteps()) / (steps - c.warmupSteps());
        yield c.floor() + (1 - c.floor()) * halfWave(p);
      }
      case Schedule.ReduceOnPlateau r -> Math.max(r.floor(), plateau);
    };
  }

  /// `base ^ n` by squaring. [StrictMath#pow] allocates.
  static double power(double base, int n) {
    double power = 1;
    double square = base;
    for (int rest = n; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        power *= square;
      }
      square *= square;
    }
    return power;
  }

  /// `(1 + cos(π p)) / 2 = 1 - sin²(π p / 2) = sin²(π (1 - p) / 2)` for p from 0 to 1.
  /// [StrictMath#cos] allocates.
  static double halfWave(double p) {
    double s = sine(StrictMath.PI / 2 * Math.min(p, 1 - p));
    return p < 0.5 ? 1 - s * s : s * s;
  }

  /// The Taylor series up to x¹⁷: its error is below 10⁻¹⁸ from 0 to π/4.
  private static double sine(double x) {
    double sum = 0;
    for (int n = 17; n >= 3; n -= 2) {
      sum = (1 + sum) * (-x * x / (n * (n - 1)));
    }
    return x * (1 + sum);
  }
}
