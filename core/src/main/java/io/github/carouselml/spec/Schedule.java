package io.github.carouselml.spec;

/// What the optimizer's learning rate is multiplied by in the course of a run. Steps and epochs are
/// counted from 0; a step is one update of the parameters.
public sealed interface Schedule {
  /// Always 1.
  record Constant() implements Schedule {}

  /// `factor ^ (epoch / everyEpochs)`, the quotient rounded down.
  ///
  /// @param factor above 0 and below 1
  record Step(int everyEpochs, double factor) implements Schedule {
    public Step {
      Numbers.atLeast("number of epochs between two steps of the learning rate", 1, everyEpochs);
      reduces("step", factor);
    }
  }

  /// A linear rise over the first steps, `(step + 1) / warmupSteps` (Goyal et al. 2017), then half
  /// a cosine down: `floor + (1 - floor) (1 + cos(π p)) / 2`, where p goes from 0 after the warm-up
  /// to 1 at the end of the run (Loshchilov & Hutter 2017, without restarts).
  ///
  /// @param warmupSteps how long the rise takes; 0 for none; less than the run
  /// @param floor where it ends, from 0 to below 1
  record Cosine(int warmupSteps, double floor) implements Schedule {
    public Cosine {
      Numbers.atLeast("number of warm-up steps", 0, warmupSteps);
      Numbers.fraction("floor of the cosine schedule", floor);
    }

    /// Down to 0.
    public Cosine(int warmupSteps) {
      this(warmupSteps, 0);
    }
  }

  /// Begins at 1 and is multiplied by the factor after every `patience` epochs in a row whose
  /// validation loss was not better than the best so far; never below the floor. Needs validation
  /// data.
  ///
  /// @param factor above 0 and below 1
  /// @param patience epochs, at least 1
  /// @param minImprovement by how much a loss must be lower to be better, from 0
  /// @param floor from 0 to below 1
  record ReduceOnPlateau(double factor, int patience, double minImprovement, double floor)
      implements Schedule {
    public ReduceOnPlateau {
      reduces("plateau", factor);
      Numbers.atLeast("patience on a plateau", 1, patience);
      Numbers.notNegative("least improvement", minImprovement);
      Numbers.fraction("floor of the plateau schedule", floor);
    }

    /// Any improvement counts, and there is no floor.
    public ReduceOnPlateau(double factor, int patience) {
      this(factor, patience, 0, 0);
    }
  }

  private static void reduces(String which, double factor) {
    if (!(factor > 0 && factor < 1)) {
      throw new CarouselException.Request(
          "The factor of the " + which + " schedule must lie between 0 and 1, not " + factor + ".");
    }
  }
}
