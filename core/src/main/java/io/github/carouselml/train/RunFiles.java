package io.github.carouselml.train;

import java.nio.file.Path;

/// Where a run writes what it needs to go on.
///
/// The log holds one JSON object a line (JSON Lines). After each step: `event` "step", `step`,
/// `epoch`, `loss`, `learning_rate`, `gradient_norm`, `clipped_steps`, `seconds`,
/// `rows_per_second`; after each epoch: `event` "epoch", `epoch`, `step`, `loss`, and with
/// validation data `validation_loss` and `best`, then `learning_rate`, `clipped_steps`, `seconds`.
/// Steps and epochs count from 1; seconds are those of the run so far. A resumed run first cuts the
/// log back to its checkpoint.
///
/// @param log grows by a line a step
/// @param checkpoint replaced whole each time: before the first step, after every epoch, and as
///     often as [io.github.carouselml.spec.TrainSpec#checkpointSteps] says
public record RunFiles(Path log, Path checkpoint) {
  /// `log.jsonl` and `checkpoint.safetensors` in the folder of a run.
  public static RunFiles in(Path folder) {
    return new RunFiles(folder.resolve("log.jsonl"), folder.resolve("checkpoint.safetensors"));
  }
}
