package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.RowKernel;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// The way of a [Sweep] from the first step to the last.
///
/// By units, a step of few sequences leaves its input product to one that is done for many steps at
/// once, of all of them for training.
final class SweepForward {
  private static final int ROW = CellBlock.Z_ROW;

  private final SweepSpace space;
  private final Team team;
  private final Products products;
  private final CellKernel kernel;
  private final GatePlan[] gates;
  private final @Nullable OperandMask operandMask;
  private final boolean masksMade; // m is masked too, being what R multiplies
  private final boolean recurs;
  private final int stages;
  private final int parts; // of a stage
  private final int ldx;
  private final int ldh;
  private final int ld;
  private final float[] z;
  private final float[] c;
  private final float[] m;

  // where the threads are
  private boolean projects; // each step its own inputs
  private boolean keeps; // the gates of every row in z
  private int zFirst;
  private int projectRows;
  private int firstStep;
  private int lastStep;
  private int stepChunks;

  private final Team.Task forwardSequences = this::forwardSequences;
  private final Team.Task projectPanels = this::projectPanels;
  private final Team.Task projectPanel = this::projectPanel;
  private final Team.StepTask forwardPart = this::forwardPart;
  private final Team.Task scanUnits = this::scanUnits;

  SweepForward(SweepSpace space) {
    this.space = space;
    team = space.team;
    products = space.products;
    kernel = space.kernel;
    gates = space.gates;
    operandMask = space.operandMask;
    masksMade = space.masksMade;
    recurs = space.shape.recurs();
    stages = space.shape.stages();
    parts = space.parts;
    ldx = space.ldx;
    ldh = space.ldh;
    ld = space.ld;
    z = space.z;
    c = space.c;
    m = space.m;
  }

  /// Everything being bound: the states of all steps, and those after each sequence's last.
  void run(@Nullable Slot hN, @Nullable Slot cN) {
    Rows rows = space.rows;
    boolean training = space.training;
    if (operandMask != null && training) {
      operandMask.begin(rows, space.h0, space.h0At);
    }
    if (space.hasC && !training) {
      System.arraycopy(space.c0, space.c0At, c, SweepSpace.cAt(0), rows.sequences() * ld);
    }
    if (rows.count() > 0) {
      if (space.bySequences()) {
        space.chooseChunks();
        int zRows = training ? rows.count() : team.size() * space.chunkRows;
        space.layOut(zRows, training || stages > 1);
        team.run(space.chunks(), forwardSequences);
      } else {
        forwardByUnits();
      }
    }
    lastStates(hN, cN);
  }

  private void forwardSequences(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    int from = chunk * space.chunkRows;
    for (int t = 0; t < rows.steps() && rows.active(t) > from; t++) {
      int n = Math.min(space.chunkRows, rows.active(t) - from);
      int zRow = space.training ? rows.first(t) + from : worker * space.chunkRows;
      for (int stage = 0; stage < stages; stage++) {
        forwardRows(s, stage, t, from, n, zRow);
        for (int unit = 0; unit < space.units[stage]; unit++) {
          step(s, stage, t, from, n, unit, zRow, true);
        }
      }
    }
  }

  private void forwardByUnits() {
    Rows rows = space.rows;
    projects = space.projectsInSteps();
    if (projects) {
      zFirst = 0;
      keeps = space.training || rows.steps() == 1;
      space.layOut(keeps ? rows.count() : zRowsOfStep(), keeps || stages > 1);
      forwardSteps(0, rows.steps());
      return;
    }
    keeps = true;
    boolean shared = space.shared();
    int end = 0;
    while (end < rows.steps()) {
      int begin = end;
      projectRows = 0;
      while (end < rows.steps()
          && (space.training
              || end == begin
              || projectRows + rows.active(end) <= SweepSpace.PROJECTED_ROWS)) {
        projectRows += rows.active(end++);
      }
      zFirst = rows.first(end - 1);
      space.layOut(projectRows, true);
      team.run(shared ? space.inputPanels : 1, shared ? projectPanel : projectPanels);
      if (recurs) {
        forwardSteps(begin, end);
      } else {
        firstStep = begin;
        lastStep = end - 1;
        team.run(space.chunks(space.units[0], shared), scanUnits);
      }
    }
  }

  /// Without training, z holds one step: of all sequences if later stages ask for gates again, else
  /// of those that a thread has in hand.
  private int zRowsOfStep() {
    return stages > 1 ? space.rows.sequences() : team.size() * SweepSpace.CHUNK;
  }

  /// Steps [begin, end) by units, the threads meeting after each part of each step.
  private void forwardSteps(int begin, int end) {
    firstStep = begin;
    RowKernel row = rowKernel(space.rows.sequences());
    stepChunks = space.stepChunks(space.units[0]);
    if (row != null && stepChunks == 1 && !projects) {
      forwardRow(row, begin, end);
      return;
    }
    boolean brief = space.brief();
    team.runSteps((end - begin) * stages * parts, stepChunks, brief, forwardPart);
  }

  /// Some units of one part of a step: the numbers of its rows where a cell has such, or one stage.
  private void forwardPart(int step, int chunk, int worker) {
    CellBlock s = space.scratch[worker];
    int t = firstStep + step / (stages * parts);
    int stage = step / parts % stages;
    int n = space.rows.active(t);
    if (step % parts < parts - 1) {
      for (int rank = chunk; rank < n; rank += stepChunks) {
        forwardRows(s, stage, t, rank, 1, zRow(t, rank, worker));
      }
      return;
    }
    int units = space.units[stage];
    int first = units * chunk / stepChunks;
    int last = units * (chunk + 1) / stepChunks;
    RowKernel row = keeps ? rowKernel(n) : null;
    if (row != null) {
      if (projects) {
        projectRow(t, first, last);
      }
      if (first < last) {
        forwardRow(row, s, t, first, last - first);
      }
      return;
    }
    for (int unit = first; unit < last; unit++) {
      for (int rank = 0; rank < n; rank += SweepSpace.CHUNK) {
        int ranks = Math.min(SweepSpace.CHUNK, n - rank);
        step(s, stage, t, rank, ranks, unit, zRow(t, rank, worker), projects);
      }
    }
  }

  /// By units, the row of z that has the gates of (t, rank).
  private int zRow(int t, int rank, int worker) {
    if (keeps) {
      return space.rows.first(t) - zFirst + rank;
    }
    return stages > 1 ? rank : worker * SweepSpace.CHUNK;
  }

  /// What does the product and the rest of a single sequence's step in one.
  private @Nullable RowKernel rowKernel(int sequences) {
    return sequences == 1 && (operandMask == null || !space.training) ? kernel.row() : null;
  }

  /// The input product of a single sequence's step for some blocks of units.
  private void projectRow(int t, int first, int last) {
    GatePlan gate = gates[0];
    int row = space.rows.first(t);
    for (int p = first; p < last; p++) {
      int at = gate.zAt + p * space.zPanel + (row - zFirst) * ROW;
      gate.project(products, p, 1, space.x, space.xAt + row * ldx, ldx, z, at);
    }
  }

  /// Steps [begin, end) of a single sequence by one thread.
  private void forwardRow(RowKernel row, int begin, int end) {
    CellBlock s = space.scratch[0];
    int t = begin;
    if (t == 0) {
      forwardRow(row, s, t++, 0, space.blocks[0]); // its h' and c' lie elsewhere
    }
    if (t < end) {
      s.steps = end - t;
      s.zStep = -ROW;
      s.hStep = -ldh;
      s.cStep = space.training ? -ld : 0;
      forwardRow(row, s, t, 0, space.blocks[0]);
      s.steps = 1;
    }
  }

  /// Step t, and as many after it as `s` says, of a single sequence for some blocks of units.
  private void forwardRow(RowKernel row, CellBlock s, int t, int block, int count) {
    GatePlan gate = gates[0];
    space.arrays(s, 0, t, 1);
    space.locate(s, 0, t, 0, block, 0, space.rows.first(t) - zFirst);
    int hPrevAt = s.hPrevAt - block * Sizes.LANES;
    int panel = gate.rAt + gate.recurrent.panelOffset(block);
    row.forwardRow(s, count, gate.recurrent.inputs(), gate.r, panel, hPrevAt);
  }

  private void forwardRows(CellBlock s, int stage, int t, int rank, int n, int zRow) {
    if (kernel.rowNumbers() > 0) {
      space.arrays(s, stage, t, n);
      space.locate(s, stage, t, rank, 0, 0, zRow);
      kernel.forwardRows(stage, s);
    }
  }

  private void projectPanels(int chunk, int worker) {
    for (int panel = 0; panel < space.inputPanels; panel++) {
      projectPanel(panel, worker);
    }
  }

  private void projectPanel(int task, int worker) {
    int p = task;
    for (GatePlan gate : gates) {
      if (gate.group.input()) {
        if (p < gate.panels) {
          int at = gate.zAt + p * space.zPanel;
          gate.project(products, p, projectRows, space.x, space.xAt + zFirst * ldx, ldx, z, at);
          return;
        }
        p -= gate.panels;
      }
    }
  }

  /// Units that see no other unit, each through all the steps whose products are done.
  private void scanUnits(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    int end = Math.min(space.units[0], (chunk + 1) * space.unitsPerChunk);
    for (int unit = chunk * space.unitsPerChunk; unit < end; unit++) {
      for (int t = firstStep; t <= lastStep; t++) {
        step(s, 0, t, 0, rows.active(t), unit, rows.first(t) - zFirst, false);
      }
    }
  }

  private int firstPanel(GatePlan gate, int unit) {
    return unit * space.blocksPerUnit[gate.group.stage()] * gate.group.gates() / 4;
  }

  private int lastPanel(GatePlan gate, int unit) {
    return Math.min(gate.panels, firstPanel(gate, unit + 1));
  }

  /// One stage of step t, for ranks [rank, rank + n) and one unit: its products, then the cell.
  private void step(
      CellBlock s, int stage, int t, int rank, int n, int unit, int zRow, boolean project) {
    Rows rows = space.rows;
    int row = rows.first(t) + rank;
    int before = row + rows.active(t);
    float[] hPrev = t == 0 ? space.fed0 : space.fed;
    int hPrevAt = t == 0 ? space.fed0At + rank * ldh : space.fedAt + before * ldh;
    int mAt = (space.training ? row : rank) * ld;
    for (GatePlan gate : gates) {
      if (gate.group.stage() != stage) {
        continue;
      }
      int end = lastPanel(gate, unit);
      int first = space.local ? firstPanel(gate, unit) : 0;
      for (int p = firstPanel(gate, unit); p < end; p++) {
        int at = gate.zAt + (p - first) * space.zPanel + zRow * ROW;
        if (project && gate.group.input()) {
          gate.project(products, p, n, space.x, space.xAt + row * ldx, ldx, z, at);
        }
        switch (gate.group.operand()) {
          case NONE -> {}
          case STATE -> gate.recur(products, p, n, hPrev, hPrevAt, ldh, z, at);
          case MADE, PROJECTED -> gate.recur(products, p, n, m, mAt, ld, z, at);
        }
      }
    }
    space.arrays(s, stage, t, n);
    int first = unit * space.blocksPerUnit[stage];
    int last = Math.min(space.blocks[stage], first + space.blocksPerUnit[stage]);
    for (int block = first; block < last; block++) {
      space.locate(s, stage, t, rank, block, space.local ? first : 0, zRow);
      kernel.forward(stage, s);
    }
    if (operandMask != null && space.training) {
      mask(operandMask, stage, row, rank, n, first * Sizes.LANES, (last - first) * Sizes.LANES);
    }
  }

  /// Masks what a stage made for products to come: h for the next step's, m for the next stage's.
  private void mask(OperandMask mask, int stage, int row, int rank, int n, int column, int width) {
    if (stage == stages - 1) {
      mask.step(space.y, space.yAt, row, rank, n, column, width);
    } else if (masksMade && stage == stages - 2) {
      mask.inPlace(m, row * ld + column, rank, n, column, width);
    }
  }

  private void lastStates(@Nullable Slot hN, @Nullable Slot cN) {
    Rows rows = space.rows;
    for (int rank = 0; rank < rows.sequences(); rank++) {
      int last = rows.length(rank) - 1;
      int row = last < 0 ? -1 : rows.first(last) + rank;
      if (hN != null) {
        float[] from = row < 0 ? space.h0 : space.y;
        int fromAt = row < 0 ? space.h0At + rank * ldh : space.yAt + row * ldh;
        System.arraycopy(from, fromAt, floats(hN), at(hN) + rank * ldh, ldh);
      }
      if (cN != null) {
        float[] from = space.training && row < 0 ? space.c0 : c;
        int state = rank * ld;
        int fromAt =
            space.training && row < 0
                ? space.c0At + state
                : SweepSpace.cAt(space.training ? row * ld : state);
        System.arraycopy(from, fromAt, floats(cN), at(cN) + state, ld);
      }
    }
  }
}
