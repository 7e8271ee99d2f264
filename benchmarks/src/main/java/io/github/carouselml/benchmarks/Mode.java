package io.github.carouselml.benchmarks;

import java.util.Locale;

/// What is timed.
public enum Mode {
  /// One call: the outputs of all steps, from a zero state.
  INFERENCE,
  /// One call: the outputs, then for given output gradients the gradients of inputs and parameters.
  TRAINING,
  /// One call: one time step of one sequence, its state carried over from the call before.
  STREAMING;

  static Mode of(String text) {
    for (Mode mode : values()) {
      if (mode.word().equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "The mode '" + text + "' is unknown: expected inference, training or streaming.");
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
