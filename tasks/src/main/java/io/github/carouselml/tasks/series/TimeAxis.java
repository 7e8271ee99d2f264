package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The time stamps of a series, which has no gaps: stamp `i` lies `start + i` steps after the
/// anchor.
///
/// @param anchor where counting begins, so that months keep their day when an axis is cut
/// @param start the step of the first stamp, counted from the anchor
/// @param length how many stamps there are
public record TimeAxis(
    TimeStamp anchor, Frequency frequency, Notation notation, long start, int length) {
  public TimeAxis {
    if (length < 0) {
      throw new CarouselException.Request("A time axis cannot have %d steps.".formatted(length));
    }
  }

  /// The stamps that begin with `first`, as a file would write it: `1949-01`. Four digits with a
  /// yearly frequency are a year.
  public static TimeAxis of(String first, Frequency frequency, int length) {
    Notation notation =
        Notation.of(first)
            .orElseThrow(() ->
                new CarouselException.Request(
                    "'%s' is no time stamp: expected %s.".formatted(first, Forms.WORDS)));
    if (notation instanceof Notation.Count && frequency.unit() == Frequency.Unit.YEAR) {
      notation = new Notation.Year();
    }
    TimeStamp stamp = notation.read(first).orElseThrow();
    if (stamp instanceof TimeStamp.Step != (frequency.unit() == Frequency.Unit.STEP)) {
      throw new CarouselException.Request(
          "The time stamp '%s' does not fit a %s series.".formatted(first, frequency));
    }
    return new TimeAxis(stamp, frequency, notation, 0, length);
  }

  /// The stamp at `index`, which may lie beyond the end.
  public TimeStamp stamp(int index) {
    return frequency.after(anchor, start + index);
  }

  /// The stamp at `index` as the file writes it; `index` may lie beyond the end.
  public String label(int index) {
    return notation.write(stamp(index));
  }

  /// Where the stamp written as `label` stands, from 0; it may lie beyond the end. Empty when it is
  /// before the start, between two steps, or not written in this notation.
  public OptionalInt indexOf(String label) {
    OptionalLong steps =
        notation
            .read(label)
            .map(stamp -> frequency.stepsBetween(anchor, stamp))
            .orElse(OptionalLong.empty());
    return steps.isPresent() && steps.getAsLong() >= start
        ? OptionalInt.of(Math.toIntExact(steps.getAsLong() - start))
        : OptionalInt.empty();
  }

  /// The stamps from `from` to before `to`; `to` may lie beyond the end.
  public TimeAxis between(int from, int to) {
    return new TimeAxis(anchor, frequency, notation, start + from, to - from);
  }

  /// The `steps` stamps that follow.
  public TimeAxis next(int steps) {
    return between(length, Math.addExact(length, steps));
  }
}
