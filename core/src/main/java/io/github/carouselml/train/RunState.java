package io.github.carouselml.train;

import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.TreeSet;

/// Everything in a checkpoint that is not a tensor. Its JSON keeps every bit of a double.
///
/// @param samples how many there were to learn from; the order of an epoch follows from this, the
///     seed and the epoch
/// @param step updates made
/// @param epoch whole epochs done
/// @param stepInEpoch updates made in the running epoch: with the epoch, the place in the data
/// @param lossSum over the running epoch, weighted
/// @param weightSum over the running epoch
/// @param watch for the best epoch and early stopping
/// @param plateauWatch for the learning rate on a plateau
/// @param plateau the product of the learning rate's reductions
/// @param logBytes where the log ends that belongs to it
record RunState(
    TrainSpec spec,
    Json subject,
    int samples,
    int validationSamples,
    int step,
    int epoch,
    int stepInEpoch,
    double lossSum,
    double weightSum,
    double learningRate,
    int clippedSteps,
    double seconds,
    Watch watch,
    Watch plateauWatch,
    double plateau,
    List<EpochResult> epochs,
    long logBytes) {
  private static final Codec<RunState> CODEC = Codec.of(RunState.class, MethodHandles.lookup());
  private static final Codec<TrainSpec> SPEC = Codec.of(TrainSpec.class, MethodHandles.lookup());

  Json json() {
    return CODEC.write(this);
  }

  static RunState of(Json json, String where) {
    return CODEC.read(json, where);
  }

  /// Refuses to go on with another run than the one that was interrupted. Only the number of epochs
  /// may differ, where the learning rate does not depend on it, and when checkpoints are written.
  void requireSame(TrainJob job, String where) {
    TrainSpec wanted = job.spec().withCheckpointSteps(spec.checkpointSteps());
    if (!(spec.schedule() instanceof Schedule.Cosine)) {
      wanted = wanted.withEpochs(spec.epochs());
    }
    difference("", SPEC.write(spec), SPEC.write(wanted), where);
    difference("", subject, job.subject(), where);
    int validation = job.validation().map(Samples::size).orElse(0);
    if (samples != job.training().size() || validationSamples != validation) {
      throw new CarouselException.Request(
          ("%s belongs to a run on %d training and %d validation samples, but there are %d and %d"
                  + " now. Was the data changed?")
              .formatted(where, samples, validationSamples, job.training().size(), validation));
    }
  }

  private static void difference(String path, Json old, Json now, String where) {
    if (old.equals(now)) {
      return;
    }
    if (old instanceof Json.Obj(var before) && now instanceof Json.Obj(var after)) {
      var keys = new TreeSet<>(before.keySet());
      keys.addAll(after.keySet());
      for (String key : keys) {
        Json nothing = new Json.Null();
        difference(
            path.isEmpty() ? key : path + "." + key,
            before.getOrDefault(key, nothing),
            after.getOrDefault(key, nothing),
            where);
      }
      return;
    }
    throw new CarouselException.Request(
        ("%s belongs to a run with %s = %s, but %s was asked for now. Resume with the settings of"
                + " that run, or begin a new one.")
            .formatted(where, path, old.compact(), now.compact()));
  }
}
