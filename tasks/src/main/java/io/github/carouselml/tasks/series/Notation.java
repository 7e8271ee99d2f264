package io.github.carouselml.tasks.series;

import io.github.carouselml.tasks.series.TimeStamp.Moment;
import io.github.carouselml.tasks.series.TimeStamp.Step;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a file writes its time stamps, so that a forecast continues in the same hand.
public sealed interface Notation {
  /// `17`: a plain count.
  record Count() implements Notation {}

  /// `1949`.
  record Year() implements Notation {}

  /// `1949-Q1`, `1949Q1`: the text between year and number is kept.
  record Quarter(String between) implements Notation {}

  /// `1949-01`.
  record Month() implements Notation {}

  /// `1949-01-31`.
  record Date() implements Notation {}

  /// `1949-01-31T18:00`, `1949-01-31 18:00:00Z`: the separator, whether seconds are written, and
  /// the zone's text are kept.
  record DateTime(char between, boolean seconds, String zone) implements Notation {}

  /// The notation of `text`, empty when it is no time stamp. Four digits are a count here: only all
  /// of a column tell years.
  static Optional<Notation> of(String text) {
    String stamp = text.strip();
    Matcher quarter = Forms.QUARTER.matcher(stamp);
    Matcher dateTime = Forms.DATE_TIME.matcher(stamp);
    Notation notation = null;
    if (Forms.COUNT.matcher(stamp).matches()) {
      notation = new Count();
    } else if (quarter.matches()) {
      notation = new Quarter(quarter.group(2));
    } else if (Forms.MONTH.matcher(stamp).matches()) {
      notation = new Month();
    } else if (Forms.DATE.matcher(stamp).matches()) {
      notation = new Date();
    } else if (dateTime.matches()) {
      String zone = dateTime.group(5);
      notation =
          new DateTime(
              dateTime.group(2).charAt(0), dateTime.group(4) != null, zone == null ? "" : zone);
    }
    return Optional.ofNullable(notation).filter(n -> n.read(stamp).isPresent());
  }

  /// The time stamp that `text` writes in this notation, empty when it does not.
  default Optional<TimeStamp> read(String text) {
    String stamp = text.strip();
    try {
      return switch (this) {
        case Count() -> found(Forms.COUNT, stamp).map(m -> new Step(Long.parseLong(m.group())));
        case Year() -> found(Forms.COUNT, stamp).map(m -> month(Integer.parseInt(m.group()), 1));
        case Quarter(String between) ->
            found(Forms.QUARTER, stamp)
                .filter(m -> m.group(2).equals(between))
                .map(
                    m -> month(Integer.parseInt(m.group(1)), 3 * Integer.parseInt(m.group(3)) - 2));
        case Month() ->
            found(Forms.MONTH, stamp)
                .map(m -> month(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))));
        case Date() ->
            found(Forms.DATE, stamp)
                .map(m -> new Moment(LocalDate.parse(m.group()).atStartOfDay()));
        case DateTime(char between, boolean seconds, String zone) ->
            found(Forms.DATE_TIME, stamp)
                .filter(m -> m.group(2).charAt(0) == between)
                .filter(m -> (m.group(4) != null) == seconds)
                .filter(m -> zone.equals(m.group(5) == null ? "" : m.group(5)))
                .map(m ->
                    new Moment(
                        LocalDateTime.parse(
                            m.group(1) + "T" + m.group(3) + (seconds ? m.group(4) : ""))));
      };
    } catch (DateTimeException | NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// `stamp` as this notation writes it.
  default String write(TimeStamp stamp) {
    return switch (stamp) {
      case Step(long number) -> Long.toString(number);
      case Moment(LocalDateTime at) -> write(at);
    };
  }

  private String write(LocalDateTime at) {
    return switch (this) {
      case Count() -> at.toString();
      case Year() -> Integer.toString(at.getYear());
      case Quarter(String between) ->
          String.format(
              Locale.ROOT, "%04d%s%d", at.getYear(), between, (at.getMonthValue() + 2) / 3);
      case Month() -> YearMonth.from(at).toString();
      case Date() -> at.toLocalDate().toString();
      case DateTime(char between, boolean seconds, String zone) ->
          String.format(
                  Locale.ROOT,
                  "%s%c%02d:%02d",
                  at.toLocalDate(),
                  between,
                  at.getHour(),
                  at.getMinute())
              + (seconds ? String.format(Locale.ROOT, ":%02d", at.getSecond()) : "")
              + zone;
    };
  }

  private static Optional<Matcher> found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.matches() ? Optional.of(matcher) : Optional.empty();
  }

  private static TimeStamp month(int year, int month) {
    return new Moment(LocalDate.of(year, month, 1).atStartOfDay());
  }
}
