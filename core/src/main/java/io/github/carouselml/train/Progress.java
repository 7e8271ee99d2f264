package io.github.carouselml.train;

import io.github.carouselml.spec.CarouselException;

/// Where a run is. The numbers change while it goes on; the run's own thread reads them.
public final class Progress {
  final int samples;
  final int stepsPerEpoch;
  final int epochs;

  int step;
  int epoch;
  int stepInEpoch;
  double loss;
  double learningRate;
  double gradientNorm;
  int clippedSteps;
  double seconds;
  double stepSeconds;
  int rows;

  // over the epoch so far
  double lossSum;
  double weightSum;

  Progress(int samples, int batchSize, int epochs) {
    this.samples = samples;
    this.stepsPerEpoch = Math.ceilDiv(samples, batchSize);
    this.epochs = epochs;
    if ((long) stepsPerEpoch * epochs > Integer.MAX_VALUE) {
      throw new CarouselException.Request(
          "A run of %d epochs of %d steps is longer than the 2147483647 steps that can be counted."
              .formatted(epochs, stepsPerEpoch));
    }
  }

  /// The updates made since the run began.
  public int step() {
    return step;
  }

  /// The updates of the whole run, if it does not end early.
  public int steps() {
    return stepsPerEpoch * epochs;
  }

  /// The epoch that is running, from 1; after the last one, that one.
  public int epoch() {
    return Math.min(epoch + 1, epochs);
  }

  /// The epochs of the whole run, if it does not end early.
  public int epochs() {
    return epochs;
  }

  /// The updates made in the running epoch.
  public int stepInEpoch() {
    return stepInEpoch;
  }

  /// The updates of an epoch.
  public int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /// The training loss of the last update's batch, before the update.
  public double loss() {
    return loss;
  }

  /// The weighted mean of the training losses of the running epoch so far; 0 before its first step.
  public double epochLoss() {
    return weightSum == 0 ? 0 : lossSum / weightSum;
  }

  /// The learning rate of the last update.
  public double learningRate() {
    return learningRate;
  }

  /// The norm of all gradients of the last update together, before clipping.
  public double gradientNorm() {
    return gradientNorm;
  }

  /// The updates since the run began whose gradients were clipped.
  public int clippedSteps() {
    return clippedSteps;
  }

  /// The seconds that the run has taken, before a resume included.
  public double seconds() {
    return seconds;
  }

  /// The real rows (steps of sequences) of the last update in a second.
  public double rowsPerSecond() {
    return stepSeconds > 0 ? rows / stepSeconds : 0;
  }
}
