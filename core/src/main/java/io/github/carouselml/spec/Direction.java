package io.github.carouselml.spec;

/// Which way a recurrent layer reads each sequence.
public enum Direction {
  /// From its first step to its last.
  FORWARD,
  /// From its own last step to its first.
  BACKWARD,
  /// Both ways, by two sets of weights.
  BOTH
}
