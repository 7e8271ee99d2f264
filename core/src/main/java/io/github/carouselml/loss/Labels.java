package io.github.carouselml.loss;

import io.github.carouselml.spec.CarouselException;

/// The label sequences of a batch, of unequal lengths, by the places of the sequences in the batch.
/// The caller sets them before each run; nothing is allocated then.
public final class Labels {
  private final int maxLabels;
  private final int[] values;
  private final int[] lengths;

  /// Room for `maxSequences` sequences of at most `maxLabels` symbols.
  public Labels(int maxSequences, int maxLabels) {
    if (maxSequences < 0 || maxLabels < 0) {
      throw new CarouselException.Request(
          "Labels are 0 or more symbols of 0 or more sequences, not "
              + maxLabels
              + " of "
              + maxSequences
              + ".");
    }
    this.maxLabels = maxLabels;
    this.values = new int[Math.multiplyExact(maxSequences, maxLabels)];
    this.lengths = new int[maxSequences];
  }

  /// Sets the label of the sequence at a place of the batch to the first `length` numbers.
  public void set(int sequence, int[] symbols, int length) {
    if (sequence < 0 || sequence >= lengths.length || length < 0 || length > maxLabels) {
      throw new CarouselException.Request(
          "A label of "
              + length
              + " symbols was given for sequence "
              + sequence
              + ", but there is room for "
              + lengths.length
              + " sequences of at most "
              + maxLabels
              + " symbols.");
    }
    System.arraycopy(symbols, 0, values, sequence * maxLabels, length);
    lengths[sequence] = length;
  }

  /// Sets the label of the sequence at a place of the batch.
  public void set(int sequence, int... symbols) {
    set(sequence, symbols, symbols.length);
  }

  int maxLabels() {
    return maxLabels;
  }

  int maxSequences() {
    return lengths.length;
  }

  int[] values() {
    return values;
  }

  int length(int sequence) {
    return lengths[sequence];
  }

  /// A symbol of the label of the sequence at a place of the batch.
  int symbol(int sequence, int i) {
    return values[sequence * maxLabels + i];
  }

  /// The fewest steps that the label of a sequence can be aligned to: one for each symbol, and one
  /// for the blank between two equal ones.
  int fewestSteps(int sequence) {
    int steps = lengths[sequence];
    for (int i = 1; i < lengths[sequence]; i++) {
      steps += symbol(sequence, i) == symbol(sequence, i - 1) ? 1 : 0;
    }
    return steps;
  }
}
