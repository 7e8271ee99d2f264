package io.github.carouselml.tasks.series;

/// What to do with steps that a file leaves out, or leaves empty.
public enum GapRule {
  /// Say where the first is and stop. The standard: a network takes an invented value for an
  /// observed one.
  REFUSE,
  /// On the straight line between the neighbours.
  LINEAR,
  /// The value before.
  PREVIOUS
}
