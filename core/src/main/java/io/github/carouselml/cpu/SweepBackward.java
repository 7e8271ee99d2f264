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
  private final int parts; // of a stage
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
  private boolean packs; // what products multiply, in this pass

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
    parts = space.parts;
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
    packs = space.packs(space.rows.sequences());
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
    packNext(0, space.rows.sequences(), 0);
    team.runSteps((endStep - firstStep) * stages * parts, stepChunks, space.brief(), backwardPart);
  }

  /// A share of one part of a step: a stage, 64 units at a time, or the numbers of its rows where a
  /// cell has such, a tile's rows at a time.
  private void backwardPart(int step, int chunk, int worker) {
    CellBlock s = space.scratch[worker];
    int t = endStep - 1 - step / (stages * parts);
    int stage = stages - 1 - step / parts % stages;
    int n = space.rows.active(t);
    if (step % parts > 0) {
      int tile = Products.PACKED_ROWS;
      for (int rank = tile * chunk; rank < n; rank += tile * stepChunks) {
        backwardRows(s, stage, t, rank, Math.min(tile, n - rank), rank);
      }
      return;
    }
    int panels = space.panels[stage];
    for (int q = panels * chunk / stepChunks; q < panels * (chunk + 1) / stepChunks; q++) {
      for (int rank = 0; rank < n; rank += SweepSpace.CHUNK) {
        stepBack(s, stage, t, rank, Math.min(SweepSpace.CHUNK, n - rank), q, rank);
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
    int place = worker * SweepSpace.CHUNK;
    packNext(from, space.chunkRows, place);
    for (int t = endStep - 1; t >= firstStep; t--) {
      int n = Math.min(space.chunkRows, rows.active(t) - from);
      for (int stage = stages - 1; stage >= 0 && n > 0; stage--) {
        for (int q = 0; q < space.panels[stage]; q++) {
          stepBack(s, stage, t, from, n, q, place);
        }
        if (parts > 1) {
          backwardRows(s, stage, t, from, n, place);
        }
      }
    }
  }

  /// Copies the δ of the step behind those of this run for n sequences from `rank` on.
  private void packNext(int rank, int n, int place) {
    boolean within = endStep < space.rows.steps();
    int rows = after(endStep - 1, rank, n);
    for (int g = 0; packs && g < gates.length; g++) {
      if (gates[g].group.operand() == Operand.STATE) {
        int at = δAt(gates[g], within, endStep) + rank * ROW;
        float[] δ = within ? z : edge;
        int δPanel = within ? space.zPanel : edgePanel;
        space.packed.copy(g, endStep, place, rows, 0, gates[g].panels, δ, at, δPanel);
      }
    }
  }

  /// Copies the δ that one stage of step t has made for 64 units, if a product will read them.
  private void packMade(int stage, int t, int rank, int n, int q, int place) {
    for (int g = 0; packs && g < gates.length; g++) {
      GatePlan gate = gates[g];
      if (gate.hasOperand() && gate.group.stage() == stage) {
        int each = gate.group.gates();
        int end = Math.min(gate.panels, (q + 1) * each);
        int at = gate.dAt + (space.rows.first(t) + rank) * ROW;
        space.packed.copy(g, t, place, n, q * each, end, z, at, space.zPanel);
      }
    }
  }

  private void scanUnitsBack(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    int end = Math.min(space.panels[0], (chunk + 1) * space.unitsPerChunk);
    for (int q = chunk * space.unitsPerChunk; q < end; q++) {
      for (int t = endStep - 1; t >= firstStep; t--) {
        stepBack(s, 0, t, 0, rows.active(t), q, 0);
      }
    }
  }

  /// One stage of step t backward, for ranks [rank, rank + n) and 64 units: the gradient of what the
  /// stage made, complete, then the cell.
  ///
  /// @param place of the copies of these ranks' δ
  private void stepBack(CellBlock s, int stage, int t, int rank, int n, int q, int place) {
    int row = space.rows.first(t) + rank;
    if (stage == stages - 1) {
      stateGradient(t, rank, n, q, packs, place, dh, rank * ldh + q * ROW);
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
          recurBack(g, q, n, packs, t, place, z, at, space.zPanel, dm, state, ld);
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
    if (parts == 1) {
      packMade(stage, t, rank, n, q, place);
    }
  }

  /// The numbers of those rows, after all of their units, and with them their δ.
  private void backwardRows(CellBlock s, int stage, int t, int rank, int n, int place) {
    arraysBack(s, stage, t, n);
    locateBack(s, stage, t, rank, 0);
    kernel.backwardRows(stage, s);
    for (int q = 0; q < space.panels[stage]; q++) {
      packMade(stage, t, rank, n, q, place);
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
  private void stateGradient(
      int t, int rank, int n, int q, boolean packed, int place, float[] to, int toAt) {
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
      float[] δ = within ? z : edge;
      int δPanel = within ? space.zPanel : edgePanel;
      float[] back = operandMask == null ? to : operandMask.beginBack(rank, after, q);
      int backAt = operandMask == null ? toAt : rank * ldh + q * ROW;
      for (int g = 0; g < gates.length; g++) {
        if (gates[g].group.operand() == Operand.STATE) {
          int at = δAt(gates[g], within, t + 1) + rank * ROW;
          recurBack(g, q, after, packed, t + 1, place, δ, at, δPanel, back, backAt, ldh);
        }
      }
      if (operandMask != null) {
        operandMask.endBack(rank, after, q, to, toAt);
      }
    }
  }

  /// Where the δ of a step begin, in z or, beyond this interval, in the edge.
  private int δAt(GatePlan gate, boolean within, int t) {
    return within ? gate.dAt + space.rows.first(t) * ROW : gate.edgeAt;
  }

  /// `to += Rᵀ δ` for 64 units, from the copies of step t's δ if there are such.
  private void recurBack(
      int g,
      int q,
      int n,
      boolean packed,
      int t,
      int place,
      float[] δ,
      int δAt,
      int δPanel,
      float[] to,
      int at,
      int row) {
    if (packed) {
      PackedGradients copies = space.packed;
      int copyAt = copies.at(g, t, place);
      gates[g].recurBack(products, q, n, copies.floats, copyAt, GatePlan.PACKED, to, at, row);
    } else {
      gates[g].recurBack(products, q, n, δ, δAt, δPanel, to, at, row);
    }
  }

  private void firstStates(int q, int worker) {
    int n = space.rows.sequences();
    if (dh0 != null && q * ROW < ldh) {
      stateGradient(-1, 0, n, q, false, 0, floats(dh0), at(dh0) + q * ROW);
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
