package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The way of a [Sweep] from the last step to the first, which leaves the δ of all gates in z.
final class SweepBackward {
  private static final int ROW = CellBlock.Z_ROW;

  private final SweepSpace space;
  private final Team team;
  private final Products products;
  private final Elementwise elementwise;
  private final CellKernel kernel;
  private final GatePlan[] gates;
  private final @Nullable OperandMask operandMask;
  private final boolean masksMade;
  private final boolean hasC;
  private final boolean made;
  private final boolean recurs;
  private final int stages;
  private final StepParts plainParts;
  private final StepParts packedParts;
  private final int cellStage;
  private final int ldh;
  private final int ld;
  private final int weightPanels;
  private final int inputPanels;
  private final float[] z;
  private final float[] c;
  private final float[] dh;
  private final float[] dc;
  private final float[] carry;
  private final float[] dm;

  /// The δ of an interval's first step, for the last step of the interval before it. What else goes
  /// on from interval to interval lies in dc and carry.
  private final float[] edge;

  private final int edgePanel;

  // bound for a pass
  private @Nullable Slot dy;
  private @Nullable Slot dhN;
  private @Nullable Slot dcN;
  private @Nullable Slot dh0;
  private @Nullable Slot dc0;

  private int firstStep;
  private int endStep;
  private int stepChunks;
  private boolean packs; // by units
  private StepParts parts;

  private final Team.Task transpose = this::transpose;
  private final Team.StepTask backwardPart = this::backwardPart;
  private final Team.Task scanUnitsBack = this::scanUnitsBack;
  private final Team.Task firstStates = this::firstStates;

  /// @param intervals whether it runs over intervals of steps, the last first
  SweepBackward(SweepSpace space, boolean intervals, Memory memory) {
    this.space = space;
    team = space.team;
    products = space.products;
    elementwise = space.elementwise;
    kernel = space.kernel;
    gates = space.gates;
    operandMask = space.operandMask;
    masksMade = space.masksMade;
    hasC = space.hasC;
    made = space.shape.makesOperand();
    recurs = space.shape.recurs();
    stages = space.shape.stages();
    boolean rowNumbers = kernel.rowNumbers() > 0;
    plainParts = new StepParts(stages, false, rowNumbers);
    packedParts = new StepParts(stages, true, rowNumbers);
    parts = plainParts;
    cellStage = space.shape.cellStage();
    ldh = space.ldh;
    ld = space.ld;
    weightPanels = Arrays.stream(space.panels).max().orElse(0);
    inputPanels = (Sizes.blocks(space.inputs) + 3) / 4;
    z = space.z;
    c = space.c;
    int states = space.train ? space.states : 0;
    dh = memory.take(states);
    dc = memory.take(hasC ? states : 0);
    carry = memory.take(kernel.carries() ? states : 0);
    dm = memory.take(made ? states : 0);
    edgePanel = space.sequences * ROW;
    int edgeFloats = 0;
    for (GatePlan gate : gates) {
      if (intervals && gate.group.operand() == Operand.STATE) {
        gate.edgeAt = edgeFloats;
        edgeFloats += gate.panels * edgePanel;
      }
    }
    edge = memory.take(edgeFloats);
  }

  /// Begins with what comes from outside; [#run] takes the steps, [#end] gives the first states'.
  void begin(@Nullable Slot dy, @Nullable Slot dhN, @Nullable Slot dcN, boolean needsDx) {
    this.dy = dy;
    this.dhN = dhN;
    this.dcN = dcN;
    space.layOut(space.rows.count(), true);
    if (space.rows.count() > 0) {
      team.run(weightPanels + (needsDx ? inputPanels : 0), transpose);
    }
  }

  /// The δ of steps [first, end), those after them being done. By sequences it says only how it is
  /// cut: [#sequences] does a chunk.
  ///
  /// @return the chunks that are left to do
  int run(int first, int end) {
    firstStep = first;
    endStep = end;
    if (space.bySequencesBack()) {
      space.chooseChunks();
      return space.chunks();
    }
    byUnits();
    return 0;
  }

  /// The gradients of the first states, when all steps are done.
  void end(@Nullable Slot dh0, @Nullable Slot dc0) {
    this.dh0 = dh0;
    this.dc0 = dc0;
    if (dh0 != null || dc0 != null) {
      team.run(weightPanels, firstStates);
    }
    if (space.rows.begin() > 0) {
      keepEdge();
    }
  }

  private void keepEdge() {
    int row = space.rows.first(0);
    int floats = space.rows.active(0) * ROW;
    for (GatePlan gate : gates) {
      for (int p = 0; gate.group.operand() == Operand.STATE && p < gate.panels; p++) {
        int from = gate.dAt + p * space.zPanel + row * ROW;
        System.arraycopy(z, from, edge, gate.edgeAt + p * edgePanel, floats);
      }
    }
  }

  private void byUnits() {
    if (!recurs) {
      team.run(space.chunks(space.panels[0], space.shared()), scanUnitsBack);
      return;
    }
    stepChunks = space.stepChunks(space.panels[0]);
    packs = space.packs(space.rows.sequences());
    parts = packs ? packedParts : plainParts;
    team.runSteps((endStep - firstStep) * parts.count(), stepChunks, space.brief(), backwardPart);
  }

  /// A share of one part of a step: the copies of what a stage multiplies, the stage itself, 64 units
  /// at a time, or the numbers of its rows.
  private void backwardPart(int step, int chunk, int worker) {
    CellBlock s = space.scratch[worker];
    int t = endStep - 1 - step / parts.count();
    int part = step % parts.count();
    int n = space.rows.active(t);
    int stage = stages - 1 - parts.stage(part);
    if (parts.before(part)) {
      int tile = Products.PACKED_ROWS;
      for (int rank = tile * chunk; rank < n; rank += tile * stepChunks) {
        pack(stage, t, rank, Math.min(tile, n - rank), rank);
      }
      return;
    }
    if (parts.after(part)) {
      for (int rank = chunk; rank < n; rank += stepChunks) {
        backwardRows(s, stage, t, rank, 1);
      }
      return;
    }
    int panels = space.panels[stage];
    for (int q = panels * chunk / stepChunks; q < panels * (chunk + 1) / stepChunks; q++) {
      for (int rank = 0; rank < n; rank += SweepSpace.CHUNK) {
        int ranks = Math.min(SweepSpace.CHUNK, n - rank);
        stepBack(s, stage, t, rank, ranks, q, packs ? rank : SweepSpace.NOT_PACKED);
      }
    }
  }

  /// Copies the δ that one stage of step t multiplies, for ranks [rank, rank + n), if they are packed
  /// at all.
  private void pack(int stage, int t, int rank, int n, int place) {
    if (place == SweepSpace.NOT_PACKED) {
      return;
    }
    boolean next = stage == stages - 1; // Rᵀ multiplies the δ of the step after
    boolean within = !next || t + 1 < space.rows.steps();
    int δPanel = within ? space.zPanel : edgePanel;
    int row = !within ? 0 : space.rows.first(next ? t + 1 : t);
    int rows = next ? after(t, rank, n) : n;
    for (int g = 0; g < gates.length && rows > 0; g++) {
      Operand operand = gates[g].group.operand();
      boolean fromStage = operand == Operand.MADE || operand == Operand.PROJECTED;
      if (next ? operand == Operand.STATE : stage == stages - 2 && fromStage) {
        int at = (within ? gates[g].dAt : gates[g].edgeAt) + (row + rank) * ROW;
        space.packed.copy(g, place, rows, within ? z : edge, at, δPanel);
      }
    }
  }

  private void transpose(int panel, int worker) {
    for (GatePlan gate : gates) {
      if (panel < weightPanels) {
        if (gate.hasOperand() && panel < gate.recurrentTurned.panels()) {
          Transposed.panel(
              gate.recurrent,
              gate.recurrentTurned,
              gate.r,
              gate.rAt,
              gate.recurrentTransposed,
              Memory.FIRST,
              panel);
        }
      } else if (gate.group.input()) {
        Transposed.panel(
            gate.input,
            gate.inputTurned,
            gate.w,
            gate.wAt,
            gate.inputTransposed,
            Memory.FIRST,
            panel - weightPanels);
      }
    }
  }

  /// Some sequences through those steps.
  void sequences(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    int from = chunk * space.chunkRows;
    for (int t = endStep - 1; t >= firstStep; t--) {
      int n = Math.min(space.chunkRows, rows.active(t) - from);
      if (n > 0) {
        int place = space.packs(n) ? worker * SweepSpace.CHUNK : SweepSpace.NOT_PACKED;
        for (int stage = stages - 1; stage >= 0; stage--) {
          pack(stage, t, from, n, place);
          for (int q = 0; q < space.panels[stage]; q++) {
            stepBack(s, stage, t, from, n, q, place);
          }
          backwardRows(s, stage, t, from, n);
        }
      }
    }
  }

  private void scanUnitsBack(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    int end = Math.min(space.panels[0], (chunk + 1) * space.unitsPerChunk);
    for (int q = chunk * space.unitsPerChunk; q < end; q++) {
      for (int t = endStep - 1; t >= firstStep; t--) {
        stepBack(s, 0, t, 0, rows.active(t), q, SweepSpace.NOT_PACKED);
      }
    }
  }

  /// One stage of step t backward, for ranks [rank, rank + n) and 64 units: the gradient of what the
  /// stage made, complete, then the cell.
  ///
  /// @param place of the copies of what it multiplies, or NOT_PACKED
  private void stepBack(CellBlock s, int stage, int t, int rank, int n, int q, int place) {
    int row = space.rows.first(t) + rank;
    if (stage == stages - 1) {
      stateGradient(t, rank, n, q, place, dh, rank * ldh + q * ROW);
    }
    if (hasC && stage == cellStage) {
      endCells(t, rank, n, q);
    }
    if (made && stage == stages - 2) {
      // ∂L/∂m = Rᵀ δ of the stage after, or Pᵀ ∂L/∂h
      int state = rank * ld + q * ROW;
      int width = Math.min(ROW, ld - q * ROW);
      for (int i = 0; i < n; i++) {
        Arrays.fill(dm, state + i * ld, state + i * ld + width, 0f);
      }
      for (int g = 0; g < gates.length; g++) {
        Operand operand = gates[g].group.operand();
        if (operand == Operand.MADE || operand == Operand.PROJECTED) {
          int at = gates[g].dAt + row * ROW;
          recurBack(g, q, n, place, z, at, space.zPanel, dm, state, ld);
        }
      }
      if (operandMask != null && masksMade) {
        operandMask.inPlace(dm, state, rank, n, q * ROW, width);
      }
    }
    arraysBack(s, stage, t, n);
    int last = Math.min(space.blocks[stage], 4 * (q + 1));
    for (int block = 4 * q; block < last; block++) {
      locateBack(s, stage, t, rank, block);
      kernel.backward(stage, s);
    }
  }

  private void backwardRows(CellBlock s, int stage, int t, int rank, int n) {
    if (kernel.rowNumbers() > 0) {
      arraysBack(s, stage, t, n);
      locateBack(s, stage, t, rank, 0);
      kernel.backwardRows(stage, s);
    }
  }

  /// What a cell reads and writes at one stage of step t going backward.
  private void arraysBack(CellBlock s, int stage, int t, int n) {
    space.arrays(s, stage, t, n);
    s.cPrev = t == 0 ? space.c0 : c;
    s.dh = dh;
    s.dc = dc;
    s.carry = carry;
    s.dm = dm;
  }

  /// Where that begins for one block of units.
  private void locateBack(CellBlock s, int stage, int t, int rank, int block) {
    int lane = block * Sizes.LANES;
    space.locate(s, stage, t, rank, block, 0, space.rows.first(t) + rank);
    s.dhAt = rank * ldh + lane;
    s.carryAt = s.dhAt;
    s.dcAt = rank * ld + lane;
    s.dmAt = s.dcAt;
  }

  /// The sequences among n from `rank` on that go on after step t.
  private int after(int t, int rank, int n) {
    Rows rows = space.rows;
    int running = t + 1 < rows.steps() ? rows.active(t + 1) : rows.beyond();
    return Math.clamp(running - rank, 0, n);
  }

  /// ∂L/∂c_t of 64 units of the sequences that end at t, which comes from outside alone.
  private void endCells(int t, int rank, int n, int q) {
    int width = Math.min(ROW, ld - q * ROW);
    for (int i = after(t, rank, n); i < n; i++) {
      int state = (rank + i) * ld + q * ROW;
      if (dcN != null) {
        System.arraycopy(floats(dcN), at(dcN) + state, dc, state, width);
      } else {
        Arrays.fill(dc, state, state + width, 0f);
      }
    }
  }

  /// ∂L/∂h_t of 64 units: the loss at t (or at the end), what bypasses R, then `Rᵀ δ_{t+1}`. t = -1
  /// gives the first state's.
  private void stateGradient(int t, int rank, int n, int q, int place, float[] to, int toAt) {
    Rows rows = space.rows;
    int width = Math.min(ROW, ldh - q * ROW);
    int after = after(t, rank, n);
    for (int i = 0; i < n; i++) {
      int at = toAt + i * ldh;
      int state = (rank + i) * ldh + q * ROW;
      if (t >= 0 && dy != null) {
        int row = rows.slotRow() + rows.first(t) + rank + i;
        int from = at(dy) + row * ldh + q * ROW;
        System.arraycopy(floats(dy), from, to, at, width);
      } else {
        Arrays.fill(to, at, at + width, 0f);
      }
      if (i < after) {
        if (kernel.carries()) {
          elementwise.forward(Binary.ADD, to, at, carry, state, to, at, width);
        }
      } else if (dhN != null) {
        float[] end = floats(dhN);
        elementwise.forward(Binary.ADD, to, at, end, at(dhN) + state, to, at, width);
      }
    }
    if (after > 0) {
      boolean within = t + 1 < rows.steps();
      int next = within ? rows.first(t + 1) + rank : rank;
      float[] δ = within ? z : edge;
      int δPanel = within ? space.zPanel : edgePanel;
      float[] back = operandMask == null ? to : operandMask.beginBack(rank, after, q);
      int backAt = operandMask == null ? toAt : rank * ldh + q * ROW;
      for (int g = 0; g < gates.length; g++) {
        if (gates[g].group.operand() == Operand.STATE) {
          int at = (within ? gates[g].dAt : gates[g].edgeAt) + next * ROW;
          recurBack(g, q, after, place, δ, at, δPanel, back, backAt, ldh);
        }
      }
      if (operandMask != null) {
        operandMask.endBack(rank, after, q, to, toAt);
      }
    }
  }

  private void recurBack(
      int g, int q, int n, int place, float[] δ, int δAt, int δPanel, float[] to, int at, int row) {
    if (place == SweepSpace.NOT_PACKED) {
      gates[g].recurBack(products, q, n, δ, δAt, δPanel, to, at, row);
    } else {
      PackedGradients packed = space.packed;
      float[] copy = packed.floats;
      int copyAt = packed.at(g, place);
      gates[g].recurBack(products, q, n, copy, copyAt, GatePlan.PACKED, to, at, row);
    }
  }

  private void firstStates(int q, int worker) {
    int n = space.rows.sequences();
    if (dh0 != null && q * ROW < ldh) {
      int place = SweepSpace.NOT_PACKED;
      stateGradient(-1, 0, n, q, place, floats(dh0), at(dh0) + q * ROW);
    }
    if (dc0 != null && q * ROW < ld) {
      int width = Math.min(ROW, ld - q * ROW);
      endCells(-1, 0, n, q);
      for (int rank = 0; rank < n; rank++) {
        int state = rank * ld + q * ROW;
        System.arraycopy(dc, state, floats(dc0), at(dc0) + state, width);
      }
    }
  }
}
