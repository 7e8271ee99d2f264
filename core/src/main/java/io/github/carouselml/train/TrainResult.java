package io.github.carouselml.train;

import java.util.List;
import java.util.OptionalInt;

/// How a run ended. The parameters hold its weights.
///
/// @param end why it ended
/// @param steps the updates made, those before a resume included
/// @param epochs one entry for each whole epoch, those before a resume included
/// @param bestEpoch the epoch, from 1, whose weights the parameters hold, where early stopping
///     chose them; else they are those of the last step
/// @param clippedSteps the updates whose gradients were clipped
/// @param seconds the time that it took, before a resume included
public record TrainResult(
    End end,
    int steps,
    List<EpochResult> epochs,
    OptionalInt bestEpoch,
    int clippedSteps,
    double seconds) {
  /// Why a run ends.
  public enum End {
    /// All epochs are done.
    COMPLETE,
    /// The validation loss no longer became better.
    STOPPED_EARLY,
    /// [Trainer#stop] was called; a checkpoint says where to go on.
    INTERRUPTED
  }

  public TrainResult {
    epochs = List.copyOf(epochs);
  }
}
