package io.github.carouselml.spec;

import java.util.List;

/// How a parameter begins. Matrices are `[outputs, inputs]`; those of several gates begin gate by
/// gate.
public sealed interface Initializer {
  /// Every value the same.
  record Constant(double value) implements Initializer {}

  /// For a bias of several gates: one value for each gate.
  record Gates(List<Double> values) implements Initializer {
    public Gates {
      values = List.copyOf(values);
    }
  }

  /// Uniform in ± `bound`.
  record Uniform(double bound) implements Initializer {
    public Uniform {
      if (!(bound >= 0) || Double.isInfinite(bound)) {
        throw new CarouselException.Request(
            "A uniform initializer needs a finite bound of 0 or more, not " + bound + ".");
      }
    }
  }

  /// Normal with mean 0.
  record Normal(double deviation) implements Initializer {
    public Normal {
      if (!(deviation >= 0) || Double.isInfinite(deviation)) {
        throw new CarouselException.Request(
            "A normal initializer needs a finite deviation of 0 or more, not " + deviation + ".");
      }
    }
  }

  /// Uniform in ± √(6 / (inputs + outputs)) (Glorot and Bengio 2010).
  record Glorot() implements Initializer {}

  /// Orthogonal rows or columns, whichever are fewer (Saxe et al. 2014).
  record Orthogonal() implements Initializer {}

  /// Ones on the diagonal (Le et al. 2015).
  record Identity() implements Initializer {}

  /// PyTorch's: uniform in ± 1/√n, where n is the hidden size for a recurrent layer and the number
  /// of inputs for a dense one.
  record Torch() implements Initializer {}
}
