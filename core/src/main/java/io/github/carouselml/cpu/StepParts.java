package io.github.carouselml.cpu;

/// The parts of a step, between which the threads meet: every stage, and before or after each what
/// is shared by rows and not by units.
final class StepParts {
  private final int stages;
  private final boolean before;
  private final boolean after;
  private final int each;

  /// @param before whether each stage has a part before it
  /// @param after whether each stage has a part after it
  StepParts(int stages, boolean before, boolean after) {
    this.stages = stages;
    this.before = before;
    this.after = after;
    each = 1 + (before ? 1 : 0) + (after ? 1 : 0);
  }

  /// The parts of one step.
  int count() {
    return stages * each;
  }

  /// The stage of the pass that a part of a step belongs to, counted from its first.
  int stage(int part) {
    return part / each;
  }

  /// Whether this part comes before its stage.
  boolean before(int part) {
    return before && part % each == 0;
  }

  /// Whether this part comes after its stage.
  boolean after(int part) {
    return after && part % each == each - 1;
  }
}
