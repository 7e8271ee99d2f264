package io.github.carouselml.app.report;

import io.github.carouselml.tasks.series.TimeAxis;
import io.github.carouselml.tasks.series.TimeStamp.Moment;
import io.github.carouselml.tasks.series.TimeStamp.Step;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Where a time axis is labelled: at the beginnings of years, months, days, hours or minutes,
/// whichever are as many as fit.
final class TimeTicks {
  /// @param index of the step
  record Tick(int index, String label) {}

  /// What a label may stand for, from coarse to fine.
  private enum Grain {
    YEAR,
    MONTH,
    DAY,
    HOUR,
    MINUTE;

    /// Every how many of them a label may stand, from coarse to fine.
    List<Integer> strides() {
      return switch (this) {
        case YEAR -> List.of(100, 50, 20, 10, 5, 2, 1);
        case MONTH -> List.of(6, 3, 1);
        case DAY -> List.of(14, 7, 2, 1);
        case HOUR -> List.of(12, 6, 3, 1);
        case MINUTE -> List.of(30, 15, 5, 1);
      };
    }

    /// Which year, month … it is, counted through.
    long number(LocalDateTime at) {
      return switch (this) {
        case YEAR -> at.getYear();
        case MONTH -> 12L * at.getYear() + at.getMonthValue() - 1;
        case DAY -> at.toLocalDate().toEpochDay();
        case HOUR -> 24 * at.toLocalDate().toEpochDay() + at.getHour();
        case MINUTE -> 1_440 * at.toLocalDate().toEpochDay() + 60L * at.getHour() + at.getMinute();
      };
    }

    String label(LocalDateTime at) {
      return switch (this) {
        case YEAR -> "%d".formatted(at.getYear());
        case MONTH -> String.format(Locale.ROOT, "%d-%02d", at.getYear(), at.getMonthValue());
        case DAY -> String.format(Locale.ROOT, "%02d-%02d", at.getMonthValue(), at.getDayOfMonth());
        case HOUR, MINUTE -> String.format(Locale.ROOT, "%02d:%02d", at.getHour(), at.getMinute());
      };
    }
  }

  private TimeTicks() {}

  /// At most `most` ticks for the steps from `from` to before `to`, which may lie beyond the end.
  static List<Tick> of(TimeAxis time, int from, int to, int most) {
    List<Tick> best = List.of();
    if (time.stamp(from) instanceof Step) {
      return counted(time, from, to, most);
    }
    for (Grain grain : Grain.values()) {
      for (int stride : grain.strides()) {
        List<Tick> ticks = new ArrayList<>();
        for (int i = from; i < to; i++) {
          LocalDateTime at = moment(time, i);
          long number = grain.number(at);
          // A beginning that lies between two steps belongs to the later one.
          if (Math.floorDiv(number, (long) stride)
              != Math.floorDiv(grain.number(moment(time, i - 1)), (long) stride)) {
            ticks.add(new Tick(i, grain.label(at)));
          }
        }
        if (ticks.size() > most) {
          return best;
        }
        // Of as many ticks, the coarser say more: days rather than midnights.
        best = ticks.size() > best.size() ? ticks : best;
      }
    }
    return best;
  }

  private static List<Tick> counted(TimeAxis time, int from, int to, int most) {
    long stride = (long) Math.max(1, Ticks.around(from, to, most).step());
    List<Tick> ticks = new ArrayList<>();
    for (int i = from; i < to; i++) {
      if (time.stamp(i) instanceof Step(long number)
          && Math.floorMod(Math.floorDiv(number, (long) time.frequency().count()), stride) == 0) {
        ticks.add(new Tick(i, time.label(i)));
      }
    }
    return ticks;
  }

  private static LocalDateTime moment(TimeAxis time, int index) {
    return time.stamp(index) instanceof Moment(LocalDateTime at) ? at : LocalDateTime.MIN;
  }
}
