package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The second half of a backward pass, of steps whose δ are known: `dW += δ xᵀ`, `dR += δ h'ᵀ`, `db +=
/// δ`, each one chain over the rows in memory order, shared by panels; and `dx = Wᵀ δ`, shared by
/// rows.
final class SweepGradients {
  private static final int ROW = 64;

  /// Rows that are worked through at a time: their δ stay in the second cache, or, where the operand
  /// is copied, in the first.
  private static final int INNER = 256;

  private static final int COPIED_INNER = 96;

  /// A task takes several panels where there are many: they share one copy of the operand.
  private static final int MOST_PANELS = 8;

  /// From row to row of the copy: its tiles do not lie a power of two apart, where they would fall
  /// into the same few sets of the first cache.
  private static final int COPIED_ROW = COPIED_INNER + 4;

  /// Rows of dx that make a chunk.
  private static final int DX_ROWS = SweepSpace.CHUNK;

  /// Rows for which a cell adds up the gradients of all of its vectors: their gates stay in the
  /// second cache meanwhile.
  private static final int VECTOR_ROWS = 128;

  private static final float[] ONE = {1f};

  private final SweepSpace space;
  private final Products products;
  private final CellKernel kernel;
  private final CellVectors vectors;
  private final GatePlan[] gates;
  private final PackedGradients packed;
  private final int ldx;
  private final int ldh;
  private final int ld;
  private final float[] z;
  private final float[] m;
  private final int weightTasks;
  private final int[] panelsPerTask;
  private final float[][] copies;

  // bound for a pass
  private boolean packs;
  private @Nullable Slot dx;
  private boolean addDx;
  private @Nullable Slot[] gradients = {};

  private int firstStep;
  private int endStep;
  private int row; // the first of those steps
  private int count;
  private int vectorTasks;
  private int tasks;

  SweepGradients(SweepSpace space, Memory memory) {
    this.space = space;
    products = space.products;
    kernel = space.kernel;
    vectors = space.vectors;
    gates = space.gates;
    packed = space.packed;
    ldx = space.ldx;
    ldh = space.ldh;
    ld = space.ld;
    z = space.z;
    m = space.m;
    int tasks = 0;
    int columns = 0;
    panelsPerTask = new int[gates.length];
    for (int g = 0; g < gates.length; g++) {
      GatePlan gate = gates[g];
      int widest = Math.max(gate.input.inputs(), gate.recurrent.inputs());
      columns = Math.max(columns, widest);
      panelsPerTask[g] = Math.clamp(gate.panels / (2 * space.team.size()), 1, MOST_PANELS);
      tasks += 2 * tasks(g);
    }
    weightTasks = tasks;
    int copied = Sizes.stride(columns) * COPIED_ROW;
    copies = new float[space.train ? space.team.size() : 0][];
    Arrays.setAll(copies, _ -> memory.take(copied));
  }

  /// Begins with where the gradients go, the δ having their places in z; [#steps] says of which steps
  /// they are.
  void begin(@Nullable Slot dx, boolean addDx, @Nullable Slot[] gradients) {
    this.dx = dx;
    this.addDx = addDx;
    this.gradients = gradients;
    packs = space.packs(space.rows.count());
    vectors.bindGradients(gradients);
    tasks = 0;
  }

  /// Goes on to steps [first, end), after those behind them: in that order their rows go on in
  /// memory.
  void steps(int first, int end) {
    Rows rows = space.rows;
    firstStep = first;
    endStep = end;
    row = rows.first(end - 1);
    count = rows.first(first) + rows.active(first) - row;
    vectorTasks = vectors.any() ? space.blocks[0] : 0;
    tasks = weightTasks + vectorTasks + (dx == null ? 0 : (count - 1) / DX_ROWS + 1);
  }

  /// How many tasks those steps have, in any order; none before there are steps.
  int tasks() {
    return tasks;
  }

  void task(int task, int worker) {
    if (task < weightTasks) {
      weights(task, worker);
    } else if (task < weightTasks + vectorTasks) {
      vectorGradients(task - weightTasks, worker);
    } else {
      inputs(task - weightTasks - vectorTasks, worker);
    }
  }

  private int tasks(int g) {
    return (gates[g].panels - 1) / panelsPerTask[g] + 1;
  }

  /// Some panels of dR, or some of dW and db.
  private void weights(int task, int worker) {
    int rest = task;
    for (int g = 0; g < gates.length; g++) {
      if (rest < 2 * tasks(g)) {
        int panel = rest / 2 * panelsPerTask[g];
        int end = Math.min(gates[g].panels, panel + panelsPerTask[g]);
        if (rest % 2 == 0) {
          recurrentPanels(gates[g], panel, end, copies[worker]);
        } else {
          inputPanels(gates[g], panel, end, copies[worker]);
        }
        return;
      }
      rest -= 2 * tasks(g);
    }
  }

  private @Nullable Slot gradient(int parameter) {
    return parameter < 0 ? null : gradients[parameter];
  }

  private void inputPanels(GatePlan gate, int first, int end, float[] copy) {
    Slot dW = gradient(gate.inputWeight);
    if (dW != null) {
      int at = gate.inputGradient(dW);
      int from = space.xAt + row * ldx;
      chain(gate, gate.input, first, end, row, count, space.x, from, ldx, floats(dW), at, copy);
    }
    Slot db = gradient(gate.bias);
    for (int panel = first; db != null && panel < end; panel++) {
      products.multiplyTransposed(
          gate.input.width(panel),
          1,
          count,
          ONE,
          0,
          0,
          z,
          gate.dAt + panel * space.zPanel + row * ROW,
          ROW,
          floats(db),
          gate.biasGradient(db) + panel * ROW,
          ROW);
    }
  }

  private void recurrentPanels(GatePlan gate, int first, int end, float[] copy) {
    Slot slot = gradient(gate.recurrentWeight);
    if (slot == null) {
      return;
    }
    float[] dR = floats(slot);
    int r = gate.recurrentGradient(slot);
    if (gate.group.operand() != Operand.STATE) {
      chain(gate, gate.recurrent, first, end, row, count, m, row * ld, ld, dR, r, copy);
      return;
    }
    // The state before a row lies as many rows on as its step has: steps of the same number of
    // sequences go together.
    Rows rows = space.rows;
    int t = endStep - 1;
    int least = Math.max(1, firstStep);
    while (t >= least) {
      int last = t;
      int n = rows.active(t);
      while (t > least && rows.active(t - 1) == n) {
        t--;
      }
      int from = rows.first(last);
      int count = rows.first(t) + n - from;
      int at = space.fedAt + (from + n) * ldh;
      chain(gate, gate.recurrent, first, end, from, count, space.fed, at, ldh, dR, r, copy);
      t--;
    }
    if (firstStep == 0) {
      int from = rows.first(0);
      int n = rows.active(0);
      float[] h0 = space.fed0;
      chain(gate, gate.recurrent, first, end, from, n, h0, space.fed0At, ldh, dR, r, copy);
    }
  }

  /// `dW[panel] += Σ_k a_k δ_k` for panels [first, end), over `count` rows of δ from `row` on and
  /// rows of a from `aAt` on.
  private void chain(
      GatePlan gate,
      Layout.Matrix matrix,
      int first,
      int end,
      int row,
      int count,
      float[] a,
      int aAt,
      int aRow,
      float[] gradient,
      int gradientAt,
      float[] copy) {
    int columns = matrix.inputs();
    int inner = packs ? COPIED_INNER : INNER;
    for (int k = 0; k < count; k += inner) {
      int n = Math.min(inner, count - k);
      int from = aAt + k * aRow;
      if (packs) {
        products.packTransposed(Sizes.stride(columns), n, a, from, aRow, copy, 0, COPIED_ROW);
      }
      for (int panel = first; panel < end; panel++) {
        int δ = gate.dAt + panel * space.zPanel + (row + k) * ROW;
        int to = gradientAt + matrix.panelOffset(panel);
        int vectors = matrix.width(panel);
        int width = vectors * Sizes.LANES;
        if (packs && width == ROW) {
          products.multiplyPacked(
              vectors, columns, n, copy, 0, COPIED_ROW, z, δ, gradient, to, ROW, gradient, to, ROW);
        } else {
          products.multiplyTransposed(
              vectors, columns, n, a, from, aRow, z, δ, ROW, gradient, to, width);
        }
      }
    }
  }

  /// The gradients of the cell's own vectors for one block of units: one chain over all rows.
  private void vectorGradients(int block, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    s.stateRow = ld;
    s.z = z;
    s.c = space.c;
    space.unitsAt(s, 0, block);
    vectors.gradientsAt(s, block);
    int lane = block * Sizes.LANES;
    // The state before a row lies as many rows on as its step has: steps of the same number of
    // sequences go together.
    int least = Math.max(1, firstStep);
    for (int t = endStep - 1; t >= firstStep; t--) {
      int row = rows.first(t);
      int n = rows.active(t);
      while (t > least && rows.active(t - 1) == n) {
        t--;
      }
      s.cPrev = t == 0 ? space.c0 : space.c;
      s.cPrevAt = (t == 0 ? space.c0At : SweepSpace.cAt((row + n) * ld)) + lane;
      int end = rows.first(t) + n;
      while (row < end) {
        s.rows = Math.min(VECTOR_ROWS, end - row);
        s.cAt = SweepSpace.cAt(row * ld + lane);
        space.gatesAt(s, block, 0, row);
        kernel.vectorGradients(s);
        row += s.rows;
        s.cPrevAt += s.rows * ld;
      }
    }
  }

  private void inputs(int chunk, int worker) {
    Slot to = java.util.Objects.requireNonNull(dx);
    int from = row + chunk * DX_ROWS;
    int n = Math.min(DX_ROWS, row + count - from);
    int place = worker * SweepSpace.CHUNK;
    for (int g = 0; packs && g < gates.length; g++) {
      if (gates[g].group.input()) {
        int at = gates[g].dAt + from * ROW;
        packed.copy(g, 0, place, n, 0, gates[g].panels, z, at, space.zPanel);
      }
    }
    int panels = (ldx / Sizes.LANES + 3) / 4;
    for (int q = 0; q < panels; q++) {
      int at = at(to) + (space.rows.slotRow() + from) * ldx + q * ROW;
      boolean add = addDx;
      for (int g = 0; g < gates.length; g++) {
        GatePlan gate = gates[g];
        if (gate.group.input()) {
          float[] δ = packs ? packed.floats : z;
          int δAt = packs ? packed.at(g, 0, place) : gate.dAt + from * ROW;
          int δPanel = packs ? GatePlan.PACKED : space.zPanel;
          gate.projectBack(products, q, n, δ, δAt, δPanel, floats(to), at, ldx, add);
          add = true;
        }
      }
    }
  }
}
