package io.github.carouselml.cpu;

import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// Floats on the heap.
final class CpuBuffer implements Buffer {
  private static final float[] NONE = {};

  private final float[] floats;
  private final int size;

  CpuBuffer(int size) {
    floats = new float[Math.addExact(Memory.FIRST, size)];
    this.size = size;
  }

  @Override
  public int size() {
    return size;
  }

  /// The array that a slot lies in.
  static float[] floats(Slot slot) {
    if (slot.buffer() instanceof CpuBuffer buffer) {
      return buffer.floats;
    }
    throw new IllegalArgumentException(
        "A buffer of another backend came to the CPU: " + slot.buffer().getClass().getName() + ".");
  }

  /// The array of a slot that may be missing.
  static float[] floatsOrNone(@Nullable Slot slot) {
    return slot == null ? NONE : floats(slot);
  }

  /// Where a slot begins in its array.
  static int at(@Nullable Slot slot) {
    return slot == null ? 0 : Memory.FIRST + slot.offset();
  }
}
