package io.github.carouselml.spec;

/// How the weight matrices of a recurrent stack are kept while it goes step by step. One step reads
/// every weight for a single multiply-add, so fewer bits are less to fetch; the sums stay in float32.
/// Training is always in float32.
public enum WeightPrecision {
  /// The weights as they were trained.
  FLOAT32,
  /// The upper half of each weight, rounded to the nearest, ties to even: 8 significant bits, at
  /// most 1/256 of the weight off, and half the memory.
  BFLOAT16,
  /// Whole numbers from -127 to 127, times one float32 for each gate of each unit: at most 1/254 of
  /// the largest weight of the same row off, and a quarter of the memory.
  INT8
}
