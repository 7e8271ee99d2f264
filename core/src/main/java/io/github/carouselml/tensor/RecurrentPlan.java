package io.github.carouselml.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One recurrent layer in one direction, planned for a largest batch. It owns its workspace and
/// belongs to one thread at a time.
///
/// `x` is `[N, I]` and `y` `[N, H]` over the real rows; states are `[B, H]`, one row per rank, and
/// those of a sequence are its own: its last step's, or its first state if it has no step.
public interface RecurrentPlan {
  /// The floats of memory that a call needs and that are free after it.
  long workspaceFloats();

  /// The floats of memory that forward fills for backward.
  long reserveFloats();

  /// The parameters in the order in which the passes take them.
  List<ParameterSpec> parameters();

  /// Says what the training passes from now on leave out; for a plan made with noise. A number of 0
  /// leaves out, the slots keep their numbers until the backward pass is done.
  ///
  /// @param operand `[B, P]`, by which h' is multiplied before R
  /// @param h `[N, P]`, where 0 keeps the h of the step before
  /// @param c `[N, H]`, where 0 keeps the c of the step before
  default void masks(@Nullable Slot operand, @Nullable Slot h, @Nullable Slot c) {
    throw new IllegalStateException("This plan was made without noise.");
  }

  /// `y, hN, cN` from `x` and the first states (zeros where null).
  void forward(
      Rows rows,
      Slot x,
      @Nullable Slot h0,
      @Nullable Slot c0,
      Slot[] parameters,
      Slot y,
      @Nullable Slot hN,
      @Nullable Slot cN,
      boolean training);

  /// Gradients of the last training forward pass. Gradients of outputs that are null are zero;
  /// gradients of inputs that are null are not computed. `gradients` (null where not trained) are
  /// added to, `dx` as `addDx` says, `dh0` and `dc0` are overwritten.
  void backward(
      Rows rows,
      Slot x,
      Slot y,
      @Nullable Slot dy,
      @Nullable Slot dhN,
      @Nullable Slot dcN,
      Slot[] parameters,
      @Nullable Slot dx,
      boolean addDx,
      @Nullable Slot dh0,
      @Nullable Slot dc0,
      @Nullable Slot[] gradients);
}
