package io.github.carouselml.cell;

import java.util.List;

/// The element-wise part of one step of a cell, in float, forward and backward, on a [CellBlock].
///
/// The products around it, lengths and time are the sweep's. Every implementation of a cell does the
/// same operations in the same order on each element, so they give the same bits.
public interface CellKernel {
  /// The groups of gates, in the order of [CellBlock#zAt] and of the cell's parameters.
  List<GateGroup> groups();

  /// Pre-activations to gates and new state.
  void forward(int stage, CellBlock s);

  /// Gradients of the state to gradients of the pre-activations; later stages first.
  void backward(int stage, CellBlock s);

  /// Whether a part of ∂L/∂h' reaches it past the recurrent product.
  boolean carries();

  /// Whether stage 0 makes an operand for stage 1.
  default boolean makesOperand() {
    return groups().stream().anyMatch(group -> group.operand() == GateGroup.Operand.MADE);
  }

  /// The stages of a step.
  default int stages() {
    return groups().stream().mapToInt(GateGroup::stage).max().orElse(0) + 1;
  }
}
