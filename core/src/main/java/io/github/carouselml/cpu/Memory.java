package io.github.carouselml.cpu;

/// Gives out the arrays of a plan and counts them, or only counts them.
final class Memory {
  /// Where the floats of an aligned array begin.
  ///
  /// A large array lies at the beginning of a region of the heap (G1, ZGC, Shenandoah), its first
  /// float 16 bytes on. From this place on every 16 floats are one cache line, so no vector that is
  /// read or written lies across two.
  static final int FIRST = 12;

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

  /// Zeros from [#FIRST] on.
  float[] takeAligned(int count) {
    return take(FIRST + count);
  }

  /// The floats given out so far.
  long floats() {
    return floats;
  }
}
