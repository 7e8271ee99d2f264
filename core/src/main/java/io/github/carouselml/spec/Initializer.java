package io.github.carouselml.spec;

import java.util.List;

/// How a parameter begins. Matrices are `[outputs, inputs]`; those of several gates begin gate by
/// gate.
public sealed interface Initializer {
  /// Every value the same.
  record Constant(double value) implements Initializer {
    public Constant {
      Numbers.finite("constant of an initializer", value);
    }
  }

  /// For a bias of several gates: one value for each gate.
  record Gates(List<Double> values) implements Initializer {
    public Gates {
      values = List.copyOf(values);
      for (double value : values) {
        Numbers.finite("constant of an initializer of gates", value);
      }
    }
  }

  /// For the bias of gates that remember (Tallec and Ollivier 2018): unit by unit ± ln u with u uniform
  /// in 1 .. `longestLag` - 1, so that units hold on for between 1 and so many steps.
  ///
  /// @param longestLag the longest dependency that is expected, in steps
  /// @param signs by gate: 1 for one that keeps, -1 for one that writes, 0 for the others
  record Chrono(int longestLag, List<Integer> signs) implements Initializer {
    public Chrono {
      signs = List.copyOf(signs);
      if (longestLag < 2) {
        throw new CarouselException.Request(
            "The longest time lag must be 2 steps or more, not " + longestLag + ".");
      }
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
