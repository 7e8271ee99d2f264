package io.github.carouselml.tensor;

import io.github.carouselml.spec.CarouselException;

/// How a batch of sequences of unequal lengths lies in memory: only real steps exist, one row each.
///
/// Inside, sequences are ordered by length (stable, longest first); the place is the *rank*, and
/// the sequences still running at step t are the ranks 0 .. [#active]`(t) - 1`. Rows lie with time
/// *descending*: the row of (t, rank) is `first(t) + rank` with `first(t) = Σ_{s>t} active(s)`.
/// Ascending memory order is therefore the canonical order of every sum over rows. The state before
/// step t of a rank is the row of (t-1, rank), which always exists.
///
/// The object is made once for the largest batch and set again for each batch, without allocation.
/// One thread at a time.
///
/// It can be narrowed to an interval of steps, and then speaks of that interval alone as if there
/// were no other: its rows are a contiguous part of all rows.
public final class Rows {
  private final int maxSteps;
  private final int maxSequences;
  private final int[] allLengths; // by rank
  private final int[] ids; // by rank
  private final int[] sequenceOf; // rank -> place in the batch
  private final int[] rankOf; // place in the batch -> rank
  private final int[] allActive; // by step
  private final int[] allFirst; // by step, one more than steps
  private final int[] stepOf; // by row
  private int sequences;
  private int allSteps;
  private int allRows;

  // of the interval, or those of all steps
  private int[] lengths;
  private int[] active;
  private int[] first;
  private int[] narrowLengths = {};
  private int[] narrowActive = {};
  private int[] narrowFirst = {};
  private int steps;
  private int count;
  private int begin;
  private int beyond;
  private int firstRow;
  private int slotRow;

  /// Room for `maxSequences` sequences of at most `maxSteps` steps.
  public Rows(int maxSteps, int maxSequences) {
    if (maxSteps < 0 || maxSequences < 0) {
      throw new CarouselException.Request(
          "A batch has at least 0 steps and 0 sequences, not "
              + maxSteps
              + " steps and "
              + maxSequences
              + " sequences.");
    }
    this.maxSteps = maxSteps;
    this.maxSequences = maxSequences;
    allLengths = new int[maxSequences];
    ids = new int[maxSequences];
    sequenceOf = new int[maxSequences];
    rankOf = new int[maxSequences];
    allActive = new int[maxSteps + 1];
    allFirst = new int[maxSteps + 1];
    stepOf =
        new int
            [Sizes.whole(
                "A batch of " + maxSequences + " sequences of " + maxSteps + " steps",
                (long) maxSteps * maxSequences)];
    lengths = allLengths;
    active = allActive;
    first = allFirst;
  }

  /// Takes the lengths of the first `batch` entries, in the caller's order; sequence ids are their
  /// places.
  public void set(int[] batchLengths, int batch) {
    set(batchLengths, null, batch);
  }

  /// Takes the lengths and ids of the first `batch` entries, in the caller's order. The id of a
  /// sequence seeds its random numbers, so that they do not depend on its neighbours.
  public void set(
      int[] batchLengths, int @org.jspecify.annotations.Nullable [] batchIds, int batch) {
    check(batchLengths, batch);
    if (batchIds != null && batchIds.length < batch) {
      throw new CarouselException.Request(
          "The batch has " + batch + " sequences but " + batchIds.length + " ids.");
    }
    widen();
    java.util.Arrays.fill(active, 0);
    steps = 0;
    for (int b = 0; b < batch; b++) {
      steps = Math.max(steps, batchLengths[b]);
      active[batchLengths[b]]++;
    }
    // active[n] counts the sequences of exactly n steps; where those begin among the ranks goes to
    // first[n]
    int rank = 0;
    for (int n = steps; n >= 0; n--) {
      first[n] = rank;
      rank += active[n];
    }
    for (int b = 0; b < batch; b++) {
      int place = first[batchLengths[b]]++;
      lengths[place] = batchLengths[b];
      ids[place] = batchIds == null ? b : batchIds[b];
      sequenceOf[place] = b;
      rankOf[b] = place;
    }
    // from counts to the sequences that reach beyond a step
    int running = 0;
    int row = 0;
    for (int t = steps - 1; t >= 0; t--) {
      running += active[t + 1];
      first[t] = row;
      java.util.Arrays.fill(stepOf, row, row + running, t);
      row += running;
      active[t + 1] = running;
    }
    System.arraycopy(active, 1, active, 0, steps);
    active[steps] = 0;
    first[steps] = 0;
    sequences = batch;
    count = row;
    allSteps = steps;
    allRows = count;
  }

  /// Speaks of the steps `from .. to - 1` alone, until [#widen] or [#set].
  ///
  /// @param whole whether slots hold the rows of all steps nevertheless, so that those of the
  ///     interval begin at [#slotRow]; otherwise slots hold the rows of the interval alone
  public void narrow(int from, int to, boolean whole) {
    if (from < 0 || to < from || to > allSteps) {
      throw new IllegalArgumentException(
          "There are no steps " + from + " to " + to + " in a batch of " + allSteps + ".");
    }
    if (narrowFirst.length == 0) {
      narrowLengths = new int[maxSequences];
      narrowActive = new int[maxSteps + 1];
      narrowFirst = new int[maxSteps + 1];
    }
    firstRow = to == from ? 0 : allFirst[to - 1];
    slotRow = whole ? firstRow : 0;
    beyond = to < allSteps ? allActive[to] : 0;
    begin = from;
    steps = to - from;
    count = 0;
    for (int t = steps - 1; t >= 0; t--) {
      narrowActive[t] = allActive[from + t];
      narrowFirst[t] = count;
      count += narrowActive[t];
    }
    narrowActive[steps] = 0;
    narrowFirst[steps] = 0;
    for (int rank = 0; rank < sequences; rank++) {
      narrowLengths[rank] = Math.clamp(allLengths[rank] - from, 0, steps);
    }
    lengths = narrowLengths;
    active = narrowActive;
    first = narrowFirst;
  }

  /// Speaks of all steps again.
  public void widen() {
    lengths = allLengths;
    active = allActive;
    first = allFirst;
    steps = allSteps;
    count = allRows;
    begin = 0;
    beyond = 0;
    firstRow = 0;
    slotRow = 0;
  }

  /// The steps of the longest sequence, narrowed or not.
  public int allSteps() {
    return allSteps;
  }

  /// All real rows, narrowed or not.
  public int allRows() {
    return allRows;
  }

  /// The step of the batch that is step 0 here.
  public int begin() {
    return begin;
  }

  /// The sequences that go on after the last step here.
  public int beyond() {
    return beyond;
  }

  /// The row of the batch that is row 0 here.
  public int firstRow() {
    return firstRow;
  }

  /// The row of a slot that is row 0 here.
  public int slotRow() {
    return slotRow;
  }

  /// Whether the last step of the batch is the last step here.
  public boolean ends() {
    return begin + steps == allSteps;
  }

  private void check(int[] batchLengths, int batch) {
    if (batch < 0 || batch > maxSequences || batch > batchLengths.length) {
      throw new CarouselException.Request(
          "The batch has "
              + batch
              + " sequences and "
              + batchLengths.length
              + " lengths, but this plan was made for at most "
              + maxSequences
              + " sequences.");
    }
    for (int b = 0; b < batch; b++) {
      if (batchLengths[b] < 0 || batchLengths[b] > maxSteps) {
        throw new CarouselException.Request(
            "Sequence "
                + b
                + " of the batch has length "
                + batchLengths[b]
                + ", but this plan was made for lengths from 0 to "
                + maxSteps
                + ".");
      }
    }
  }

  /// The steps of the longest sequence.
  public int steps() {
    return steps;
  }

  /// The sequences of the batch, those of length 0 included.
  public int sequences() {
    return sequences;
  }

  /// The real rows: the sum of the lengths.
  public int count() {
    return count;
  }

  /// The steps there is room for.
  public int maxSteps() {
    return maxSteps;
  }

  /// The sequences there is room for.
  public int maxSequences() {
    return maxSequences;
  }

  /// The sequences that have a step t.
  public int active(int t) {
    return active[t];
  }

  /// The row of (t, rank 0).
  public int first(int t) {
    return first[t];
  }

  /// The length of the sequence at a rank.
  public int length(int rank) {
    return lengths[rank];
  }

  /// The id of the sequence at a rank.
  public int id(int rank) {
    return ids[rank];
  }

  /// The rank of the sequence that stood at a place of the batch.
  public int rank(int sequence) {
    return rankOf[sequence];
  }

  /// The place in the batch of the sequence at a rank.
  public int sequence(int rank) {
    return sequenceOf[rank];
  }

  /// The step that a row belongs to; its rank is `row - first(step)`.
  public int step(int row) {
    return stepOf[firstRow + row] - begin;
  }

  /// The row of step t of the sequence that stood at a place of the batch.
  public int row(int t, int sequence) {
    return first[t] + rankOf[sequence];
  }
}
