package io.github.carouselml.train;

import java.io.IOException;
import java.nio.file.Path;

/// Hears how a run goes on, on the run's own thread, so it should be quick. The progress is the
/// same object each time and holds the present numbers; copy what is to be kept.
public interface Listener {
  /// Before the first step, also of a resumed run.
  default void started(Progress progress) throws IOException {}

  /// After each update.
  default void stepped(Progress progress) throws IOException {}

  /// After each epoch, with its validation.
  default void epochEnded(Progress progress, EpochResult epoch) throws IOException {}

  /// After a checkpoint lies safe on the disk.
  default void checkpointed(Progress progress, Path checkpoint) throws IOException {}

  /// Something that the user should know, as a sentence.
  default void noted(String sentence) throws IOException {}

  /// After everything, with the weights that the run ends with.
  default void finished(Progress progress, TrainResult result) throws IOException {}
}
