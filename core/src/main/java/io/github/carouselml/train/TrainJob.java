package io.github.carouselml.train;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
public record TrainJob(
    TrainSpec spec,
    Backend backend,
    Parameters parameters,
    Samples training,
    Optional<Samples> validation,
    Optional<RunFiles> files,
    Json.Obj subject,
    List<Listener> listeners) {
  public TrainJob {
    listeners = List.copyOf(listeners);
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
        List.of());
  }

  public TrainJob withSpec(TrainSpec newSpec) {
    return new TrainJob(
        newSpec, backend, parameters, training, validation, files, subject, listeners);
  }

  public TrainJob withValidation(Samples samples) {
    return new TrainJob(
        spec, backend, parameters, training, Optional.of(samples), files, subject, listeners);
  }

  public TrainJob withFiles(RunFiles newFiles) {
    return new TrainJob(
        spec, backend, parameters, training, validation, Optional.of(newFiles), subject, listeners);
  }

  public TrainJob withSubject(Json.Obj newSubject) {
    return new TrainJob(
        spec, backend, parameters, training, validation, files, newSubject, listeners);
  }

  /// One more listener.
  public TrainJob withListener(Listener listener) {
    List<Listener> more = new ArrayList<>(listeners);
    more.add(listener);
    return new TrainJob(spec, backend, parameters, training, validation, files, subject, more);
  }
}
