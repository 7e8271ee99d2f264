package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.kernel.ReducedPanels;
import io.github.carouselml.kernel.ReducedProducts;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.RecurrentStep;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A step of one sequence: what [SweepForward] does by units for a single row, bound once for all
/// steps. Matrices in fewer bits are copied from the parameters when it is made; those in float32 are
/// read where they lie.
final class SingleStep implements RecurrentStep {
  private static final int ROW = CellBlock.Z_ROW;

  private final SweepSpace space;
  private final Team team;
  private final WeightPrecision precision;
  private final ReducedProducts reduced;
  private final CellKernel kernel;
  private final GatePlan[] gates;
  private final @Nullable ReducedPanels[] inputs;
  private final @Nullable ReducedPanels[] recurrents;
  private final boolean blocksAreRows;
  private final int wholeBlocks;
  private final int parts; // of a stage
  private final int chunks;
  private final boolean brief;
  private final Team.StepTask part = this::part;

  SingleStep(
      Engine engine,
      CellSpec cell,
      int inputSize,
      RecurrentNoise noise,
      Slot[] parameters,
      WeightPrecision precision) {
    space = new SweepSpace(engine, cell, inputSize, 1, 1, Set.of(), noise, new Memory(true));
    team = space.team;
    this.precision = precision;
    reduced = engine.reduced();
    kernel = space.kernel;
    gates = space.gates;
    Rows one = new Rows(1, 1);
    one.set(new int[] {1}, 1);
    Slot later = Slot.of(new CpuBuffer(0));
    space.bind(one, later, later, parameters);
    space.layOut(1, true);
    inputs = new ReducedPanels[gates.length];
    recurrents = new ReducedPanels[gates.length];
    for (int g = 0; g < gates.length; g++) {
      GatePlan gate = gates[g];
      if (gate.group.input()) {
        inputs[g] = reduced(precision, gate.input, gate.w, gate.wAt);
      }
      if (gate.hasOperand()) {
        recurrents[g] = reduced(precision, gate.recurrent, gate.r, gate.rAt);
      }
    }
    // then a block's gates follow those of the block before as a row's those of the row before
    blocksAreRows = gates.length == 1 && gates[0].group.gates() == 4 && kernel.vectors().isEmpty();
    wholeBlocks = cell.hiddenSize() / Sizes.LANES;
    parts = space.parts;
    chunks = space.stepChunks(space.units[0]);
    brief = space.brief();
  }

  private static @Nullable ReducedPanels reduced(
      WeightPrecision precision, Layout.Matrix matrix, float[] panels, int at) {
    return switch (precision) {
      case BFLOAT16 -> new ReducedPanels.Bfloat16(matrix.vectors(), matrix.inputs(), panels, at);
      case INT8 -> new ReducedPanels.Int8(matrix.vectors(), matrix.inputs(), panels, at);
      case FLOAT32 -> null;
    };
  }

  @Override
  public void step(Slot x, Slot hPrev, @Nullable Slot cPrev, Slot h, @Nullable Slot c) {
    space.begin(hPrev, cPrev, false);
    space.x = floats(x);
    space.xAt = CpuBuffer.at(x);
    space.y = floats(h);
    space.yAt = CpuBuffer.at(h);
    if (space.hasC) {
      System.arraycopy(space.c0, space.c0At, space.c, SweepSpace.cAt(0), space.ld);
    }
    team.runSteps(space.shape.stages() * parts, chunks, brief, part);
    if (c != null) {
      System.arraycopy(space.c, SweepSpace.cAt(0), floats(c), CpuBuffer.at(c), space.ld);
    }
  }

  /// Some units of one part of the step: the numbers of its row where a cell has such, or one stage.
  private void part(int part, int chunk, int worker) {
    CellBlock s = space.scratch[worker];
    int stage = part / parts;
    if (part % parts < parts - 1) {
      if (chunk == 0) {
        at(s, stage, 0);
        kernel.forwardRows(stage, s);
      }
      return;
    }
    int units = space.units[stage];
    int perUnit = space.blocksPerUnit[stage];
    int first = units * chunk / chunks * perUnit;
    int last = Math.min(space.blocks[stage], units * (chunk + 1) / chunks * perUnit);
    if (first >= last) {
      return;
    }
    for (int g = 0; g < gates.length; g++) {
      if (gates[g].group.stage() == stage) {
        products(g, first, last);
      }
    }
    for (int block = first; block < last; block += s.rows) {
      at(s, stage, block);
      if (blocksAreRows && s.lanes == Sizes.LANES) {
        s.rows = Math.max(1, Math.min(last, wholeBlocks) - block);
        s.stateRow = Sizes.LANES;
      }
      kernel.forward(stage, s);
    }
  }

  private void at(CellBlock s, int stage, int block) {
    space.arrays(s, stage, 0, 1);
    space.locate(s, stage, 0, 0, block, 0, 0);
  }

  /// `z = b + W x + R h'` for some blocks of units of one group.
  private void products(int g, int firstBlock, int lastBlock) {
    GatePlan gate = gates[g];
    int from = firstBlock * gate.group.gates() / Layout.Matrix.PANEL_VECTORS;
    int to = Math.ceilDiv(lastBlock * gate.group.gates(), Layout.Matrix.PANEL_VECTORS);
    boolean made = gate.group.operand().isMade();
    float[] h = made ? space.m : space.h0;
    int hAt = made ? 0 : space.h0At;
    if (precision == WeightPrecision.FLOAT32) {
      for (int p = from; p < to; p++) {
        int at = gate.zAt + p * space.zPanel;
        if (gate.group.input()) {
          gate.project(space.products, p, 1, space.x, space.xAt, 0, space.z, at);
        }
        if (gate.hasOperand()) {
          gate.recur(space.products, p, 1, h, hAt, 0, space.z, at);
        }
      }
      return;
    }
    float[] init = gate.b;
    int initAt = gate.bAt;
    int initPanel = gate.bias >= 0 ? ROW : 0;
    ReducedPanels w = inputs[g];
    if (w != null) {
      reduced.multiply(w, from, to, space.x, space.xAt, init, initAt, initPanel, space.z, gate.zAt);
      init = space.z;
      initAt = gate.zAt;
      initPanel = ROW;
    }
    ReducedPanels r = recurrents[g];
    if (r != null) {
      reduced.multiply(r, from, to, h, hAt, init, initAt, initPanel, space.z, gate.zAt);
    }
  }
}
