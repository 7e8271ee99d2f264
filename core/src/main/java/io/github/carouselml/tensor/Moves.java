package io.github.carouselml.tensor;

/// Operations that bring rows and columns elsewhere. Indices come from the host as arrays.
public interface Moves {
  /// `y[r, to + j] (+)= x[r, from + j]` for j below `width`. Columns of y outside are left as they
  /// are, but where the last feature is written the padding behind it becomes +0.
  void columns(
      int rows,
      int width,
      Slot x,
      int xFeatures,
      int from,
      Slot y,
      int yFeatures,
      int to,
      boolean add);

  /// `y[to + r] (+)= x[from + r]` for r below `count`; other rows of y are left as they are.
  void rows(int count, int features, Slot x, int from, Slot y, int to, boolean add);

  /// `y[r] = table[indices[r]]`. An index outside `[0, entries)` is refused.
  void gather(int rows, int entries, int features, int[] indices, Slot table, Slot y);

  /// `table[indices[r]] += dy[r]`, rows ascending.
  void scatterAdd(int rows, int entries, int features, int[] indices, Slot dy, Slot table);

  /// `y[rank] = x[last step of rank]`, zeros for a sequence without steps.
  void last(Rows rows, int features, Slot x, Slot y);

  /// `dx[last step of rank] (+)= dy[rank]`; without `add` all other rows become 0.
  void lastBackward(Rows rows, int features, Slot dy, Slot dx, boolean add);

  /// `y[t, rank] (+)= x[length - 1 - t, rank]`: each sequence from its own end.
  void reverse(Rows rows, int features, Slot x, Slot y, boolean add);

  /// `y[t, rank] (+)= x[rank]` for every step.
  void repeat(Rows rows, int features, Slot x, Slot y, boolean add);

  /// `y[rank] (+)= Σ_t x[t, rank]`, steps descending; without `add` from 0.
  void sumSteps(Rows rows, int features, Slot x, Slot y, boolean add);
}
