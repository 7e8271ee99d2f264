package io.github.carouselml.tensor;

/// What a recurrent plan must be able to do beside its forward pass.
public enum Flag {
  /// Run backward passes.
  TRAIN,
  /// Give the gradient of its input.
  NEED_DX,
  /// Give the gradients of its parameters.
  NEED_DW,
  /// Run over intervals of steps, of which it has room for one: forward from given first states,
  /// backward the last interval first, each after its forward pass (see [Rows#narrow]).
  INTERVALS
}
