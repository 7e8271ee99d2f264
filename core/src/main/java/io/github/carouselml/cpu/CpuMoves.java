package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Moves;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;

/// Rows and columns on their way elsewhere, by ranges of target rows.
final class CpuMoves extends Work implements Moves {
  private enum Kind {
    COLUMNS,
    ROWS,
    GATHER,
    SCATTER_ADD,
    LAST,
    LAST_BACKWARD,
    REVERSE,
    REPEAT,
    SUM_STEPS
  }

  private final Elementwise kernels;

  // the arguments of the running operation: source x, target y
  private Kind kind = Kind.COLUMNS;
  private Rows batch = new Rows(0, 0);
  private int[] indices = {};
  private int count;
  private int width;
  private int ld;
  private int yLd;
  private int yEnd;
  private float[] x = {};
  private int xAt;
  private float[] y = {};
  private int yAt;
  private boolean add;

  CpuMoves(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  private void arguments(Kind what, int features, Slot source, Slot target, boolean more) {
    kind = what;
    width = features;
    ld = Sizes.stride(features);
    yLd = ld;
    x = floats(source);
    xAt = at(source);
    y = floats(target);
    yAt = at(target);
    add = more;
  }

  @Override
  public void columns(
      int rows,
      int columns,
      Slot source,
      int xFeatures,
      int from,
      Slot target,
      int yFeatures,
      int to,
      boolean more) {
    arguments(Kind.COLUMNS, columns, source, target, more);
    xAt += from;
    yAt += to;
    ld = Sizes.stride(xFeatures);
    yLd = Sizes.stride(yFeatures);
    yEnd = to + columns == yFeatures ? yLd - to : columns;
    split(rows, columns);
  }

  @Override
  public void rows(
      int rows, int features, Slot source, int from, Slot target, int to, boolean more) {
    arguments(Kind.ROWS, features, source, target, more);
    xAt += from * ld;
    yAt += to * ld;
    split(rows, ld);
  }

  @Override
  public void gather(int rows, int entries, int features, int[] index, Slot table, Slot target) {
    checkIndices(rows, entries, index);
    arguments(Kind.GATHER, features, table, target, false);
    indices = index;
    split(rows, ld);
  }

  /// Threads take columns, so that each sum over rows is one chain.
  @Override
  public void scatterAdd(int rows, int entries, int features, int[] index, Slot dy, Slot table) {
    checkIndices(rows, entries, index);
    arguments(Kind.SCATTER_ADD, features, dy, table, true);
    indices = index;
    count = rows;
    split(ld / Sizes.LANES, (long) rows * Sizes.LANES);
  }

  private static void checkIndices(int rows, int entries, int[] index) {
    for (int r = 0; r < rows; r++) {
      if (index[r] < 0 || index[r] >= entries) {
        throw new CarouselException.Data(
            "Index "
                + index[r]
                + " in row "
                + r
                + " is not in the table of "
                + entries
                + " entries. Was the vocabulary changed after training?");
      }
    }
  }

  @Override
  public void last(Rows rows, int features, Slot source, Slot target) {
    arguments(Kind.LAST, features, source, target, false);
    batch = rows;
    split(rows.sequences(), ld);
  }

  @Override
  public void lastBackward(Rows rows, int features, Slot dy, Slot dx, boolean more) {
    arguments(Kind.LAST_BACKWARD, features, dy, dx, more);
    batch = rows;
    split(rows.count(), ld);
  }

  @Override
  public void reverse(Rows rows, int features, Slot source, Slot target, boolean more) {
    arguments(Kind.REVERSE, features, source, target, more);
    batch = rows;
    split(rows.count(), ld);
  }

  @Override
  public void repeat(Rows rows, int features, Slot source, Slot target, boolean more) {
    arguments(Kind.REPEAT, features, source, target, more);
    batch = rows;
    split(rows.count(), ld);
  }

  @Override
  public void sumSteps(Rows rows, int features, Slot source, Slot target, boolean more) {
    arguments(Kind.SUM_STEPS, features, source, target, more);
    batch = rows;
    split(rows.sequences(), (long) ld * rows.steps());
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int r = from; r < to; r++) {
      switch (kind) {
        case COLUMNS -> {
          int at = yAt + r * yLd;
          if (add) {
            kernels.axpy(1, x, xAt + r * ld, y, at, width);
          } else {
            kernels.copy(x, xAt + r * ld, y, at, width);
          }
          kernels.fill(0, y, at + width, yEnd - width);
        }
        case ROWS -> give(r, r);
        case GATHER -> kernels.copy(x, xAt + indices[r] * ld, y, yAt + r * ld, ld);
        case SCATTER_ADD -> scatterColumns(r * Sizes.LANES);
        case LAST -> {
          int length = batch.length(r);
          if (length == 0) {
            kernels.fill(0, y, yAt + r * ld, ld);
          } else {
            kernels.copy(x, xAt + (batch.first(length - 1) + r) * ld, y, yAt + r * ld, ld);
          }
        }
        case LAST_BACKWARD -> {
          int t = batch.step(r);
          int rank = r - batch.first(t);
          if (t == batch.length(rank) - 1) {
            give(rank, r);
          } else if (!add) {
            kernels.fill(0, y, yAt + r * ld, ld);
          }
        }
        case REVERSE -> {
          int t = batch.step(r);
          int rank = r - batch.first(t);
          give(batch.first(batch.length(rank) - 1 - t) + rank, r);
        }
        case REPEAT -> give(r - batch.first(batch.step(r)), r);
        case SUM_STEPS -> sumOf(r);
      }
    }
  }

  /// y\[target\] (+)= x\[source\]
  private void give(int source, int target) {
    if (add) {
      kernels.axpy(1, x, xAt + source * ld, y, yAt + target * ld, ld);
    } else {
      kernels.copy(x, xAt + source * ld, y, yAt + target * ld, ld);
    }
  }

  private void sumOf(int rank) {
    int at = yAt + rank * ld;
    if (!add) {
      kernels.fill(0, y, at, ld);
    }
    for (int t = batch.length(rank) - 1; t >= 0; t--) {
      kernels.axpy(1, x, xAt + (batch.first(t) + rank) * ld, y, at, ld);
    }
  }

  private void scatterColumns(int column) {
    for (int r = 0; r < count; r++) {
      int from = xAt + r * ld + column;
      kernels.axpy(1, x, from, y, yAt + indices[r] * ld + column, Sizes.LANES);
    }
  }
}
