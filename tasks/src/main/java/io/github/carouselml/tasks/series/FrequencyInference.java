package io.github.carouselml.tasks.series;

import io.github.carouselml.tasks.series.Frequency.Unit;
import io.github.carouselml.tasks.series.TimeStamp.Moment;
import io.github.carouselml.tasks.series.TimeStamp.Step;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// The step that most neighbours of a file are apart, in the largest unit that divides it. Stamps
/// that all share the day of the month, or are all the last of theirs, are counted in months; the
/// rest in seconds.
final class FrequencyInference {
  private FrequencyInference() {}

  /// The frequency of `series`, each a list of ascending time stamps; empty when none has two.
  static Optional<Frequency> infer(List<List<TimeStamp>> series) {
    boolean counts = series.stream().anyMatch(s -> !s.isEmpty() && s.getFirst() instanceof Step);
    if (counts) {
      return commonest(series, FrequencyInference::number)
          .map(step -> Frequency.of(Math.toIntExact(step), Unit.STEP));
    }
    Days days = Days.of(series);
    if (days.inMonths()) {
      return commonest(series, s -> Frequency.months(at(s)))
          .map(months -> inMonths(months, days.atMonthEnd()));
    }
    return commonest(series, s -> at(s).toEpochSecond(ZoneOffset.UTC))
        .map(FrequencyInference::inSeconds);
  }

  /// `frequency`, with the ends of the months where the stamps of `series` are such.
  static Frequency atMonthEnd(Frequency frequency, List<List<TimeStamp>> series) {
    boolean ends = frequency.unit().months() > 0 && Days.of(series).atMonthEnd();
    return new Frequency(frequency.unit(), frequency.count(), ends);
  }

  private static Frequency inMonths(long months, boolean atMonthEnd) {
    for (Unit unit : List.of(Unit.YEAR, Unit.QUARTER)) {
      if (months % unit.months() == 0) {
        return new Frequency(unit, Math.toIntExact(months / unit.months()), atMonthEnd);
      }
    }
    return new Frequency(Unit.MONTH, Math.toIntExact(months), atMonthEnd);
  }

  private static Frequency inSeconds(long seconds) {
    for (Unit unit : List.of(Unit.WEEK, Unit.DAY, Unit.HOUR, Unit.MINUTE)) {
      if (seconds % unit.seconds() == 0) {
        return Frequency.of(Math.toIntExact(seconds / unit.seconds()), unit);
      }
    }
    return Frequency.of(Math.toIntExact(seconds), Unit.SECOND);
  }

  /// The commonest difference of neighbours, the smallest of equals.
  private static Optional<Long> commonest(
      List<List<TimeStamp>> series, ToLongFunction<TimeStamp> measure) {
    Map<Long, Long> counts = new TreeMap<>();
    for (List<TimeStamp> stamps : series) {
      for (int i = 1; i < stamps.size(); i++) {
        long step = measure.applyAsLong(stamps.get(i)) - measure.applyAsLong(stamps.get(i - 1));
        counts.merge(step, 1L, Long::sum);
      }
    }
    Optional<Long> best = Optional.empty();
    for (Map.Entry<Long, Long> entry : counts.entrySet()) {
      if (best.isEmpty() || entry.getValue() > counts.getOrDefault(best.get(), 0L)) {
        best = Optional.of(entry.getKey());
      }
    }
    return best;
  }

  private static long number(TimeStamp stamp) {
    return stamp instanceof Step(long number) ? number : 0;
  }

  private static LocalDateTime at(TimeStamp stamp) {
    return stamp instanceof Moment(LocalDateTime at) ? at : LocalDateTime.MIN;
  }

  /// What the days of a file's stamps have in common.
  private record Days(boolean sameDay, boolean allLast, boolean sameTime, boolean late) {
    static Days of(List<List<TimeStamp>> series) {
      boolean sameDay = true;
      boolean allLast = true;
      boolean sameTime = true;
      boolean late = true;
      for (List<TimeStamp> stamps : series) {
        if (stamps.isEmpty() || !(stamps.getFirst() instanceof Moment(LocalDateTime first))) {
          continue;
        }
        for (TimeStamp stamp : stamps) {
          LocalDateTime at = at(stamp);
          sameDay &= at.getDayOfMonth() == first.getDayOfMonth();
          allLast &= at.getDayOfMonth() == YearMonth.from(at).lengthOfMonth();
          sameTime &= at.toLocalTime().equals(first.toLocalTime());
          late &= at.getDayOfMonth() >= 29;
        }
      }
      return new Days(sameDay, allLast, sameTime, late);
    }

    boolean inMonths() {
      return sameTime && (sameDay || allLast);
    }

    /// The 28th of every February of common years is a day of the month, not an end.
    boolean atMonthEnd() {
      return allLast && (late || !sameDay);
    }
  }
}
