package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Column;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// How covariates are scaled: by mean and deviation of each series' training part. A series in
/// which one is constant borrows the deviation over all series.
final class Covariates {
  private Covariates() {}

  /// Over all series, a scale a column.
  ///
  /// @throws CarouselException.Data for a column that changes in no series
  static List<Scale> fit(SeriesSet training) {
    List<Scale> scales = new ArrayList<>();
    for (int c = 0; c < training.columns().size(); c++) {
      int column = c;
      refuseConstant(training, column);
      scales.add(
          Scales.of(
              training.series().stream()
                  .flatMapToDouble(s ->
                      IntStream.range(0, s.length()).mapToDouble(t -> s.covariate(column, t)))));
    }
    return scales;
  }

  private static void refuseConstant(SeriesSet training, int column) {
    Series first = training.series().getFirst();
    if (training.series().stream().anyMatch(s -> !isConstant(s, column, s.length()))) {
      return;
    }
    double value = first.covariate(column, 0);
    boolean same = training.series().stream().allMatch(s -> s.covariate(column, 0) == value);
    throw new CarouselException.Data(
        ("The covariate '%s' is constant in what is learned from, always %s%s: there is nothing to"
                + " learn from it. %s")
            .formatted(
                training.columns().get(column).name(),
                value,
                same ? "" : " in the series '" + first.id() + "'",
                same
                    ? "Leave it out."
                    : "What differs only between series is a static column (--static,"
                        + " SeriesSet.withStatic)."));
  }

  private static boolean isConstant(Series series, int column, int length) {
    double first = series.covariate(column, 0);
    return IntStream.range(1, length).allMatch(t -> series.covariate(column, t) == first);
  }

  /// For each series of training, by name.
  static Map<String, List<Scale>> fitEach(SeriesSet training, List<Scale> all) {
    Map<String, List<Scale>> scales = new LinkedHashMap<>();
    if (!all.isEmpty()) {
      training.forEach(s -> scales.put(s.id(), of(s, s.length(), all)));
    }
    return scales;
  }

  /// For the first `length` steps of a series.
  static List<Scale> of(Series series, int length, List<Scale> all) {
    List<Scale> scales = new ArrayList<>();
    for (int c = 0; c < all.size(); c++) {
      int column = c;
      Scale own =
          Scales.of(IntStream.range(0, length).mapToDouble(t -> series.covariate(column, t)));
      scales.add(
          isConstant(series, column, length)
              ? new Scale(Scale.Transform.NONE, own.shift(), all.get(c).unit())
              : own);
    }
    return scales;
  }

  /// @throws CarouselException.Data when what must be known ahead is not
  static void requireAhead(Series series, int horizon) {
    int known = series.knownAhead();
    List<Column> future = series.columns().stream().filter(Column::future).toList();
    if (future.isEmpty() || known >= horizon) {
      return;
    }
    int end = series.length();
    throw new CarouselException.Data(
        ("The model reads %s at the steps that it forecasts: of the series '%s' from %s to %s, but"
                + " %s. Give the rest with --future (SeriesSet.withFuture).")
            .formatted(
                Column.words(future),
                series.id(),
                series.time().label(end),
                series.time().label(end + horizon - 1),
                known == 0
                    ? "nothing is known there"
                    : "nothing is known from %s on".formatted(series.time().label(end + known))));
  }
}
