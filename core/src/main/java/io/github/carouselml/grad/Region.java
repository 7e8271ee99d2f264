package io.github.carouselml.grad;

import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// A piece of a program's memory: how large, and from which moment to which it is needed.
public final class Region {
  /// When an operation needs memory of its own.
  public enum Lifetime {
    /// While its forward pass runs.
    FORWARD,
    /// While its backward pass runs.
    BACKWARD,
    /// From its forward to its backward pass.
    RESERVE,
    /// From run to run, or interval to interval.
    ALWAYS
  }

  final String name;
  final int floats;
  int birth = Integer.MAX_VALUE;
  int death = Integer.MIN_VALUE;
  int offset = -1;
  private @Nullable Slot slot;

  Region(String name, int floats) {
    this.name = name;
    this.floats = floats;
  }

  /// Makes the region live at a moment.
  void use(int moment) {
    birth = Math.min(birth, moment);
    death = Math.max(death, moment);
  }

  boolean isUsed() {
    return birth <= death;
  }

  void place(Slot place) {
    slot = place;
  }

  /// Where it lies. There is a place only while and after a program was made of the tape.
  public Slot slot() {
    Slot place = slot;
    if (place == null) {
      throw new IllegalStateException(
          "The memory of '" + name + "' is not planned: nothing that runs needs it.");
    }
    return place;
  }
}
