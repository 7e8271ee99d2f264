package io.github.carouselml.tasks.forecast;

/// A window as the network reads it: a sequence of the past and then of the steps ahead. A step has
/// the features of the past, those known ahead, those of the whole series, and whether it lies
/// ahead; what it does not have is 0.
final class WindowRow {
  private final int steps;
  private final float[] inputs;
  private final float[] targets;

  WindowRow(Window window, Network network) {
    float[][] past = window.past();
    float[][] future = window.future();
    int width = network.inputs();
    float[] fixed = window.fixed();
    int always = width - 1 - fixed.length;
    int ahead = always - future[0].length;
    this.steps = past.length + future.length;
    this.inputs = new float[steps * width];
    this.targets = window.target();
    for (int t = 0; t < past.length; t++) {
      System.arraycopy(past[t], 0, inputs, t * width, past[t].length);
    }
    for (int h = 0; h < future.length; h++) {
      int at = (past.length + h) * width;
      System.arraycopy(future[h], 0, inputs, at + ahead, future[h].length);
      inputs[at + width - 1] = 1;
    }
    for (int t = 0; t < steps; t++) {
      System.arraycopy(fixed, 0, inputs, t * width + always, fixed.length);
    }
    for (int h = 0; h < targets.length; h++) {
      targets[h] -= base(window, network, h);
    }
  }

  /// What the network's output is added to, as [ForecastSpec.Season] says.
  static float base(Window window, Network network, int step) {
    float[] ahead = window.future()[step];
    return switch (network.spec().season()) {
      case NONE -> 0;
      case LAST -> ahead[ahead.length - 1];
      case GROWN -> ahead[ahead.length - 1] + growth(window, network.season());
    };
  }

  /// The mean change since the season before over the last quarter of a season, as far as it is
  /// known; 0 where it is not.
  private static float growth(Window window, int season) {
    float[][] past = window.past();
    int known = Math.min(past.length, window.origin() - season);
    int steps = Math.min(known, Math.max(1, Math.floorDiv(season, 4)));
    double sum = 0;
    for (int t = past.length - steps; t < past.length; t++) {
      sum += past[t][past[t].length - 1];
    }
    return steps > 0 ? (float) (sum / steps) : 0;
  }

  /// Past and ahead together.
  int steps() {
    return steps;
  }

  /// `[steps][features]`, one row after the other.
  float[] inputs() {
    return inputs;
  }

  /// `[horizon]`: what the network is to find; empty where it has not come yet.
  float[] targets() {
    return targets;
  }
}
