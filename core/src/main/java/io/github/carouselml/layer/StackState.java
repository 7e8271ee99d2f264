package io.github.carouselml.layer;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import java.util.Arrays;
import java.util.List;

/// What a stack that reads forward carries from step to step for one sequence: an immutable value
/// that can be kept, compared by its bits, and given to any [Stepper] of the same cells.
public final class StackState {
  private final List<CellSpec> cells;
  private final float[] numbers; // layer by layer, h before c

  private StackState(List<CellSpec> cells, float[] numbers) {
    this.cells = List.copyOf(cells);
    this.numbers = numbers;
  }

  /// Where a sequence begins unless a state is given: zeros.
  public static StackState zero(Recurrent stack) {
    return new StackState(stack.cells(), new float[size(stack.cells())]);
  }

  /// The state with these numbers, layer by layer, h before c; they are copied.
  public static StackState of(Recurrent stack, float[] numbers) {
    int size = size(stack.cells());
    if (numbers.length != size) {
      throw new CarouselException.Request(
          "The state of recurrent '"
              + stack.name()
              + "' has "
              + size
              + " numbers, not "
              + numbers.length
              + ".");
    }
    return new StackState(stack.cells(), numbers.clone());
  }

  /// The numbers in the state of these cells.
  static int size(List<CellSpec> cells) {
    int size = 0;
    for (CellSpec cell : cells) {
      size = Math.addExact(size, size(cell));
    }
    return size;
  }

  private static int size(CellSpec cell) {
    return Math.addExact(cell.outputSize(), cell.hasCellState() ? cell.hiddenSize() : 0);
  }

  /// The cells that it belongs to, the lowest first.
  public List<CellSpec> cells() {
    return cells;
  }

  /// All numbers, layer by layer, h before c: a copy.
  public float[] numbers() {
    return numbers.clone();
  }

  /// What a layer fed back, `[outputSize]`.
  public float[] h(int layer) {
    int from = size(cells.subList(0, layer));
    return Arrays.copyOfRange(numbers, from, from + cells.get(layer).outputSize());
  }

  /// What only a layer's cell sees, `[hiddenSize]`, or nothing where the cell has no such part.
  public float[] c(int layer) {
    int from = size(cells.subList(0, layer)) + cells.get(layer).outputSize();
    return Arrays.copyOfRange(numbers, from, size(cells.subList(0, layer + 1)));
  }

  /// Copies the numbers into an array of at least their count.
  void copyTo(float[] to) {
    System.arraycopy(numbers, 0, to, 0, numbers.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StackState state
        && cells.equals(state.cells)
        && Arrays.equals(numbers, state.numbers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers);
  }

  @Override
  public String toString() {
    return "State of " + cells;
  }
}
