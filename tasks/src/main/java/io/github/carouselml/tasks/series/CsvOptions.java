package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// How a long CSV of series is read.
///
/// @param id the column that names the series; empty: `unique_id` where there is one, else all rows
///   are one series
/// @param time the column of the time stamps
/// @param target the column of the values
/// @param past covariates known up to now
/// @param future covariates known ahead
/// @param frequency the step; empty: the commonest distance of neighbours
/// @param season the season's length in steps; empty: the frequency's own
/// @param gaps what to do with missing steps
/// @param separator between fields
public record CsvOptions(
    Optional<String> id,
    String time,
    String target,
    List<String> past,
    List<String> future,
    Optional<Frequency> frequency,
    OptionalInt season,
    GapRule gaps,
    char separator) {
  public CsvOptions {
    past = List.copyOf(past);
    future = List.copyOf(future);
    Set<String> used = new LinkedHashSet<>();
    id.ifPresent(used::add);
    boolean twice = !used.add(time) || !used.add(target);
    for (String column : past) {
      twice |= !used.add(column);
    }
    for (String column : future) {
      twice |= !used.add(column);
    }
    if (twice) {
      throw new CarouselException.Request(
          ("A column can have one role only, but one is named for several (id %s, time "
                  + "'%s', target '%s', past %s, future %s).")
              .formatted(id.orElse("none"), time, target, past, future));
    }
    if (season.isPresent() && season.getAsInt() < 1) {
      throw new CarouselException.Request(
          "A season has at least 1 step, but got %d.".formatted(season.getAsInt()));
    }
  }

  /// `unique_id,ds,y`, all else found in the file.
  public static CsvOptions standard() {
    return new CsvOptions(
        Optional.empty(),
        "ds",
        "y",
        List.of(),
        List.of(),
        Optional.empty(),
        OptionalInt.empty(),
        GapRule.REFUSE,
        ',');
  }

  public CsvOptions withId(String column) {
    return new CsvOptions(
        Optional.of(column), time, target, past, future, frequency, season, gaps, separator);
  }

  public CsvOptions withTime(String column) {
    return new CsvOptions(id, column, target, past, future, frequency, season, gaps, separator);
  }

  public CsvOptions withTarget(String column) {
    return new CsvOptions(id, time, column, past, future, frequency, season, gaps, separator);
  }

  public CsvOptions withPast(List<String> columns) {
    return new CsvOptions(id, time, target, columns, future, frequency, season, gaps, separator);
  }

  public CsvOptions withFuture(List<String> columns) {
    return new CsvOptions(id, time, target, past, columns, frequency, season, gaps, separator);
  }

  public CsvOptions withFrequency(Frequency step) {
    return new CsvOptions(
        id, time, target, past, future, Optional.of(step), season, gaps, separator);
  }

  public CsvOptions withSeason(int steps) {
    return new CsvOptions(
        id, time, target, past, future, frequency, OptionalInt.of(steps), gaps, separator);
  }

  public CsvOptions withGaps(GapRule rule) {
    return new CsvOptions(id, time, target, past, future, frequency, season, rule, separator);
  }

  public CsvOptions withSeparator(char between) {
    return new CsvOptions(id, time, target, past, future, frequency, season, gaps, between);
  }
}
