package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.TimeStamp.Moment;
import io.github.carouselml.tasks.series.TimeStamp.Step;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The step of a series: `count` units from one time stamp to the next.
///
/// @param atMonthEnd the stamps are the last days of their months (of months, quarters and years
///   only)
public record Frequency(Unit unit, int count, boolean atMonthEnd) {
  /// What a step is counted in.
  public enum Unit {
    /// A plain number.
    STEP,
    SECOND,
    MINUTE,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    QUARTER,
    YEAR;

    /// How many months a unit has; 0 for those that are not made of months.
    int months() {
      return switch (this) {
        case STEP, SECOND, MINUTE, HOUR, DAY, WEEK -> 0;
        case MONTH -> 1;
        case QUARTER -> 3;
        case YEAR -> 12;
      };
    }

    /// How many seconds a unit has; 0 for plain steps and for those that are made of months.
    long seconds() {
      return switch (this) {
        case STEP, MONTH, QUARTER, YEAR -> 0;
        case SECOND -> 1;
        case MINUTE -> 60;
        case HOUR -> 3_600;
        case DAY -> 86_400;
        case WEEK -> 604_800;
      };
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final List<String> ADVERBS =
      List.of(
          "step",
          "secondly",
          "minutely",
          "hourly",
          "daily",
          "weekly",
          "monthly",
          "quarterly",
          "yearly");
  private static final Pattern WORDS = Pattern.compile("(\\d{1,9})?\\s*([a-z]+?)s?");

  public Frequency {
    if (count < 1) {
      throw new CarouselException.Request(
          "A frequency has a count of at least 1, but got %d %ss.".formatted(count, unit.word()));
    }
    if (atMonthEnd && unit.months() == 0) {
      throw new CarouselException.Request(
          "A frequency in %ss cannot be at the end of the month.".formatted(unit.word()));
    }
  }

  /// `count` units, from wherever the series starts.
  public static Frequency of(int count, Unit unit) {
    return new Frequency(unit, count, false);
  }

  /// The frequency that `text` names: `monthly`, `month`, `15 minutes`, `15min`, `2 weeks`, `step`.
  public static Frequency parse(String text) {
    String folded = text.strip().toLowerCase(Locale.ROOT);
    int adverb = ADVERBS.indexOf(folded);
    if (adverb >= 0) {
      return of(1, Unit.values()[adverb]);
    }
    Matcher words = WORDS.matcher(folded);
    if (words.matches()) {
      String count = words.group(1);
      for (Unit unit : Unit.values()) {
        String word = words.group(2);
        if (unit.word().equals(word) || (word.length() >= 3 && unit.word().startsWith(word))) {
          return of(count == null ? 1 : Integer.parseInt(count), unit);
        }
      }
    }
    throw new CarouselException.Request(
        "'%s' is no frequency. Give one of %s, or a count and a unit such as '15 minutes'."
            .formatted(text, String.join(", ", ADVERBS)));
  }

  /// The steps after which the pattern of values usually repeats: 12 for months, 4 for quarters, 52
  /// for weeks, 7 for days, 24 for hours, a day's worth for minutes, a minute's worth for seconds;
  /// 1 where there is none or `count` does not divide it.
  public int season() {
    int units =
        switch (unit) {
          case STEP, YEAR -> 1;
          case QUARTER -> 4;
          case MONTH -> 12;
          case WEEK -> 52;
          case DAY -> 7;
          case HOUR -> 24;
          case MINUTE -> 1_440;
          case SECOND -> 60;
        };
    return units % count == 0 ? units / count : 1;
  }

  /// The time stamp `steps` after `first`. Months are counted from `first`, so the 31st comes back
  /// after a shorter month.
  public TimeStamp after(TimeStamp first, long steps) {
    long units = Math.multiplyExact(steps, (long) count);
    return switch (first) {
      case Step(long number) -> new Step(Math.addExact(number, units));
      case Moment(LocalDateTime at) -> {
        if (unit.months() == 0) {
          yield new Moment(at.plusSeconds(Math.multiplyExact(units, unit.seconds())));
        }
        LocalDateTime later = at.plusMonths(Math.multiplyExact(units, (long) unit.months()));
        yield new Moment(
            atMonthEnd ? later.withDayOfMonth(YearMonth.from(later).lengthOfMonth()) : later);
      }
    };
  }

  /// How many steps lie from `first` to `stamp`; empty when `stamp` is not on the grid that `first`
  /// begins.
  public OptionalLong stepsBetween(TimeStamp first, TimeStamp stamp) {
    long distance = distance(first, stamp);
    long step = unit == Unit.STEP ? count : Math.max(unit.seconds(), unit.months()) * count;
    long steps = Math.floorDiv(distance, step);
    return after(first, steps).equals(stamp) ? OptionalLong.of(steps) : OptionalLong.empty();
  }

  /// In numbers, seconds or months, as the unit counts.
  private long distance(TimeStamp first, TimeStamp stamp) {
    return switch (first) {
      case Step(long a) -> stamp instanceof Step(long b) ? Math.subtractExact(b, a) : 0;
      case Moment(LocalDateTime a) -> {
        if (!(stamp instanceof Moment(LocalDateTime b))) {
          yield 0;
        }
        yield unit.months() == 0
            ? b.toEpochSecond(ZoneOffset.UTC) - a.toEpochSecond(ZoneOffset.UTC)
            : months(b) - months(a);
      }
    };
  }

  static long months(LocalDateTime at) {
    return 12L * at.getYear() + at.getMonthValue() - 1;
  }

  /// `monthly`, `15 minutes`.
  @Override
  public String toString() {
    return count == 1
        ? ADVERBS.get(Arrays.asList(Unit.values()).indexOf(unit))
        : count + " " + unit.word() + "s";
  }
}
