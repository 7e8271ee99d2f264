package io.github.carouselml.cell;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The element-wise part of one step of a cell, in float, forward and backward, on a [CellBlock].
///
/// The products around it, lengths and time are the sweep's. Every implementation of a cell does the
/// same operations in the same order on each element, so they give the same bits.
public interface CellKernel {
  /// Its gates and stages, the same object in every call.
  CellShape shape();

  /// Pre-activations to gates and new state.
  void forward(int stage, CellBlock s);

  /// Gradients of the state to gradients of the pre-activations; later stages first.
  void backward(int stage, CellBlock s);

  /// This cell's way through a single row, if it has one.
  default @Nullable RowKernel row() {
    return this instanceof RowKernel row ? row : null;
  }

  /// How many numbers a row keeps beside its units, such as the scale of a normalised row; with 0,
  /// no stage sees whole rows.
  default int rowNumbers() {
    return 0;
  }

  /// What must be known of whole rows before a stage, all units of the stages before being done.
  /// Everything in `s` begins at unit 0.
  default void forwardRows(int stage, CellBlock s) {}

  /// Its backward pass, all units of the stage being done.
  default void backwardRows(int stage, CellBlock s) {}

  /// Whether a part of ∂L/∂h' reaches it past the recurrent product.
  boolean carries();

  /// The gates of each vector that the cell uses itself, as a product does not: peepholes and gains.
  default List<Integer> vectors() {
    return List.of();
  }

  /// Adds the gradients of those vectors. The rows are some of all rows, in memory order, with the δ
  /// that [#backward] left; the calls come in memory order too.
  default void vectorGradients(CellBlock s) {}
}
