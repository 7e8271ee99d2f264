package io.github.carouselml.grad;

/// One step of a cell in tape operations. It is called once, to be recorded.
@FunctionalInterface
public interface CellStep {
  /// `h_t, c_t` from `x_t [rows, I]` and `h_{t-1} [rows, P], c_{t-1} [rows, H]`, with one row for
  /// each sequence that has the step; c only where the cell has one.
  RecurrentOp.State next(Tensor x, RecurrentOp.State before);
}
