package io.github.carouselml.cpu;

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
/// By units, the input product of many steps is done at once, of all of them for training.
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
  private final int ldx;
  private final int ldh;
  private final int ld;
  private final float[] z;
  private final float[] c;
  private final float[] m;

  // where the threads are
  private int t;
  private int stage;
  private int zFirst;
  private int projectFrom;
  private int projectRows;
  private int firstStep;
  private int lastStep;

  private final Team.Task forwardSequences = this::forwardSequences;
  private final Team.Task projectPanels = this::projectPanels;
  private final Team.Task projectPanel = this::projectPanel;
  private final Team.Task forwardUnits = this::forwardUnits;
  private final Team.Task forwardRow = this::forwardRow;
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
      System.arraycopy(space.c0, space.c0At, c, 0, rows.sequences() * ld);
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
      projectFrom = zFirst;
      space.layOut(projectRows, true);
      team.run(shared ? space.inputPanels : 1, shared ? projectPanel : projectPanels);
      if (!recurs) {
        firstStep = begin;
        lastStep = end - 1;
        stage = 0;
        team.run(space.chunks(space.units[0], shared), scanUnits);
        continue;
      }
      for (t = begin; t < end; t++) {
        for (stage = 0; stage < stages; stage++) {
          if (kernel.rowNumbers() > 0) {
            team.run(rows.active(t), forwardRow);
          }
          team.run(space.chunks(space.units[stage], shared), forwardUnits);
        }
      }
    }
  }

  private void forwardRow(int rank, int worker) {
    forwardRows(space.scratch[worker], stage, t, rank, 1, space.rows.first(t) - zFirst + rank);
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
          gate.project(
              products, p, projectRows, space.x, space.xAt + projectFrom * ldx, ldx, z, at);
          return;
        }
        p -= gate.panels;
      }
    }
  }

  private int unitEnd(int chunk) {
    return Math.min(space.units[stage], (chunk + 1) * space.unitsPerChunk);
  }

  private void forwardUnits(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    int first = chunk * space.unitsPerChunk;
    int n = rows.active(t);
    int zRow = rows.first(t) - zFirst;
    RowKernel rowKernel = n == 1 && (operandMask == null || !space.training) ? kernel.row() : null;
    if (rowKernel != null) {
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
    space.arrays(s, 0, t, 1);
    space.locate(s, 0, t, 0, block, 0, zRow);
    int hPrevAt = s.hPrevAt - block * Sizes.LANES;
    int panel = gate.rAt + gate.recurrent.panelOffset(block);
    rowKernel.forwardRow(s, count, gate.recurrent.inputs(), gate.r, panel, hPrevAt, space.zPanel);
  }

  /// Units that see no other unit, each through all the steps whose products are done.
  private void scanUnits(int chunk, int worker) {
    Rows rows = space.rows;
    CellBlock s = space.scratch[worker];
    for (int unit = chunk * space.unitsPerChunk; unit < unitEnd(chunk); unit++) {
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
        System.arraycopy(from, fromAt, floats(hN), hN.offset() + rank * ldh, ldh);
      }
      if (cN != null) {
        float[] from = space.training && row < 0 ? space.c0 : c;
        int fromAt = space.training ? (row < 0 ? space.c0At + rank * ld : row * ld) : rank * ld;
        System.arraycopy(from, fromAt, floats(cN), cN.offset() + rank * ld, ld);
      }
    }
  }
}
