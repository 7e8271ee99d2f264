package io.github.carouselml.train;

import io.github.carouselml.grad.MemoryPlan;
import io.github.carouselml.grad.Recompute;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.spec.CarouselException;
import java.util.OptionalLong;
import java.util.function.Function;

/// A model on its tape, its memory planned but not yet allocated.
record Recorded(Tape tape, Batch batch) {
  /// Records with room for so many samples.
  static Recorded of(Samples samples, Tape tape, int capacity) {
    return new Recorded(tape, samples.record(tape, capacity));
  }

  MemoryPlan plan() {
    return tape.plan();
  }

  /// The recording that computes the least again and stays within a budget: nothing, or else in
  /// intervals of half of all steps, a quarter, …, about the root of their number; all activations
  /// where the model lets it, else gates and cells.
  ///
  /// @param bytes all that the run may hold, if there is a bound
  /// @param others the bytes that the run holds beside the program
  static Recorded within(OptionalLong bytes, long others, Function<Recompute, Recorded> record) {
    Recorded recorded = record.apply(Recompute.nothing());
    if (bytes.isEmpty() || fits(recorded, others, bytes.getAsLong())) {
      return recorded;
    }
    int longest = recorded.tape().longest();
    Recompute.What what =
        recorded.tape().canRecomputeActivations()
            ? Recompute.What.ACTIVATIONS
            : Recompute.What.GATES;
    Recorded least = recorded;
    int steps = longest;
    while ((long) steps * steps > longest) {
      steps = Math.ceilDiv(steps, 2);
      recorded = record.apply(new Recompute(what, steps));
      if (fits(recorded, others, bytes.getAsLong())) {
        return recorded;
      }
      least = recorded.plan().bytes() < least.plan().bytes() ? recorded : least;
    }
    throw new CarouselException.Request(
        ("A memory of %s does not hold this run. It needs at least %s, where %s. Allow that much,"
                + " make batches smaller, or compute them in more parts.")
            .formatted(
                MemoryPlan.words(bytes.getAsLong()),
                MemoryPlan.words(others + least.plan().bytes()),
                least.tape().recompute().words()));
  }

  private static boolean fits(Recorded recorded, long others, long bytes) {
    return others + recorded.plan().bytes() <= bytes;
  }
}
