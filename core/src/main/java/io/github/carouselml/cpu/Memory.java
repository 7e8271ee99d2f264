package io.github.carouselml.cpu;

/// Gives out the arrays of a plan and counts them, or only counts them.
final class Memory {
  private static final float[] NONE = {};

  private final boolean gives;
  private long floats;

  /// @param gives whether there are arrays; else all have length 0, and nothing that holds them can
  ///     run
  Memory(boolean gives) {
    this.gives = gives;
  }

  /// Zeros.
  float[] take(int count) {
    floats += count;
    return gives && count > 0 ? new float[count] : NONE;
  }

  /// The floats given out so far.
  long floats() {
    return floats;
  }
}
