package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Scale;

/// One example for a network: what was known at an origin, and what came. The arrays are the
/// window's own, made when it was asked for; whoever asked may keep or change them.
public final class Window {
  private final String id;
  private final int origin;
  private final Scale scale;
  private final float[][] past;
  private final float[][] future;
  private final float[] fixed;
  private final float[] target;

  Window(
      String id,
      int origin,
      Scale scale,
      float[][] past,
      float[][] future,
      float[] fixed,
      float[] target) {
    this.id = id;
    this.origin = origin;
    this.scale = scale;
    this.past = past;
    this.future = future;
    this.fixed = fixed;
    this.target = target;
  }

  /// The series.
  public String id() {
    return id;
  }

  /// The index of the first step ahead in the series.
  public int origin() {
    return origin;
  }

  /// How the values were scaled; its inverse turns a network's output into a forecast.
  public Scale scale() {
    return scale;
  }

  /// `[step][feature]`, oldest first; as many steps as are known, at most the context.
  public float[][] past() {
    return past;
  }

  /// `[horizon][feature]`: what is known ahead.
  public float[][] future() {
    return future;
  }

  /// What holds for the whole series, at every step.
  public float[] fixed() {
    return fixed;
  }

  /// `[horizon]`: the scaled values that came; empty where they have not come yet.
  public float[] target() {
    return target;
  }
}
