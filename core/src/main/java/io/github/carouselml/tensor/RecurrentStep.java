package io.github.carouselml.tensor;

import org.jspecify.annotations.Nullable;

/// One step of one sequence through a recurrent layer whose weights are settled. It owns its
/// workspace and belongs to one thread at a time.
@FunctionalInterface
public interface RecurrentStep {
  /// `h, c` from `x` and the state before, `h'` and `c'`, each one padded row; `c` is null for a cell
  /// that has none. None of the slots may be another.
  void step(Slot x, Slot hPrev, @Nullable Slot cPrev, Slot h, @Nullable Slot c);

  /// The step of a plan for one step of one sequence, with these parameters.
  static RecurrentStep of(RecurrentPlan plan, Slot[] parameters) {
    Rows one = new Rows(1, 1);
    one.set(new int[] {1}, 1);
    return (x, hPrev, cPrev, h, c) ->
        plan.forward(one, x, hPrev, cPrev, parameters, h, null, c, false);
  }
}
