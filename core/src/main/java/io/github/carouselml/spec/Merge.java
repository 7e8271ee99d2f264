package io.github.carouselml.spec;

/// What becomes of the outputs of two directions.
public enum Merge {
  /// Side by side, forward first.
  CONCAT,
  /// Added.
  SUM
}
