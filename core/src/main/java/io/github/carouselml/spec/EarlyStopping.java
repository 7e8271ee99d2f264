package io.github.carouselml.spec;

/// Stops after `patience` epochs in a row whose validation loss was not better than the best so
/// far. However the run ends, its weights are those of the best epoch. Needs validation data.
///
/// @param patience epochs, at least 1
/// @param minImprovement by how much a loss must be lower to be better, from 0
public record EarlyStopping(int patience, double minImprovement) {
  public EarlyStopping {
    Numbers.atLeast("patience of early stopping", 1, patience);
    Numbers.notNegative("least improvement", minImprovement);
  }

  /// Any improvement counts.
  public EarlyStopping(int patience) {
    this(patience, 0);
  }
}
