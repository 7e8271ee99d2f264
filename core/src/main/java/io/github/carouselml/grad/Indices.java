package io.github.carouselml.grad;

/// Whole numbers on a tape, one for each row: tokens or classes. They stay on the host.
public final class Indices {
  private final String name;
  private final RowSpace space;
  private final int[] values;

  Indices(String name, RowSpace space) {
    this.name = name;
    this.space = space;
    this.values = new int[space.capacity()];
  }

  /// What its rows stand for.
  public RowSpace space() {
    return space;
  }

  /// The numbers, one for each row of the present batch; the caller writes them before a run.
  public int[] values() {
    return values;
  }

  @Override
  public String toString() {
    return "'" + name + "' (" + space + ")";
  }
}
