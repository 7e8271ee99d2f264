package io.github.carouselml.grad;

/// Whole numbers on a tape, one for each row: tokens or classes. They stay on the host.
public final class Indices {
  private final String name;
  private final RowSpace space;
  private final int[] values;
  private final int[] present;

  /// @param present the most rows that operations see at once
  Indices(String name, RowSpace space, int present) {
    this.name = name;
    this.space = space;
    this.values = new int[space.capacity()];
    this.present = present < values.length ? new int[present] : values;
  }

  /// What its rows stand for.
  public RowSpace space() {
    return space;
  }

  /// The numbers, one for each row of the present batch; the caller writes them before a run.
  public int[] values() {
    return values;
  }

  /// The numbers of the rows that operations see now.
  public int[] present() {
    return present;
  }

  /// Brings the numbers of an interval to where operations see them.
  void narrow() {
    if (present.length < values.length && space instanceof RowSpace.Steps(var rows)) {
      System.arraycopy(values, rows.firstRow(), present, 0, rows.count());
    }
  }

  @Override
  public String toString() {
    return "'" + name + "' (" + space + ")";
  }
}
