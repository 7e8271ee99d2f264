package io.github.carouselml.tasks.series;

import java.util.regex.Pattern;

/// The forms in which time stamps are written, as patterns and in words.
final class Forms {
  /// What all forms look like, for messages.
  static final String WORDS =
      "a date (2020-01-31), a date and time (2020-01-31T18:00), a month (2020-01), a quarter"
          + " (2020-Q1), a year or an integer";

  static final Pattern COUNT = Pattern.compile("[+-]?\\d{1,18}");
  static final Pattern QUARTER = Pattern.compile("(\\d{4})([- ]?[Qq])([1-4])");
  static final Pattern MONTH = Pattern.compile("(\\d{4})-(\\d{2})");
  static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  static final Pattern DATE_TIME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})([T ])(\\d{2}:\\d{2})(:\\d{2})?(?:\\.0+)?(Z|[+-]\\d{2}:?\\d{2})?");

  private Forms() {}
}
