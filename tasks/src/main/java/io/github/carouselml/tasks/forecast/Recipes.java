package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import java.util.Optional;

/// Options for known series, and how they were chosen.
public final class Recipes {
  private Recipes() {}

  /// The airline passengers, six months ahead: five small networks that find what recent growth
  /// over the year before does not explain, in logarithms. With so few numbers nothing is held out
  /// for validation; the length of the training is part of the choice. How far intervals must reach
  /// is learned from a second training without the last fifth.
  ///
  /// Chosen as the best of 120 draws on 1957 and 1958 alone, trained through 1956:
  /// `benchmarks/accuracy.d/airline-search.txt`.
  public static ForecastSpec airPassengers() {
    TrainSpec training =
        new TrainSpec(200, 64)
            .withOptimizer(new Optimizer.Adam(0.003))
            .withSchedule(new Schedule.Cosine(0, 0.01))
            .withClipping(Clipping.byNorm(1));
    return ForecastSpec.of(new CellSpec.Gru(8), 6)
        .withValidation(0)
        .withCalibration(Optional.of(0.2))
        .withTraining(training)
        .withEnsemble(5)
        .withContext(24)
        .withScaling(
            new Scaling(Scale.Transform.LOG, Scaling.Measure.STANDARD, Scaling.Span.SERIES))
        .withSeason(ForecastSpec.Season.GROWN)
        .withPoint(ForecastSpec.Point.MEDIAN);
  }
}
