package io.github.carouselml.train;

import io.github.carouselml.grad.Program;
import io.github.carouselml.layer.CarriedState;
import io.github.carouselml.model.Weights;
import java.util.List;

/// The inputs of a recorded model, filled anew for each run. One thread at a time.
public interface Batch {
  /// Brings the samples `samples[from .. from + count - 1]` into the program: its rows, uploads and
  /// indices. It should allocate nothing. The number of a sample is a good id for its sequence, so
  /// that its random numbers do not depend on its neighbours. The array belongs to the trainer.
  ///
  /// @return the real rows, for the log: the steps of all sequences together
  int load(Program program, int[] samples, int from, int count);

  /// The states that go on from batch to batch, where long sequences come in pieces. [#load] begins
  /// them with the places that are reset; they are taken up after each step and kept in checkpoints.
  /// None by default.
  default List<CarriedState> states() {
    return List.of();
  }

  /// What else goes on from batch to batch, for the checkpoint; nothing by default.
  default Weights carried() {
    return Weights.empty();
  }

  /// Goes on from this.
  ///
  /// @param state what [#carried] gave
  default void carry(Weights state) {}
}
