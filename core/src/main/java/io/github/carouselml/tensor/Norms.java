package io.github.carouselml.tensor;

import org.jspecify.annotations.Nullable;

/// Layer normalisation (Ba, Kiros, Hinton 2016) over the features of each row.
public interface Norms {
  /// `n = (x - mean) / sqrt(variance + epsilon)`, `y = gain n + bias`. Keeps n, a grid like x, and
  /// `scale = 1 / sqrt(variance + epsilon)`, one float a row without gaps, for the backward pass.
  void layer(
      int rows,
      int features,
      float epsilon,
      Slot x,
      Slot gain,
      Slot bias,
      Slot normalised,
      Slot scale,
      Slot y);

  /// With `g = gain dy`: `dx (+)= scale (g - mean(g) - n mean(g n))`, `dGain += Σ dy n`,
  /// `dBias += Σ dy`, rows ascending.
  void layerBackward(
      int rows,
      int features,
      Slot normalised,
      Slot scale,
      Slot gain,
      Slot dy,
      @Nullable Slot dx,
      boolean add,
      @Nullable Slot gainGradient,
      @Nullable Slot biasGradient);
}
