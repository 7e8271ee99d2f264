package io.github.carouselml.grad;

import io.github.carouselml.tensor.Rows;

/// What the rows of a tensor stand for. Two tensors fit together when their row spaces are equal.
public sealed interface RowSpace {
  /// The batch that the rows belong to.
  Rows rows();

  /// The rows of the present batch.
  int count();

  /// The rows of the whole present batch, also while operations see an interval of its steps.
  int allRows();

  /// The rows that there is room for.
  int capacity();

  /// One row for each real step of each sequence.
  record Steps(Rows rows) implements RowSpace {
    @Override
    public int count() {
      return rows.count();
    }

    @Override
    public int allRows() {
      return rows.allRows();
    }

    @Override
    public int capacity() {
      return Math.multiplyExact(rows.maxSteps(), rows.maxSequences());
    }

    @Override
    public String toString() {
      return "one row per step";
    }
  }

  /// One row for each sequence, at its rank.
  record Sequences(Rows rows) implements RowSpace {
    @Override
    public int count() {
      return rows.sequences();
    }

    @Override
    public int allRows() {
      return rows.sequences();
    }

    @Override
    public int capacity() {
      return rows.maxSequences();
    }

    @Override
    public String toString() {
      return "one row per sequence";
    }
  }
}
