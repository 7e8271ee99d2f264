package io.github.carouselml.train;

import io.github.carouselml.grad.Tape;

/// A model together with the samples that it learns from, or is validated on: all that the trainer
/// asks of a task. A sample is whatever the task says; the trainer knows its number alone.
public interface Samples {
  /// How many there are, at least 1.
  int size();

  /// How much a sample counts in the mean loss of a batch or an epoch, in any unit: 1 where the
  /// loss looks once at each sample, the number of steps where it looks at each step. When a batch
  /// is computed in parts, each part counts by its share of this.
  default double weight(int sample) {
    return 1;
  }

  /// Records the model's forward code and its loss, with room for so many samples at once. Called
  /// on a tape of the right mode over the run's parameters, again where memory is short; the batch
  /// of the last call is used.
  Batch record(Tape tape, int capacity);
}
