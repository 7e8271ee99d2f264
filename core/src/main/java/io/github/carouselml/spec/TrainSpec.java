package io.github.carouselml.spec;

import java.util.Optional;

/// A training run, whatever is trained. Two runs of one spec on the same data end with the same
/// bits.
///
/// @param epochs how often all samples are seen, at least 1
/// @param batches how samples come together
/// @param seed names all random numbers of the run: order and dropout
/// @param checkpointSteps a checkpoint after every so many steps, beside that after every epoch; 0
///     for none
public record TrainSpec(
    int epochs,
    Batches batches,
    long seed,
    Optimizer optimizer,
    Schedule schedule,
    Clipping clipping,
    Optional<EarlyStopping> earlyStopping,
    int checkpointSteps) {
  public TrainSpec {
    Numbers.atLeast("number of epochs", 1, epochs);
    Numbers.atLeast("number of steps between checkpoints", 0, checkpointSteps);
  }

  /// Shuffled whole batches, seed 1, Adam with learning rate 0.001, no schedule, no clipping, no
  /// early stopping, checkpoints after every epoch.
  public TrainSpec(int epochs, int batchSize) {
    this(
        epochs,
        new Batches(batchSize),
        1,
        new Optimizer.Adam(0.001),
        new Schedule.Constant(),
        Clipping.none(),
        Optional.empty(),
        0);
  }

  public TrainSpec withEpochs(int newEpochs) {
    return new TrainSpec(
        newEpochs, batches, seed, optimizer, schedule, clipping, earlyStopping, checkpointSteps);
  }

  public TrainSpec withBatches(Batches newBatches) {
    return new TrainSpec(
        epochs, newBatches, seed, optimizer, schedule, clipping, earlyStopping, checkpointSteps);
  }

  public TrainSpec withSeed(long newSeed) {
    return new TrainSpec(
        epochs, batches, newSeed, optimizer, schedule, clipping, earlyStopping, checkpointSteps);
  }

  public TrainSpec withOptimizer(Optimizer newOptimizer) {
    return new TrainSpec(
        epochs, batches, seed, newOptimizer, schedule, clipping, earlyStopping, checkpointSteps);
  }

  public TrainSpec withSchedule(Schedule newSchedule) {
    return new TrainSpec(
        epochs, batches, seed, optimizer, newSchedule, clipping, earlyStopping, checkpointSteps);
  }

  public TrainSpec withClipping(Clipping newClipping) {
    return new TrainSpec(
        epochs, batches, seed, optimizer, schedule, newClipping, earlyStopping, checkpointSteps);
  }

  public TrainSpec withEarlyStopping(EarlyStopping stopping) {
    return new TrainSpec(
        epochs,
        batches,
        seed,
        optimizer,
        schedule,
        clipping,
        Optional.of(stopping),
        checkpointSteps);
  }

  public TrainSpec withCheckpointSteps(int steps) {
    return new TrainSpec(
        epochs, batches, seed, optimizer, schedule, clipping, earlyStopping, steps);
  }
}
