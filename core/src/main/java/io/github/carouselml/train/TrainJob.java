package io.github.carouselml.train;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// All that a run needs.
///
/// @param spec how to train
/// @param backend what computes
/// @param parameters the weights to begin with, allocated on that backend with gradients; the run
///     changes them
/// @param training the samples to learn from
/// @param validation samples that are only looked at, after each epoch
/// @param files where log and checkpoints go, if they are wanted
/// @param subject what is trained on what, as far as it must be the same when the run is resumed
/// @param listeners hear how it goes
/// @param memory the bytes that the run may hold beside its samples, if there is a bound: where they
///     are few, steps compute something again instead of keeping it, to the same bits
public record TrainJob(
    TrainSpec spec,
    Backend backend,
    Parameters parameters,
    Samples training,
    Optional<Samples> validation,
    Optional<RunFiles> files,
    Json.Obj subject,
    List<Listener> listeners,
    OptionalLong memory) {
  public TrainJob {
    listeners = List.copyOf(listeners);
    if (memory.isPresent() && memory.getAsLong() < 1) {
      throw new CarouselException.Request(
          "A run cannot do with " + memory.getAsLong() + " bytes of memory.");
    }
  }

  /// A run without validation, files and listeners.
  public TrainJob(TrainSpec spec, Backend backend, Parameters parameters, Samples training) {
    this(
        spec,
        backend,
        parameters,
        training,
        Optional.empty(),
        Optional.empty(),
        Json.object(),
        List.of(),
        OptionalLong.empty());
  }

  public TrainJob withSpec(TrainSpec newSpec) {
    return new TrainJob(
        newSpec, backend, parameters, training, validation, files, subject, listeners, memory);
  }

  public TrainJob withValidation(Samples samples) {
    return new TrainJob(
        spec,
        backend,
        parameters,
        training,
        Optional.of(samples),
        files,
        subject,
        listeners,
        memory);
  }

  public TrainJob withFiles(RunFiles newFiles) {
    return new TrainJob(
        spec,
        backend,
        parameters,
        training,
        validation,
        Optional.of(newFiles),
        subject,
        listeners,
        memory);
  }

  public TrainJob withSubject(Json.Obj newSubject) {
    return new TrainJob(
        spec, backend, parameters, training, validation, files, newSubject, listeners, memory);
  }

  /// A run that holds at most so many bytes.
  public TrainJob withMemory(long bytes) {
    return new TrainJob(
        spec,
        backend,
        parameters,
        training,
        validation,
        files,
        subject,
        listeners,
        OptionalLong.of(bytes));
  }

  /// One more listener.
  public TrainJob withListener(Listener listener) {
    List<Listener> more = new ArrayList<>(listeners);
    more.add(listener);
    return new TrainJob(
        spec, backend, parameters, training, validation, files, subject, more, memory);
  }
}
