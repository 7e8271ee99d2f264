package io.github.carouselml.grad;

import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Moves;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The plan of a cell of the user's own: its step, recorded once on a tape of its own and replayed
/// at every step of a batch over the same memory. The sequences that have a step are the first
/// ranks, so a step is a batch of their number.
///
/// Of the forward pass only the states are kept. The backward pass computes each step again before
/// it goes back through it, from the last step to the first: gradients of weights are the chains of
/// every other cell. Where the rows are narrowed to an interval of steps, the backward pass goes on
/// with what the interval behind gave back: ∂L/∂h is handed from step to step as a number anyway.
public final class ReplayedStep implements RecurrentPlan, AutoCloseable {
  private final List<ParameterSpec> parameters;
  private final Rows present;
  private final int[] ones;
  private final int[] ids;
  private final Tensor x;
  private final Carried h;
  private final @Nullable Carried c;
  private final Slot cells; // c after every step of an interval, [N, H]
  private final Slot zeros;
  private final Program program;
  private final Moves moves;
  private int update;

  /// One part of the state: before and after the step, the gradient that comes back to it, and the
  /// first of each sequence, by rank.
  private record Carried(Tensor before, Tensor after, @Nullable Tensor given, Slot first) {
    int features() {
      return before.features();
    }

    Slot back() {
      return Objects.requireNonNull(given, "recorded to train").value();
    }
  }

  /// Records the step of a cell for the rows of x, and plans its memory.
  ///
  /// @param steps that the rows speak of at a time, at most
  public ReplayedStep(Tape outer, CellSpec cell, CellStep step, Tensor x, Rows rows, int steps) {
    Tape tape = outer.inner();
    present = new Rows(1, rows.maxSequences());
    ones = new int[rows.maxSequences()];
    Arrays.fill(ones, 1);
    ids = new int[rows.maxSequences()];
    RowSpace space = new RowSpace.Sequences(present);
    int H = cell.hasCellState() ? cell.hiddenSize() : 0;
    int P = cell.outputSize();
    int I = x.features();
    this.x = x.needsGradient ? tape.inputWithGradient("x", space, I) : tape.input("x", space, I);
    Tensor hBefore = tape.inputWithGradient("h", space, P);
    Tensor cBefore = H > 0 ? tape.inputWithGradient("c", space, H) : null;
    State after = step.next(this.x, new State(hBefore, cBefore));
    check(tape, cell, space, after);
    h = carried(tape, hBefore, after.h());
    c = cBefore == null ? null : carried(tape, cBefore, Objects.requireNonNull(after.c()));
    parameters =
        tape.ops().stream()
            .flatMap(op -> op.parameters().stream())
            .map(Parameter::spec)
            .distinct()
            .toList();
    Backend backend = tape.backend();
    int capacity = Math.multiplyExact(steps, rows.maxSequences());
    cells = Slot.of(backend.allocate(Sizes.grid("The states of " + cell, capacity, H)));
    int widest = Math.max(I, Math.max(H, P));
    zeros = Slot.of(backend.allocate(Sizes.grid("Zeros for " + cell, rows.maxSequences(), widest)));
    program = tape.program();
    moves = program.operations().moves();
  }

  private static Carried carried(Tape tape, Tensor before, Tensor after) {
    Tensor given = tape.isTraining() ? GivenGradient.of(after) : null;
    Slot first = Slot.of(tape.backend().allocate(before.size()));
    return new Carried(before, tape.keep(after), given, first);
  }

  private static void check(Tape tape, CellSpec cell, RowSpace space, State after) {
    check(tape, cell, space, "h", cell.outputSize(), after.h());
    Tensor c = after.c();
    if (cell.hasCellState() != (c != null)) {
      throw new CarouselException.Request(
          "The step of the cell %s gave a state %s c, but hasCellState() says it has %s."
              .formatted(cell, c == null ? "without" : "with", c == null ? "one" : "none"));
    }
    if (c != null) {
      check(tape, cell, space, "c", cell.hiddenSize(), c);
    }
    for (Op op : tape.ops()) {
      if (op instanceof Objective) {
        throw new CarouselException.Request(
            "The step of the cell " + cell + " contains a loss. Losses go to the layer's outputs.");
      }
    }
  }

  private static void check(
      Tape tape, CellSpec cell, RowSpace space, String what, int size, Tensor given) {
    if (given.tape != tape) {
      throw new CarouselException.Request(
          "The step of the cell %s gave %s as its %s, which it did not make of its x and its state."
              .formatted(cell, given, what));
    }
    if (given.features() != size || !given.space().equals(space)) {
      throw new CarouselException.Request(
          ("The step of the cell %s gave %s as its %s, which must have one row per sequence and %d"
                  + " features.")
              .formatted(cell, given, what, size));
    }
  }

  /// The update to which the next passes belong, for random numbers.
  void update(int now) {
    update = now;
  }

  @Override
  public long workspaceFloats() {
    return (long) program.memory().slabFloats() + program.memory().floatsOutside() + zeros.size();
  }

  @Override
  public long reserveFloats() {
    return (long) cells.size() + h.first.size() + (c == null ? 0 : c.first.size());
  }

  @Override
  public List<ParameterSpec> parameters() {
    return parameters;
  }

  // h_t, c_t = step(x_t, h_{t-1}, c_{t-1})
  @Override
  public void forward(
      Rows rows,
      Slot xs,
      @Nullable Slot h0,
      @Nullable Slot c0,
      Slot[] values,
      Slot y,
      @Nullable Slot hN,
      @Nullable Slot cN,
      boolean training) {
    for (int rank = 0; rank < rows.sequences(); rank++) {
      ids[rank] = rows.id(rank);
    }
    all(rows, h.features(), h0, h.first);
    if (c != null) {
      all(rows, c.features(), c0, c.first);
    }
    last(rows, -1, h, h.first, hN);
    if (c != null) {
      last(rows, -1, c, c.first, cN);
    }
    for (int t = 0; t < rows.steps(); t++) {
      begin(rows, t, xs, y);
      program.evaluate(update);
      int n = rows.active(t);
      moves.rows(n, h.features(), h.after.value(), 0, y, rows.slotRow() + rows.first(t), false);
      last(rows, t, h, h.after.value(), hN);
      if (c != null) {
        moves.rows(n, c.features(), c.after.value(), 0, cells, rows.first(t), false);
        last(rows, t, c, c.after.value(), cN);
      }
    }
  }

  /// x_t, h_{t-1}, c_{t-1} of the sequences that have a step t
  private void begin(Rows rows, int t, Slot xs, Slot y) {
    int n = rows.active(t);
    present.set(ones, ids, n);
    moves.rows(n, x.features(), xs, rows.slotRow() + rows.first(t), x.value(), 0, false);
    before(rows, t, h, y, rows.slotRow());
    if (c != null) {
      before(rows, t, c, cells, 0);
    }
  }

  private void before(Rows rows, int t, Carried part, Slot all, int firstRow) {
    int at = t == 0 ? 0 : firstRow + rows.first(t - 1);
    Slot from = t == 0 ? part.first : all;
    moves.rows(rows.active(t), part.features(), from, at, part.before.value(), 0, false);
  }

  /// Copies the states of the sequences that have a step t, or t = -1, and none after it.
  private void last(Rows rows, int t, Carried part, Slot states, @Nullable Slot last) {
    if (last != null) {
      int longer = rows.active(t + 1);
      int these = (t < 0 ? rows.sequences() : rows.active(t)) - longer;
      moves.rows(these, part.features(), states, longer, last, longer, false);
    }
  }

  /// Copies what belongs to the sequences.
  private void all(Rows rows, int features, @Nullable Slot source, Slot to) {
    moves.rows(rows.sequences(), features, source == null ? zeros : source, 0, to, 0, false);
  }

  // dh, dc = what the loss adds + what step t + 1 gives back
  // dx_t, dh_{t-1}, dc_{t-1} = stepᵀ(dh, dc)
  @Override
  public void backward(
      Rows rows,
      Slot xs,
      Slot y,
      @Nullable Slot dy,
      @Nullable Slot dhN,
      @Nullable Slot dcN,
      Slot[] values,
      @Nullable Slot dx,
      boolean addDx,
      @Nullable Slot dh0,
      @Nullable Slot dc0,
      @Nullable Slot[] gradients) {
    if (rows.ends()) {
      all(rows, h.features(), dhN, h.back());
      if (c != null) {
        all(rows, c.features(), dcN, c.back());
      }
    }
    for (int t = rows.steps() - 1; t >= 0; t--) {
      int n = rows.active(t);
      begin(rows, t, xs, y);
      if (dy != null) {
        moves.rows(n, h.features(), dy, rows.slotRow() + rows.first(t), h.back(), 0, true);
      }
      program.train(update, 1);
      if (dx != null) {
        int at = rows.slotRow() + rows.first(t);
        moves.rows(n, x.features(), gradient(x), 0, dx, at, addDx);
      }
      moves.rows(n, h.features(), gradient(h.before), 0, h.back(), 0, false);
      if (c != null) {
        moves.rows(n, c.features(), gradient(c.before), 0, c.back(), 0, false);
      }
    }
    if (dh0 != null) {
      all(rows, h.features(), h.back(), dh0);
    }
    if (c != null && dc0 != null) {
      all(rows, c.features(), c.back(), dc0);
    }
  }

  /// Zeros for what the step does not read.
  private Slot gradient(Tensor input) {
    Slot gradient = input.gradient();
    return gradient == null ? zeros : gradient;
  }

  @Override
  public void close() {
    program.close();
  }
}
