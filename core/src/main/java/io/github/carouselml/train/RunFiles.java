package io.github.carouselml.train;

import java.nio.file.Path;

/// Where a run writes what it needs to go on.
///
/// @param log an object a line: each step, each epoch; [RunLog] says with which keys
/// @param checkpoint replaced whole each time
public record RunFiles(Path log, Path checkpoint) {
  /// `log.jsonl` and `checkpoint.safetensors` in the folder of a run.
  public static RunFiles in(Path folder) {
    return new RunFiles(folder.resolve("log.jsonl"), folder.resolve("checkpoint.safetensors"));
  }
}
