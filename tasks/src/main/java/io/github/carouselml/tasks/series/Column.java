package io.github.carouselml.tasks.series;

import java.util.List;
import java.util.stream.Collectors;

/// A covariate of a series by its name in the file.
///
/// @param future whether its values are known ahead of time (a price list, a holiday), so that a
///   forecast may use them
public record Column(String name, boolean future) {
  /// `the past column 'rain' and the future column 'price'`, or `no covariates`.
  public static String words(List<Column> columns) {
    return columns.isEmpty()
        ? "no covariates"
        : columns.stream()
            .map(c -> "the %s column '%s'".formatted(c.future() ? "future" : "past", c.name()))
            .collect(Collectors.joining(" and "));
  }
}
