package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.GateGroup;
import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.cell.RowKernel;
import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One sweep for all cells: step after step the products, then the cell's element-wise part on units
/// still in cache; backward the same from the last step to the first.
///
/// Work is cut in one of two ways, with the same bits. *By sequences*: a thread takes some ranks
/// through all steps, and threads meet only at the end. *By units*, where there are few sequences:
/// the input product of many steps is done at once, then each step's units are shared, and threads
/// meet at every step.
///
/// Rows lie as [Rows] says: the row of (t, rank) is `first(t) + rank`, the state before it lies
/// `active(t)` rows on.
final class Sweep implements RecurrentPlan {
  private static final int ROW = CellBlock.Z_ROW;

  /// Fewer multiply-adds than this a step are not worth sharing.
  private static final long SHARED_STEP = 30_000;

  /// By units, an inference pass projects the inputs of about this many rows at once.
  private static final int PROJECTED_ROWS = 128;

  /// By sequences, a chunk has at most this many: their gates stay in the first cache.
  private static final int CHUNK = 32;

  /// With unequal lengths a chunk is smaller, so that the threads end together.
  private static final int RAGGED_CHUNK = 8;

  private final Team team;
  private final Products products;
  private final Elementwise elementwise;
  private final CellKernel kernel;
  private final List<ParameterSpec> specs;
  private final GatePlan[] gates;
  private final SweepGradients gradients;
  private final boolean train;
  private final boolean hasC;
  private final boolean made;
  private final int stages;
  private final int inputs;
  private final int ldx;
  private final int ld;
  private final int blocks;
  private final int blocksPerUnit;
  private final int units;
  private final int panels;
  private final long stepCost;
  private final CellBlock[] scratch;

  // memory of the plan
  private final float[] z;
  private final float[] c;
  private final float[] m;
  private final float[] zeros;
  private final float[] dh;
  private final float[] dc;
  private final float[] carry;
  private final float[] dm;

  // bound for a pass
  private Rows rows = new Rows(0, 0);
  private boolean training;
  private float[] x = {};
  private int xAt;
  private float[] y = {};
  private int yAt;
  private float[] h0 = {};
  private int h0At;
  private float[] c0 = {};
  private int c0At;
  private @Nullable Slot dy;
  private @Nullable Slot dhN;
  private @Nullable Slot dcN;
  private @Nullable Slot dh0;
  private @Nullable Slot dc0;
  private int zPanel;
  private boolean local;
  private int chunkRows;
  private int unitsPerChunk;
  private int t;
  private int stage;
  private int zFirst;
  private int projectFrom;
  private int projectRows;

  private final Team.Task forwardSequences = this::forwardSequences;
  private final Team.Task projectPanels = this::projectPanels;
  private final Team.Task forwardUnits = this::forwardUnits;
  private final Team.Task transpose = this::transpose;
  private final Team.Task backwardSequences = this::backwardSequences;
  private final Team.Task backwardUnits = this::backwardUnits;
  private final Team.Task firstStates = this::firstStates;

  Sweep(Engine engine, CellSpec cell, int inputs, int maxSteps, int maxSequences, Set<Flag> flags) {
    team = engine.team();
    products = engine.products();
    elementwise = engine.elementwise();
    kernel = engine.cells().of(cell);
    specs = CellParameters.of(cell, inputs);
    train = flags.contains(Flag.TRAIN);
    hasC = cell.hasCellState();
    made = kernel.makesOperand();
    stages = kernel.stages();
    this.inputs = inputs;
    ldx = Sizes.stride(inputs);
    int hidden = cell.hiddenSize();
    ld = Sizes.stride(hidden);
    blocks = Sizes.blocks(hidden);
    panels = (blocks + 3) / 4;

    List<GateGroup> groups = kernel.groups();
    gates = new GatePlan[groups.size()];
    int narrowest = 4;
    long cost = 0;
    for (int g = 0; g < gates.length; g++) {
      gates[g] = new GatePlan(groups.get(g), hidden, inputs, train, flags.contains(Flag.NEED_DX));
      narrowest = Math.min(narrowest, groups.get(g).gates());
      cost += gates[g].hasOperand() ? gates[g].recurrent.packedSize() : 0;
    }
    stepCost = cost;
    blocksPerUnit = 4 / narrowest;
    units = (blocks - 1) / blocksPerUnit + 1;

    scratch = new CellBlock[team.size()];
    Arrays.setAll(scratch, _ -> new CellBlock());
    long steps = Math.max(1, maxSteps);
    long most = steps * maxSequences;
    long zRows = train ? most : Math.max(PROJECTED_ROWS, maxSequences + 4L * team.size());
    long zFloats = 0;
    for (GatePlan gate : gates) {
      zFloats += gate.zFloats(zRows);
    }
    String what = "The gates of " + cell + " over " + maxSequences + " sequences of " + maxSteps;
    z = new float[Sizes.whole(what + " steps", zFloats)];
    int states = Sizes.grid(what, maxSequences, hidden);
    int all = train ? Sizes.whole(what, most * ld) : states;
    c = new float[hasC ? all : 0];
    m = new float[made ? all : 0];
    zeros = new float[states];
    dh = new float[train ? states : 0];
    dc = new float[train && hasC ? states : 0];
    carry = new float[train && kernel.carries() ? states : 0];
    dm = new float[train && made ? states : 0];
    gradients = new SweepGradients(products, gates, ldx, ld);
  }

  @Override
  public long workspaceFloats() {
    long floats = (long) zeros.length + dh.length + dc.length + carry.length + dm.length;
    for (GatePlan gate : gates) {
      floats += gate.inputTransposed.length + gate.recurrentTransposed.length;
    }
    return train ? floats : floats + z.length + c.length + m.length;
  }

  @Override
  public long reserveFloats() {
    return train ? (long) z.length + c.length + m.length : 0;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return specs;
  }

  private void bind(Rows rows, Slot x, Slot y, Slot[] parameters) {
    this.rows = rows;
    this.x = floats(x);
    xAt = x.offset();
    this.y = floats(y);
    yAt = y.offset();
    int w = 0;
    int r = 0;
    int b = 0;
    for (GatePlan gate : gates) {
      if (gate.group.input()) {
        gate.w = floats(parameters[0]);
        gate.wAt = parameters[0].offset() + w;
        w += gate.input.packedSize();
        gate.b = floats(parameters[2]);
        gate.bAt = parameters[2].offset() + b;
        b += gate.input.vectors() * Sizes.LANES;
      } else {
        gate.b = floats(parameters[3]);
        gate.bAt = parameters[3].offset();
      }
      if (gate.hasOperand()) {
        gate.r = floats(parameters[1]);
        gate.rAt = parameters[1].offset() + r;
        r += gate.recurrent.packedSize();
      }
    }
  }

  /// Lays z out for this many rows a panel; the units of one step follow each other in the same
  /// place if nobody asks for their gates again.
  private void layOut(int zRows, boolean again) {
    local = !again;
    zPanel = zRows * ROW;
    int zAt = 0;
    for (GatePlan gate : gates) {
      gate.zAt = zAt;
      zAt += gate.panels * zPanel;
    }
  }

  private boolean bySequences() {
    return rows.sequences() >= 4 * team.size();
  }

  private void chooseChunks() {
    int sequences = rows.sequences();
    boolean ragged = rows.count() < rows.steps() * sequences;
    int share = (sequences - 1) / team.size() + 1;
    chunkRows = Math.min(ragged && team.size() > 1 ? RAGGED_CHUNK : CHUNK, (share + 3) & -4);
  }

  private int chunks() {
    return (rows.sequences() - 1) / chunkRows + 1;
  }

  @Override
  public void forward(
      Rows rows,
      Slot x,
      @Nullable Slot h0,
      @Nullable Slot c0,
      Slot[] parameters,
      Slot y,
      @Nullable Slot hN,
      @Nullable Slot cN,
      boolean training) {
    if (training && !train) {
      throw new CarouselException.Request(
          "This plan was made for prediction and cannot run a training pass.");
    }
    bind(rows, x, y, parameters);
    this.training = training;
    this.h0 = h0 == null ? zeros : floats(h0);
    h0At = at(h0);
    this.c0 = c0 == null ? zeros : floats(c0);
    c0At = at(c0);
    if (hasC && !training) {
      System.arraycopy(this.c0, c0At, c, 0, rows.sequences() * ld);
    }
    if (rows.count() > 0) {
      if (bySequences()) {
        chooseChunks();
        layOut(training ? rows.count() : team.size() * chunkRows, training || stages > 1);
        team.run(chunks(), forwardSequences);
      } else {
        forwardByUnits();
      }
    }
    lastStates(hN, cN);
  }

  private void forwardSequences(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int from = chunk * chunkRows;
    for (int t = 0; t < rows.steps() && rows.active(t) > from; t++) {
      int n = Math.min(chunkRows, rows.active(t) - from);
      int zRow = training ? rows.first(t) + from : worker * chunkRows;
      for (int stage = 0; stage < stages; stage++) {
        for (int unit = 0; unit < units; unit++) {
          step(s, stage, t, from, n, unit, zRow, true);
        }
      }
    }
  }

  private void forwardByUnits() {
    boolean shared = stepCost * rows.sequences() >= SHARED_STEP;
    unitsPerChunk = shared ? (units - 1) / (4 * team.size()) + 1 : units;
    int unitChunks = (units - 1) / unitsPerChunk + 1;
    int end = 0;
    while (end < rows.steps()) {
      int begin = end;
      projectRows = 0;
      while (end < rows.steps()
          && (training || end == begin || projectRows + rows.active(end) <= PROJECTED_ROWS)) {
        projectRows += rows.active(end++);
      }
      zFirst = rows.first(end - 1);
      projectFrom = zFirst;
      layOut(projectRows, true);
      team.run(shared ? unitChunks : 1, projectPanels);
      for (t = begin; t < end; t++) {
        for (stage = 0; stage < stages; stage++) {
          team.run(unitChunks, forwardUnits);
        }
      }
    }
  }

  private void projectPanels(int chunk, int worker) {
    for (int unit = chunk * unitsPerChunk; unit < unitEnd(chunk); unit++) {
      for (GatePlan gate : gates) {
        if (gate.group.input()) {
          int end = lastPanel(gate, unit);
          for (int p = firstPanel(gate, unit); p < end; p++) {
            gate.project(
                products,
                p,
                projectRows,
                x,
                xAt + projectFrom * ldx,
                ldx,
                z,
                gate.zAt + p * zPanel);
          }
        }
      }
    }
  }

  private int unitEnd(int chunk) {
    return Math.min(units, (chunk + 1) * unitsPerChunk);
  }

  private void forwardUnits(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int first = chunk * unitsPerChunk;
    int n = rows.active(t);
    int zRow = rows.first(t) - zFirst;
    if (n == 1 && kernel instanceof RowKernel rowKernel) {
      row(rowKernel, s, first, unitEnd(chunk) - first, zRow);
      return;
    }
    for (int unit = first; unit < unitEnd(chunk); unit++) {
      step(s, stage, t, 0, n, unit, zRow, false);
    }
  }

  /// Step t of a single sequence, for some blocks of a cell that fuses the product with the rest.
  private void row(RowKernel rowKernel, CellBlock s, int block, int count, int zRow) {
    GatePlan gate = gates[0];
    arrays(s, t, 1);
    locate(s, t, 0, block, 0, zRow);
    int hPrevAt = s.hPrevAt - block * Sizes.LANES;
    int panel = gate.rAt + gate.recurrent.panelOffset(block);
    rowKernel.forwardRow(s, count, gate.recurrent.inputs(), gate.r, panel, hPrevAt, zPanel);
  }

  private int firstPanel(GatePlan gate, int unit) {
    return unit * blocksPerUnit * gate.group.gates() / 4;
  }

  private int lastPanel(GatePlan gate, int unit) {
    return Math.min(gate.panels, firstPanel(gate, unit + 1));
  }

  /// One stage of step t, for ranks [rank, rank + n) and one unit: its products, then the cell.
  private void step(
      CellBlock s, int stage, int t, int rank, int n, int unit, int zRow, boolean project) {
    int row = rows.first(t) + rank;
    int before = row + rows.active(t);
    float[] hPrev = t == 0 ? h0 : y;
    int hPrevAt = t == 0 ? h0At + rank * ld : yAt + before * ld;
    int mAt = (training ? row : rank) * ld;
    for (GatePlan gate : gates) {
      if (gate.group.stage() != stage) {
        continue;
      }
      int end = lastPanel(gate, unit);
      int first = local ? firstPanel(gate, unit) : 0;
      for (int p = firstPanel(gate, unit); p < end; p++) {
        int at = gate.zAt + (p - first) * zPanel + zRow * ROW;
        if (project && gate.group.input()) {
          gate.project(products, p, n, x, xAt + row * ldx, ldx, z, at);
        }
        switch (gate.group.operand()) {
          case NONE -> {}
          case STATE -> gate.recur(products, p, n, hPrev, hPrevAt, ld, z, at);
          case MADE -> gate.recur(products, p, n, m, mAt, ld, z, at);
        }
      }
    }
    arrays(s, t, n);
    int last = Math.min(blocks, (unit + 1) * blocksPerUnit);
    for (int block = unit * blocksPerUnit; block < last; block++) {
      locate(s, t, rank, block, local ? unit * blocksPerUnit : 0, zRow);
      kernel.forward(stage, s);
    }
  }

  /// What a cell reads and writes at step t going forward.
  private void arrays(CellBlock s, int t, int n) {
    s.rows = n;
    s.stateRow = ld;
    s.z = z;
    s.hPrev = t == 0 ? h0 : y;
    s.h = y;
    s.m = m;
    s.c = c;
    s.cPrev = training && t == 0 ? c0 : c;
  }

  /// Where that begins for one block of units; gates are counted from `firstBlock` on.
  private void locate(CellBlock s, int t, int rank, int block, int firstBlock, int zRow) {
    int lane = block * Sizes.LANES;
    int row = rows.first(t) + rank;
    int before = (row + rows.active(t)) * ld + lane;
    int state = rank * ld + lane;
    int here = row * ld + lane;
    gatesAt(s, block, firstBlock, zRow);
    s.hPrevAt = t == 0 ? h0At + state : yAt + before;
    s.hAt = yAt + here;
    s.mAt = training ? here : state;
    s.cAt = training ? here : state;
    s.cPrevAt = !training ? state : t == 0 ? c0At + state : before;
  }

  private void gatesAt(CellBlock s, int block, int firstBlock, int zRow) {
    for (int g = 0; g < gates.length; g++) {
      int vector = (block - firstBlock) * gates[g].group.gates();
      s.zAt[g] = gates[g].zAt + vector / 4 * zPanel + zRow * ROW + vector % 4 * Sizes.LANES;
    }
  }

  private void lastStates(@Nullable Slot hN, @Nullable Slot cN) {
    for (int rank = 0; rank < rows.sequences(); rank++) {
      int last = rows.length(rank) - 1;
      int row = last < 0 ? -1 : rows.first(last) + rank;
      if (hN != null) {
        float[] from = row < 0 ? h0 : y;
        int fromAt = row < 0 ? h0At + rank * ld : yAt + row * ld;
        System.arraycopy(from, fromAt, floats(hN), hN.offset() + rank * ld, ld);
      }
      if (cN != null) {
        float[] from = training && row < 0 ? c0 : c;
        int fromAt = training ? (row < 0 ? c0At + rank * ld : row * ld) : rank * ld;
        System.arraycopy(from, fromAt, floats(cN), cN.offset() + rank * ld, ld);
      }
    }
  }

  @Override
  public void backward(
      Rows rows,
      Slot x,
      Slot y,
      @Nullable Slot dy,
      @Nullable Slot dhN,
      @Nullable Slot dcN,
      Slot[] parameters,
      @Nullable Slot dx,
      boolean addDx,
      @Nullable Slot dh0,
      @Nullable Slot dc0,
      @Nullable Slot[] parameterGradients) {
    bind(rows, x, y, parameters);
    this.dy = dy;
    this.dhN = dhN;
    this.dcN = dcN;
    this.dh0 = dh0;
    this.dc0 = dc0;
    if (rows.sequences() == 0) {
      return;
    }
    layOut(rows.count(), true);
    if (rows.count() > 0) {
      int inputPanels = (Sizes.blocks(inputs) + 3) / 4;
      team.run(panels + (dx == null ? 0 : inputPanels), transpose);
      if (bySequences()) {
        chooseChunks();
        team.run(chunks(), backwardSequences);
      } else {
        boolean shared = stepCost * rows.sequences() >= SHARED_STEP;
        unitsPerChunk = shared ? (panels - 1) / (4 * team.size()) + 1 : panels;
        int chunks = (panels - 1) / unitsPerChunk + 1;
        for (t = rows.steps() - 1; t >= 0; t--) {
          for (stage = stages - 1; stage >= 0; stage--) {
            team.run(chunks, backwardUnits);
          }
        }
      }
    }
    if (dh0 != null || dc0 != null) {
      team.run(panels, firstStates);
    }
    if (rows.count() > 0) {
      gradients.run(
          team,
          rows,
          this.x,
          xAt,
          this.y,
          yAt,
          h0,
          h0At,
          z,
          zPanel,
          m,
          dx,
          addDx,
          parameterGradients);
    }
  }

  private void transpose(int panel, int worker) {
    for (GatePlan gate : gates) {
      if (panel < panels) {
        if (gate.hasOperand()) {
          Transposed.panel(
              gate.recurrent,
              gate.recurrentTurned,
              gate.r,
              gate.rAt,
              gate.recurrentTransposed,
              0,
              panel);
        }
      } else if (gate.group.input()) {
        Transposed.panel(
            gate.input,
            gate.inputTurned,
            gate.w,
            gate.wAt,
            gate.inputTransposed,
            0,
            panel - panels);
      }
    }
  }

  private void backwardSequences(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int from = chunk * chunkRows;
    for (int t = rows.steps() - 1; t >= 0; t--) {
      int n = Math.min(chunkRows, rows.active(t) - from);
      if (n > 0) {
        for (int stage = stages - 1; stage >= 0; stage--) {
          for (int q = 0; q < panels; q++) {
            stepBack(s, stage, t, from, n, q);
          }
        }
      }
    }
  }

  private void backwardUnits(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int end = Math.min(panels, (chunk + 1) * unitsPerChunk);
    for (int q = chunk * unitsPerChunk; q < end; q++) {
      stepBack(s, stage, t, 0, rows.active(t), q);
    }
  }

  /// One stage of step t backward, for ranks [rank, rank + n) and 64 units: the gradient of what the
  /// stage made, complete, then the cell.
  private void stepBack(CellBlock s, int stage, int t, int rank, int n, int q) {
    int row = rows.first(t) + rank;
    int before = row + rows.active(t);
    int state = rank * ld + q * ROW;
    if (stage == stages - 1) {
      stateGradient(t, rank, n, q, dh, state);
    }
    if (made && stage == 0) {
      // ∂L/∂m = Rᵀ δ of the stage after
      int width = Math.min(ROW, ld - q * ROW);
      for (int i = 0; i < n; i++) {
        Arrays.fill(dm, state + i * ld, state + i * ld + width, 0f);
      }
      for (GatePlan gate : gates) {
        if (gate.group.operand() == Operand.MADE) {
          gate.recurBack(products, q, n, z, row, zPanel, dm, state, ld);
        }
      }
    }
    s.rows = n;
    s.stateRow = ld;
    s.z = z;
    s.hPrev = t == 0 ? h0 : y;
    s.h = y;
    s.m = m;
    s.c = c;
    s.cPrev = t == 0 ? c0 : c;
    s.dh = dh;
    s.dc = dc;
    s.carry = carry;
    s.dm = dm;
    int last = Math.min(blocks, 4 * (q + 1));
    for (int block = 4 * q; block < last; block++) {
      int lane = block * Sizes.LANES;
      gatesAt(s, block, 0, row);
      s.hPrevAt = (t == 0 ? h0At + rank * ld : yAt + before * ld) + lane;
      s.hAt = yAt + row * ld + lane;
      s.mAt = row * ld + lane;
      s.cAt = row * ld + lane;
      s.cPrevAt = (t == 0 ? c0At + rank * ld : before * ld) + lane;
      s.dhAt = rank * ld + lane;
      s.dcAt = s.dhAt;
      s.carryAt = s.dhAt;
      s.dmAt = s.dhAt;
      kernel.backward(stage, s);
    }
  }

  /// ∂L/∂h_t of 64 units: the loss at t (or at the end), what bypasses R, then `Rᵀ δ_{t+1}`. Also
  /// sets ∂L/∂c_t of sequences that end here. t = -1 gives the first state's.
  private void stateGradient(int t, int rank, int n, int q, float[] to, int toAt) {
    int width = Math.min(ROW, ld - q * ROW);
    int after = t + 1 < rows.steps() ? Math.clamp(rows.active(t + 1) - rank, 0, n) : 0;
    for (int i = 0; i < n; i++) {
      int at = toAt + i * ld;
      int state = (rank + i) * ld + q * ROW;
      if (t >= 0 && dy != null) {
        int from = dy.offset() + (rows.first(t) + rank + i) * ld + q * ROW;
        System.arraycopy(floats(dy), from, to, at, width);
      } else {
        Arrays.fill(to, at, at + width, 0f);
      }
      if (i < after) {
        if (kernel.carries()) {
          elementwise.forward(Binary.ADD, to, at, carry, state, to, at, width);
        }
      } else {
        if (dhN != null) {
          float[] end = floats(dhN);
          elementwise.forward(Binary.ADD, to, at, end, dhN.offset() + state, to, at, width);
        }
        if (hasC) {
          if (dcN != null) {
            System.arraycopy(floats(dcN), dcN.offset() + state, dc, state, width);
          } else {
            Arrays.fill(dc, state, state + width, 0f);
          }
        }
      }
    }
    if (after > 0) {
      int next = rows.first(t + 1) + rank;
      for (GatePlan gate : gates) {
        if (gate.group.operand() == Operand.STATE) {
          gate.recurBack(products, q, after, z, next, zPanel, to, toAt, ld);
        }
      }
    }
  }

  private void firstStates(int q, int worker) {
    int n = rows.sequences();
    int width = Math.min(ROW, ld - q * ROW);
    if (dh0 != null) {
      stateGradient(-1, 0, n, q, floats(dh0), dh0.offset() + q * ROW);
    } else {
      // sets ∂L/∂c of sequences without a step
      stateGradient(-1, 0, n, q, dh, q * ROW);
    }
    if (dc0 != null) {
      for (int rank = 0; rank < n; rank++) {
        int state = rank * ld + q * ROW;
        System.arraycopy(dc, state, floats(dc0), dc0.offset() + state, width);
      }
    }
  }
}
