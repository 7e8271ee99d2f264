package io.github.carouselml.app;

import io.github.carouselml.app.config.Columns;
import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.tasks.forecast.Recipes;
import java.nio.file.Path;
import java.util.Optional;

/// The run that a newcomer sees first.
final class Quickstart {
  private static final String TEST_START = "1959-01";

  private Quickstart() {}

  /// Six months ahead, judged from January 1959 on.
  static RunConfig config(Path data) {
    return new RunConfig(
        "forecast",
        data.toString(),
        Columns.standard(),
        Optional.empty(),
        Optional.of(TEST_START),
        Recipes.airPassengers(),
        Optional.empty());
  }
}
