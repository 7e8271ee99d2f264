package io.github.carouselml.train;

import io.github.carouselml.grad.MemoryPlan;
import io.github.carouselml.grad.Recompute;

/// What a run will hold in memory, known before its first step. The samples themselves are the
/// task's and not in it.
///
/// @param parameters bytes of weights and their gradients
/// @param optimizer bytes of what the optimizer remembers, and of the best weights
/// @param training of a step
/// @param validation bytes of the program that only looks, 0 without one
/// @param recompute what a step computes again to need less
public record RunMemory(
    long parameters, long optimizer, MemoryPlan training, long validation, Recompute recompute) {
  /// All of it.
  public long bytes() {
    return parameters + optimizer + training.bytes() + validation;
  }

  /// One sentence.
  public String words() {
    return "%s: weights and optimizer %s, a step %s, validation %s; %s."
        .formatted(
            MemoryPlan.words(bytes()),
            MemoryPlan.words(parameters + optimizer),
            MemoryPlan.words(training.bytes()),
            MemoryPlan.words(validation),
            recompute.words());
  }
}
