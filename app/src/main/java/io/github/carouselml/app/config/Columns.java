package io.github.carouselml.app.config;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.CsvOptions;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.GapRule;
import java.util.List;
import java.util.Optional;

/// How the file of series is read.
///
/// @param id the column that names the series; absent: `unique_id` where there is one
/// @param time the column of the time stamps
/// @param target the column of the values
/// @param past covariates known up to now
/// @param future covariates known ahead
/// @param frequency the step, as `monthly` or `15 minutes`; absent: found in the file
/// @param season the season's length in steps; absent: the frequency's own
/// @param gaps what to do with missing steps
/// @param separator between fields, one character
public record Columns(
    Optional<String> id,
    String time,
    String target,
    List<String> past,
    List<String> future,
    Optional<String> frequency,
    Optional<Integer> season,
    GapRule gaps,
    String separator) {
  public Columns {
    past = List.copyOf(past);
    future = List.copyOf(future);
    if (separator.length() != 1) {
      throw new CarouselException.Request(
          "The separator is one character, but got '%s'.".formatted(separator));
    }
    frequency.ifPresent(Frequency::parse);
  }

  /// `unique_id,ds,y`, all else found in the file.
  public static Columns standard() {
    return new Columns(
        Optional.empty(),
        "ds",
        "y",
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        GapRule.REFUSE,
        ",");
  }

  /// The same for the reader.
  public CsvOptions options() {
    CsvOptions options =
        CsvOptions.standard()
            .withTime(time)
            .withTarget(target)
            .withPast(past)
            .withFuture(future)
            .withGaps(gaps)
            .withSeparator(separator.charAt(0));
    if (id.isPresent()) {
      options = options.withId(id.get());
    }
    if (frequency.isPresent()) {
      options = options.withFrequency(Frequency.parse(frequency.get()));
    }
    return season.isPresent() ? options.withSeason(season.get()) : options;
  }
}
