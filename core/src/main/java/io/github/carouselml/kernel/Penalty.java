package io.github.carouselml.kernel;

/// What a prediction `y` costs when the truth is `t`, number by number, with one parameter `p`; d = y-t.
public enum Penalty {
  /// d², gradient 2d
  SQUARED,
  /// |d|, gradient sign d
  ABSOLUTE,
  /// d²/2 where |d| ≤ p, else p(|d| - p/2); gradient d cut to -p..p
  HUBER,
  /// Quantile p: -pd where d < 0, else (1-p)d; gradient -p, 1-p, and 0 at d = 0
  QUANTILE
}
