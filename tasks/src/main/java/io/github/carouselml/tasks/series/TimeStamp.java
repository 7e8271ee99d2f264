package io.github.carouselml.tasks.series;

import java.time.LocalDateTime;

/// When a value was observed: a number of a step, or a moment on the calendar of wherever the
/// series was recorded.
public sealed interface TimeStamp extends Comparable<TimeStamp> {
  /// A plain count: 1, 2, 3 …
  record Step(long number) implements TimeStamp {}

  /// A moment without a zone; a year, quarter or month is its first midnight.
  record Moment(LocalDateTime at) implements TimeStamp {}

  /// Earlier before later; steps before moments, though a series never mixes them.
  @Override
  default int compareTo(TimeStamp other) {
    return switch (this) {
      case Step(long a) -> other instanceof Step(long b) ? Long.compare(a, b) : -1;
      case Moment(LocalDateTime a) -> other instanceof Moment(LocalDateTime b) ? a.compareTo(b) : 1;
    };
  }
}
