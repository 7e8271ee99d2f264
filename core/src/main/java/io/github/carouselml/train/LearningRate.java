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
        yield StrictMath.pow(s.factor(), reductions);
      }
      case Schedule.Cosine c when step < c.warmupSteps() -> (step + 1.0) / c.warmupSteps();
      case Schedule.Cosine c -> {
        double p = (double) (step - c.warmupSteps()) / (steps - c.warmupSteps());
        yield c.floor() + (1 - c.floor()) * (1 + StrictMath.cos(StrictMath.PI * p)) / 2;
      }
      case Schedule.ReduceOnPlateau r -> Math.max(r.floor(), plateau);
    };
  }
}
