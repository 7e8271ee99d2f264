package io.github.carouselml.train;

import java.util.Optional;

/// One epoch in numbers.
///
/// @param epoch from 1
/// @param step the updates made since the run began
/// @param loss the weighted mean of the training losses of its batches, each before its update
/// @param validationLoss the mean over the validation samples after its last update, if there are
///     any
/// @param learningRate of its last update
/// @param clippedSteps the updates since the run began whose gradients were clipped
/// @param best whether the validation loss was better than all before
public record EpochResult(
    int epoch,
    int step,
    double loss,
    Optional<Double> validationLoss,
    double learningRate,
    int clippedSteps,
    boolean best) {}
