package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// The second half of a backward pass, when all δ are known: `dW += δ xᵀ`, `dR += δ h'ᵀ`, `db += δ`,
/// each one chain over the rows in memory order, shared by panels; and `dx = Wᵀ δ`, shared by rows.
final class SweepGradients {
  private static final int ROW = 64;

  /// Rows that are worked through at a time, so that their δ stay in the second cache.
  private static final int INNER = 256;

  /// Rows of dx that make a chunk.
  private static final int DX_ROWS = 64;

  private static final float[] ONE = {1f};

  private final Products products;
  private final GatePlan[] gates;
  private final int ldx;
  private final int ldh;
  private final int ld;
  private final int weightTasks;

  // bound for a pass
  private Rows rows = new Rows(0, 0);
  private float[] x = {};
  private int xAt;
  private float[] y = {};
  private int yAt;
  private float[] h0 = {};
  private int h0At;
  private float[] z = {};
  private int zPanel;
  private float[] m = {};
  private @Nullable Slot dx;
  private boolean addDx;
  private @Nullable Slot[] gradients = {};

  private final Team.Task weights = this::weights;
  private final Team.Task inputs = this::inputs;

  /// @param ldh the distance of two rows of h
  /// @param ld the distance of two rows of m
  SweepGradients(Products products, GatePlan[] gates, int ldx, int ldh, int ld) {
    this.products = products;
    this.gates = gates;
    this.ldx = ldx;
    this.ldh = ldh;
    this.ld = ld;
    int tasks = 0;
    for (GatePlan gate : gates) {
      tasks += 2 * gate.panels;
    }
    weightTasks = tasks;
  }

  void run(
      Team team,
      Rows rows,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] h0,
      int h0At,
      float[] z,
      int zPanel,
      float[] m,
      @Nullable Slot dx,
      boolean addDx,
      @Nullable Slot[] gradients) {
    this.rows = rows;
    this.x = x;
    this.xAt = xAt;
    this.y = y;
    this.yAt = yAt;
    this.h0 = h0;
    this.h0At = h0At;
    this.z = z;
    this.zPanel = zPanel;
    this.m = m;
    this.dx = dx;
    this.addDx = addDx;
    this.gradients = gradients;
    team.run(weightTasks, weights);
    if (dx != null) {
      team.run((rows.count() - 1) / DX_ROWS + 1, inputs);
    }
  }

  /// One panel of dR, or one of dW and db.
  private void weights(int task, int worker) {
    int rest = task;
    for (GatePlan gate : gates) {
      if (rest < 2 * gate.panels) {
        int panel = rest / 2;
        if (rest % 2 == 0) {
          recurrentPanel(gate, panel);
        } else {
          inputPanel(gate, panel);
        }
        return;
      }
      rest -= 2 * gate.panels;
    }
  }

  private @Nullable Slot gradient(int parameter) {
    return parameter < 0 ? null : gradients[parameter];
  }

  private void inputPanel(GatePlan gate, int panel) {
    Slot dW = gradient(gate.inputWeight);
    if (dW != null) {
      int at = gate.inputGradient(dW);
      chain(gate, gate.input, panel, 0, rows.count(), x, xAt, ldx, floats(dW), at);
    }
    Slot db = gradient(gate.bias);
    if (db != null) {
      products.multiplyTransposed(
          gate.input.width(panel),
          1,
          rows.count(),
          ONE,
          0,
          0,
          z,
          gate.dAt + panel * zPanel,
          ROW,
          floats(db),
          gate.biasGradient(db) + panel * ROW,
          ROW);
    }
  }

  private void recurrentPanel(GatePlan gate, int panel) {
    Slot slot = gradient(gate.recurrentWeight);
    if (slot == null) {
      return;
    }
    float[] dR = floats(slot);
    int r = gate.recurrentGradient(slot);
    if (gate.group.operand() != Operand.STATE) {
      chain(gate, gate.recurrent, panel, 0, rows.count(), m, 0, ld, dR, r);
      return;
    }
    // The state before a row lies as many rows on as its step has: steps of the same number of
    // sequences go together.
    int t = rows.steps() - 1;
    while (t > 0) {
      int first = t;
      int n = rows.active(t);
      while (t > 1 && rows.active(t - 1) == n) {
        t--;
      }
      int from = rows.first(first);
      int count = rows.first(t) + n - from;
      chain(gate, gate.recurrent, panel, from, count, y, yAt + (from + n) * ldh, ldh, dR, r);
      t--;
    }
    chain(gate, gate.recurrent, panel, rows.first(0), rows.active(0), h0, h0At, ldh, dR, r);
  }

  /// `dW[panel] += Σ_k a_k δ_k` over `count` rows of δ from `row` on and rows of a from `aAt` on.
  private void chain(
      GatePlan gate,
      Layout.Matrix matrix,
      int panel,
      int row,
      int count,
      float[] a,
      int aAt,
      int aRow,
      float[] gradient,
      int gradientAt) {
    int width = matrix.width(panel) * Sizes.LANES;
    for (int k = 0; k < count; k += INNER) {
      products.multiplyTransposed(
          matrix.width(panel),
          matrix.inputs(),
          Math.min(INNER, count - k),
          a,
          aAt + k * aRow,
          aRow,
          z,
          gate.dAt + panel * zPanel + (row + k) * ROW,
          ROW,
          gradient,
          gradientAt + matrix.panelOffset(panel),
          width);
    }
  }

  private void inputs(int chunk, int worker) {
    Slot to = java.util.Objects.requireNonNull(dx);
    int from = chunk * DX_ROWS;
    int n = Math.min(DX_ROWS, rows.count() - from);
    int panels = (ldx / Sizes.LANES + 3) / 4;
    for (int q = 0; q < panels; q++) {
      int at = to.offset() + from * ldx + q * ROW;
      boolean add = addDx;
      for (GatePlan gate : gates) {
        if (gate.group.input()) {
          gate.projectBack(products, q, n, z, from, zPanel, floats(to), at, ldx, add);
          add = true;
        }
      }
    }
  }
}
