package io.github.carouselml.spec;

import java.util.List;

/// What the network is trained to make small. Every loss is a mean over the real elements of a
/// batch.
public sealed interface LossSpec {
  /// `(p - y)²`.
  record Squared() implements LossSpec {}

  /// `|p - y|`, whose derivative at 0 is taken as 0.
  record Absolute() implements LossSpec {}

  /// `e²/2` for `|e| ≤ delta`, else `delta (|e| - delta/2)`, with `e = p - y` (Huber 1964).
  record Huber(double delta) implements LossSpec {
    public Huber {
      if (!(delta > 0) || Double.isInfinite(delta)) {
        throw new CarouselException.Request(
            "The Huber loss needs a finite delta above 0, not " + delta + ".");
      }
    }
  }

  /// The pinball loss `max(q (y - p), (q - 1)(y - p))` of every level q. The output holds one block
  /// of targets for each level, one block after the other.
  record Quantile(List<Double> levels) implements LossSpec {
    public Quantile {
      levels = List.copyOf(levels);
      if (levels.isEmpty()) {
        throw new CarouselException.Request("The quantile loss needs at least one level.");
      }
      double before = 0;
      for (double level : levels) {
        if (!(level > before && level < 1)) {
          throw new CarouselException.Request(
              "Quantile levels must rise and lie between 0 and 1, but they are " + levels + ".");
        }
        before = level;
      }
    }
  }

  /// The negative log-likelihood of a normal distribution. The output holds the means of all
  /// targets, then s of all targets, where the standard deviation is `softplus(s) + 0.0001`.
  record Gaussian() implements LossSpec {}

  /// The negative log-likelihood of a softmax over classes.
  record CrossEntropy() implements LossSpec {}

  /// The blocks of outputs that the loss reads, each as wide as the target.
  default int outputBlocks() {
    return switch (this) {
      case Squared() -> 1;
      case Absolute() -> 1;
      case Huber _ -> 1;
      case Quantile(var levels) -> levels.size();
      case Gaussian() -> 2;
      case CrossEntropy() -> 1;
    };
  }
}
