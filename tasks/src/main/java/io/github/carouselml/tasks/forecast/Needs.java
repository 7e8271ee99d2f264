package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;

/// What a baseline cannot do without.
final class Needs {
  private Needs() {}

  static void steps(Series history, int least, String title) {
    if (history.length() < least) {
      throw new CarouselException.Data(
          "%s needs at least %d steps, but the series '%s' has %d."
              .formatted(title, least, history.id(), history.length()));
    }
  }

  static void season(int season) {
    if (season < 1) {
      throw new CarouselException.Request(
          "A season has at least 1 step, but got %d.".formatted(season));
    }
  }
}
