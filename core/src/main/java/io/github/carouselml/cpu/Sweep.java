package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.GateGroup;
import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.cell.RowKernel;
import io.github.carouselml.cell.Zoneout;
import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
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

  /// A pass of a single step is over before a helper that rests has been woken, unless it has this
  /// many multiply-adds.
  private static final long SHARED_PASS = 1_000_000;

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
  private final boolean recurs;
  private final int stages;

  /// The last stage whose units are the cell's; one more where it projects to outputs.
  private final int cellStage;

  private final int inputs;

  /// The distance of two rows of x, of h, and of what is as wide as the cell.
  private final int ldx;

  private final int ldh;
  private final int ld;

  // by stage: how wide it is, and how it is cut
  private final int[] width;
  private final int[] blocks;
  private final int[] blocksPerUnit;
  private final int[] units;
  private final int[] panels;
  private final int inputPanels;
  private final int weightPanels;
  private final long stepCost;
  private final long inputCost;
  private final CellVectors vectors;
  private final @Nullable OperandMask operandMask;
  private final boolean masksMade; // m is masked too, being what R multiplies
  private final CellBlock[] scratch;

  // memory of the plan
  private final float[] z;
  private final float[] c;
  private final float[] m;
  private final float[] zeros;
  private final float[] rowNumbers;
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
  private float[] fed = {}; // what the products read of the states, h unless it is masked
  private int fedAt;
  private float[] fed0 = {};
  private int fed0At;
  private @Nullable Slot zoneoutH;
  private @Nullable Slot zoneoutC;
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
  private int firstStep;
  private int lastStep;

  private final Team.Task forwardSequences = this::forwardSequences;
  private final Team.Task projectPanels = this::projectPanels;
  private final Team.Task projectPanel = this::projectPanel;
  private final Team.Task forwardUnits = this::forwardUnits;
  private final Team.Task forwardRow = this::forwardRow;
  private final Team.Task backwardRow = this::backwardRow;
  private final Team.Task scanUnits = this::scanUnits;
  private final Team.Task transpose = this::transpose;
  private final Team.Task backwardSequences = this::backwardSequences;
  private final Team.Task backwardUnits = this::backwardUnits;
  private final Team.Task scanUnitsBack = this::scanUnitsBack;
  private final Team.Task firstStates = this::firstStates;
  private final Team.Task vectorGradients = this::vectorGradients;

  Sweep(
      Engine engine,
      CellSpec cell,
      int inputs,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise) {
    team = engine.team();
    products = engine.products();
    elementwise = engine.elementwise();
    noise.check(cell);
    boolean trains = flags.contains(Flag.TRAIN);
    int sweptRows = trains ? Math.max(1, maxSteps) * maxSequences : maxSequences;
    kernel = kernel(engine.cells().of(cell), cell, noise, trains, sweptRows, maxSequences);
    operandMask =
        trains && noise.recurrent() > 0
            ? new OperandMask(elementwise, cell.outputSize(), sweptRows, maxSequences)
            : null;
    specs = CellParameters.of(cell, inputs);
    train = trains;
    hasC = cell.hasCellState();
    made = kernel.makesOperand();
    masksMade = operandMask != null && made && !kernel.projects();
    stages = kernel.stages();
    this.inputs = inputs;
    ldx = Sizes.stride(inputs);
    int hidden = cell.hiddenSize();
    ldh = Sizes.stride(cell.outputSize());
    ld = Sizes.stride(hidden);
    recurs = kernel.recurs();
    cellStage = kernel.projects() ? stages - 2 : stages - 1;

    List<GateGroup> groups = kernel.groups();
    gates = new GatePlan[groups.size()];
    width = new int[stages];
    blocksPerUnit = new int[stages];
    Arrays.fill(blocksPerUnit, 1);
    long cost = 0;
    long input = 0;
    int projected = 0;
    for (int g = 0; g < gates.length; g++) {
      GateGroup group = groups.get(g);
      gates[g] = new GatePlan(group, cell, specs, inputs, train, flags.contains(Flag.NEED_DX));
      gates[g].follow(gates, g);
      int stage = group.stage();
      blocksPerUnit[stage] = Math.max(blocksPerUnit[stage], 4 / group.gates());
      cost += gates[g].hasOperand() ? gates[g].recurrent.packedSize() : 0;
      input += group.input() ? gates[g].input.packedSize() : 0;
      projected += group.input() ? gates[g].panels : 0;
    }
    stepCost = cost;
    inputCost = input;
    inputPanels = projected;
    vectors = new CellVectors(kernel, specs, gates);
    blocks = new int[stages];
    units = new int[stages];
    panels = new int[stages];
    for (int s = 0; s < stages; s++) {
      width[s] = s > cellStage ? cell.outputSize() : hidden;
      blocks[s] = Sizes.blocks(width[s]);
      units[s] = (blocks[s] - 1) / blocksPerUnit[s] + 1;
      panels[s] = (blocks[s] + 3) / 4;
    }
    weightPanels = Arrays.stream(panels).max().orElse(0);

    scratch = new CellBlock[team.size()];
    Arrays.setAll(scratch, _ -> new CellBlock(elementwise));
    for (CellBlock block : scratch) {
      vectors.fit(block);
    }
    long steps = Math.max(1, maxSteps);
    long most = steps * maxSequences;
    long zRows = train ? most : Math.max(PROJECTED_ROWS, maxSequences + 4L * team.size());
    long zFloats = 0;
    for (GatePlan gate : gates) {
      zFloats += gate.zFloats(zRows) * (train && gate.group.kept() ? 2 : 1);
    }
    String what = "The gates of " + cell + " over " + maxSequences + " sequences of " + maxSteps;
    z = new float[Sizes.whole(what + " steps", zFloats)];
    int states = Sizes.grid(what, maxSequences, hidden);
    int all = train ? Sizes.whole(what, most * ld) : states;
    c = new float[hasC ? all : 0];
    m = new float[made ? all : 0];
    zeros = new float[states];
    rowNumbers = new float[kernel.rowNumbers() * (train ? (int) most : maxSequences)];
    dh = new float[train ? states : 0];
    dc = new float[train && hasC ? states : 0];
    carry = new float[train && kernel.carries() ? states : 0];
    dm = new float[train && made ? states : 0];
    gradients = new SweepGradients(products, gates, team.size(), ldx, ldh, ld);
  }

  /// The cell's kernel, with zoneout around it if there is any.
  private static CellKernel kernel(
      CellKernel kernel,
      CellSpec cell,
      RecurrentNoise noise,
      boolean trains,
      int rows,
      int sequences) {
    if (!noise.zonesOut()) {
      return kernel;
    }
    String what = "The zoneout of " + cell;
    return new Zoneout(
        kernel,
        (float) noise.zoneoutHidden(),
        (float) noise.zoneoutCell(),
        Sizes.grid(what, rows, cell.hiddenSize()),
        trains ? Sizes.grid(what, sequences, cell.hiddenSize()) : 0);
  }

  @Override
  public void masks(@Nullable Slot operand, @Nullable Slot h, @Nullable Slot c) {
    if (operandMask != null && operand != null) {
      operandMask.bind(floats(operand), operand.offset());
    }
    zoneoutH = h;
    zoneoutC = c;
  }

  @Override
  public long workspaceFloats() {
    long floats = (long) zeros.length + dh.length + dc.length + carry.length + dm.length;
    floats += gradients.copyFloats();
    floats += operandMask == null ? 0 : operandMask.floats();
    floats += kernel instanceof Zoneout zoneout ? zoneout.floats() : 0;
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
    for (GatePlan gate : gates) {
      gate.bind(parameters);
    }
    vectors.bind(parameters);
    if (kernel instanceof Zoneout zoneout) {
      if (training) {
        zoneout.train(
            floatsOrNone(zoneoutH), at(zoneoutH), floatsOrNone(zoneoutC), at(zoneoutC), yAt);
      } else {
        zoneout.predict();
      }
    }
    fed = this.y;
    fedAt = yAt;
    fed0 = h0;
    fed0At = h0At;
    if (operandMask != null && training) {
      fed = operandMask.states;
      fedAt = 0;
      fed0 = operandMask.first;
      fed0At = 0;
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
      gate.dAt = zAt;
      zAt += gate.panels * zPanel;
      if (train && gate.group.kept()) {
        gate.dAt = zAt;
        zAt += gate.panels * zPanel;
      }
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
    this.training = training;
    this.h0 = h0 == null ? zeros : floats(h0);
    h0At = at(h0);
    this.c0 = c0 == null ? zeros : floats(c0);
    c0At = at(c0);
    bind(rows, x, y, parameters);
    if (operandMask != null && training) {
      operandMask.begin(rows, this.h0, h0At);
    }
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
        forwardRows(s, stage, t, from, n, zRow);
        for (int unit = 0; unit < units[stage]; unit++) {
          step(s, stage, t, from, n, unit, zRow, true);
        }
      }
    }
  }

  private void forwardByUnits() {
    boolean shared = shared();
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
      team.run(shared ? inputPanels : 1, shared ? projectPanel : projectPanels);
      if (!recurs) {
        firstStep = begin;
        lastStep = end - 1;
        stage = 0;
        team.run(chunks(units[0], shared), scanUnits);
        continue;
      }
      for (t = begin; t < end; t++) {
        for (stage = 0; stage < stages; stage++) {
          if (kernel.rowNumbers() > 0) {
            team.run(rows.active(t), forwardRow);
          }
          team.run(chunks(units[stage], shared), forwardUnits);
        }
      }
    }
  }

  private void forwardRow(int rank, int worker) {
    forwardRows(scratch[worker], stage, t, rank, 1, rows.first(t) - zFirst + rank);
  }

  private void forwardRows(CellBlock s, int stage, int t, int rank, int n, int zRow) {
    if (kernel.rowNumbers() > 0) {
      arrays(s, stage, t, n);
      locate(s, stage, t, rank, 0, 0, zRow);
      kernel.forwardRows(stage, s);
    }
  }

  /// Whether there is enough to do between two meetings of the threads.
  private boolean shared() {
    long least = rows.steps() == 1 ? SHARED_PASS : SHARED_STEP;
    return least <= (recurs ? stepCost * rows.sequences() : inputCost * rows.count());
  }

  /// The chunks that so many units, or panels of units, are cut into.
  private int chunks(int count, boolean shared) {
    unitsPerChunk = shared ? (count - 1) / (4 * team.size()) + 1 : count;
    return (count - 1) / unitsPerChunk + 1;
  }

  private void projectPanels(int chunk, int worker) {
    for (int panel = 0; panel < inputPanels; panel++) {
      projectPanel(panel, worker);
    }
  }

  private void projectPanel(int task, int worker) {
    int p = task;
    for (GatePlan gate : gates) {
      if (gate.group.input()) {
        if (p < gate.panels) {
          int at = gate.zAt + p * zPanel;
          gate.project(products, p, projectRows, x, xAt + projectFrom * ldx, ldx, z, at);
          return;
        }
        p -= gate.panels;
      }
    }
  }

  private int unitEnd(int chunk) {
    return Math.min(units[stage], (chunk + 1) * unitsPerChunk);
  }

  private void forwardUnits(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int first = chunk * unitsPerChunk;
    int n = rows.active(t);
    int zRow = rows.first(t) - zFirst;
    RowKernel rowKernel = n == 1 && (operandMask == null || !training) ? kernel.row() : null;
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
    arrays(s, 0, t, 1);
    locate(s, 0, t, 0, block, 0, zRow);
    int hPrevAt = s.hPrevAt - block * Sizes.LANES;
    int panel = gate.rAt + gate.recurrent.panelOffset(block);
    rowKernel.forwardRow(s, count, gate.recurrent.inputs(), gate.r, panel, hPrevAt, zPanel);
  }

  /// Units that see no other unit, each through all the steps whose products are done.
  private void scanUnits(int chunk, int worker) {
    CellBlock s = scratch[worker];
    for (int unit = chunk * unitsPerChunk; unit < unitEnd(chunk); unit++) {
      for (int t = firstStep; t <= lastStep; t++) {
        step(s, 0, t, 0, rows.active(t), unit, rows.first(t) - zFirst, false);
      }
    }
  }

  private int firstPanel(GatePlan gate, int unit) {
    return unit * blocksPerUnit[gate.group.stage()] * gate.group.gates() / 4;
  }

  private int lastPanel(GatePlan gate, int unit) {
    return Math.min(gate.panels, firstPanel(gate, unit + 1));
  }

  /// One stage of step t, for ranks [rank, rank + n) and one unit: its products, then the cell.
  private void step(
      CellBlock s, int stage, int t, int rank, int n, int unit, int zRow, boolean project) {
    int row = rows.first(t) + rank;
    int before = row + rows.active(t);
    float[] hPrev = t == 0 ? fed0 : fed;
    int hPrevAt = t == 0 ? fed0At + rank * ldh : fedAt + before * ldh;
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
          case STATE -> gate.recur(products, p, n, hPrev, hPrevAt, ldh, z, at);
          case MADE, PROJECTED -> gate.recur(products, p, n, m, mAt, ld, z, at);
        }
      }
    }
    arrays(s, stage, t, n);
    int first = unit * blocksPerUnit[stage];
    int last = Math.min(blocks[stage], first + blocksPerUnit[stage]);
    for (int block = first; block < last; block++) {
      locate(s, stage, t, rank, block, local ? first : 0, zRow);
      kernel.forward(stage, s);
    }
    if (operandMask != null && training) {
      mask(operandMask, stage, row, rank, n, first * Sizes.LANES, (last - first) * Sizes.LANES);
    }
  }

  /// Masks what a stage made for products to come: h for the next step's, m for the next stage's.
  private void mask(OperandMask mask, int stage, int row, int rank, int n, int column, int width) {
    if (stage == stages - 1) {
      mask.step(y, yAt, row, rank, n, column, width);
    } else if (masksMade && stage == stages - 2) {
      mask.inPlace(m, row * ld + column, rank, n, column, width);
    }
  }

  /// What a cell reads and writes at one stage of step t going forward.
  private void arrays(CellBlock s, int stage, int t, int n) {
    s.rows = n;
    s.stateRow = stage > cellStage ? ldh : ld;
    s.z = z;
    s.hPrev = t == 0 ? h0 : y;
    s.h = y;
    s.m = m;
    s.c = c;
    s.cPrev = training && t == 0 ? c0 : c;
    s.rowNumbers = rowNumbers;
  }

  /// Where that begins for one block of units; gates are counted from `firstBlock` on.
  private void locate(
      CellBlock s, int stage, int t, int rank, int block, int firstBlock, int zRow) {
    int lane = block * Sizes.LANES;
    int row = rows.first(t) + rank;
    int before = row + rows.active(t);
    int state = rank * ld + lane;
    int here = row * ld + lane;
    unitsAt(s, stage, block);
    gatesAt(s, block, firstBlock, zRow);
    s.hPrevAt = (t == 0 ? h0At + rank * ldh : yAt + before * ldh) + lane;
    s.hAt = yAt + row * ldh + lane;
    s.mAt = training ? here : state;
    s.cAt = training ? here : state;
    s.cPrevAt = !training ? state : t == 0 ? c0At + state : before * ld + lane;
    s.rowNumbersAt = (training ? row : rank) * kernel.rowNumbers();
  }

  private void unitsAt(CellBlock s, int stage, int block) {
    s.lanes = Math.min(Sizes.LANES, width[stage] - block * Sizes.LANES);
    vectors.at(s, block);
  }

  private void gatesAt(CellBlock s, int block, int firstBlock, int zRow) {
    for (int g = 0; g < gates.length; g++) {
      int vector = (block - firstBlock) * gates[g].group.gates();
      int at = vector / 4 * zPanel + zRow * ROW + vector % 4 * Sizes.LANES;
      s.zAt[g] = gates[g].zAt + at;
      s.dAt[g] = gates[g].dAt + at;
    }
    s.zPanel = zPanel;
    s.units = width[0];
  }

  private void lastStates(@Nullable Slot hN, @Nullable Slot cN) {
    for (int rank = 0; rank < rows.sequences(); rank++) {
      int last = rows.length(rank) - 1;
      int row = last < 0 ? -1 : rows.first(last) + rank;
      if (hN != null) {
        float[] from = row < 0 ? h0 : y;
        int fromAt = row < 0 ? h0At + rank * ldh : yAt + row * ldh;
        System.arraycopy(from, fromAt, floats(hN), hN.offset() + rank * ldh, ldh);
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
      int dxPanels = (Sizes.blocks(inputs) + 3) / 4;
      team.run(weightPanels + (dx == null ? 0 : dxPanels), transpose);
      if (bySequences()) {
        chooseChunks();
        team.run(chunks(), backwardSequences);
      } else {
        backwardByUnits();
      }
    }
    if (dh0 != null || dc0 != null) {
      team.run(weightPanels, firstStates);
    }
    if (rows.count() > 0) {
      gradients.run(
          team,
          rows,
          this.x,
          xAt,
          fed,
          fedAt,
          fed0,
          fed0At,
          z,
          zPanel,
          m,
          dx,
          addDx,
          parameterGradients);
      if (vectors.any()) {
        vectors.bindGradients(parameterGradients);
        team.run(blocks[0], vectorGradients);
      }
    }
  }

  private void backwardByUnits() {
    boolean shared = shared();
    if (!recurs) {
      team.run(chunks(panels[0], shared), scanUnitsBack);
      return;
    }
    for (t = rows.steps() - 1; t >= 0; t--) {
      for (stage = stages - 1; stage >= 0; stage--) {
        team.run(chunks(panels[stage], shared), backwardUnits);
        if (kernel.rowNumbers() > 0) {
          team.run(rows.active(t), backwardRow);
        }
      }
    }
  }

  /// The gradients of the cell's own vectors for one block of units: one chain over all rows.
  private void vectorGradients(int block, int worker) {
    CellBlock s = scratch[worker];
    s.stateRow = ld;
    s.z = z;
    s.c = c;
    unitsAt(s, 0, block);
    vectors.gradientsAt(s, block);
    int lane = block * Sizes.LANES;
    // The state before a row lies as many rows on as its step has: steps of the same number of
    // sequences go together.
    for (int t = rows.steps() - 1; t >= 0; t--) {
      int row = rows.first(t);
      int n = rows.active(t);
      while (t > 1 && rows.active(t - 1) == n) {
        t--;
      }
      s.rows = rows.first(t) + n - row;
      s.cPrev = t == 0 ? c0 : c;
      s.cPrevAt = (t == 0 ? c0At : (row + n) * ld) + lane;
      s.cAt = row * ld + lane;
      gatesAt(s, block, 0, row);
      kernel.vectorGradients(s);
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
            panel - weightPanels);
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
          for (int q = 0; q < panels[stage]; q++) {
            stepBack(s, stage, t, from, n, q);
          }
          backwardRows(s, stage, t, from, n);
        }
      }
    }
  }

  private void backwardUnits(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int end = Math.min(panels[stage], (chunk + 1) * unitsPerChunk);
    for (int q = chunk * unitsPerChunk; q < end; q++) {
      stepBack(s, stage, t, 0, rows.active(t), q);
    }
  }

  private void scanUnitsBack(int chunk, int worker) {
    CellBlock s = scratch[worker];
    int end = Math.min(panels[0], (chunk + 1) * unitsPerChunk);
    for (int q = chunk * unitsPerChunk; q < end; q++) {
      for (int t = rows.steps() - 1; t >= 0; t--) {
        stepBack(s, 0, t, 0, rows.active(t), q);
      }
    }
  }

  /// One stage of step t backward, for ranks [rank, rank + n) and 64 units: the gradient of what the
  /// stage made, complete, then the cell.
  private void stepBack(CellBlock s, int stage, int t, int rank, int n, int q) {
    int row = rows.first(t) + rank;
    if (stage == stages - 1) {
      stateGradient(t, rank, n, q, dh, rank * ldh + q * ROW);
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
      for (GatePlan gate : gates) {
        if (gate.group.operand() == Operand.MADE || gate.group.operand() == Operand.PROJECTED) {
          gate.recurBack(products, q, n, z, row, zPanel, dm, state, ld);
        }
      }
      if (operandMask != null && masksMade) {
        operandMask.inPlace(dm, state, rank, n, q * ROW, width);
      }
    }
    arraysBack(s, stage, t, n);
    int last = Math.min(blocks[stage], 4 * (q + 1));
    for (int block = 4 * q; block < last; block++) {
      locateBack(s, stage, t, rank, block);
      kernel.backward(stage, s);
    }
  }

  private void backwardRow(int rank, int worker) {
    backwardRows(scratch[worker], stage, t, rank, 1);
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
    arrays(s, stage, t, n);
    s.cPrev = t == 0 ? c0 : c;
    s.dh = dh;
    s.dc = dc;
    s.carry = carry;
    s.dm = dm;
  }

  /// Where that begins for one block of units.
  private void locateBack(CellBlock s, int stage, int t, int rank, int block) {
    int lane = block * Sizes.LANES;
    locate(s, stage, t, rank, block, 0, rows.first(t) + rank);
    s.dhAt = rank * ldh + lane;
    s.carryAt = s.dhAt;
    s.dcAt = rank * ld + lane;
    s.dmAt = s.dcAt;
  }

  /// The sequences among n from `rank` on that go on after step t.
  private int after(int t, int rank, int n) {
    return t + 1 < rows.steps() ? Math.clamp(rows.active(t + 1) - rank, 0, n) : 0;
  }

  /// ∂L/∂c_t of 64 units of the sequences that end at t, which comes from outside alone.
  private void endCells(int t, int rank, int n, int q) {
    int width = Math.min(ROW, ld - q * ROW);
    for (int i = after(t, rank, n); i < n; i++) {
      int state = (rank + i) * ld + q * ROW;
      if (dcN != null) {
        System.arraycopy(floats(dcN), dcN.offset() + state, dc, state, width);
      } else {
        Arrays.fill(dc, state, state + width, 0f);
      }
    }
  }

  /// ∂L/∂h_t of 64 units: the loss at t (or at the end), what bypasses R, then `Rᵀ δ_{t+1}`. t = -1
  /// gives the first state's.
  private void stateGradient(int t, int rank, int n, int q, float[] to, int toAt) {
    int width = Math.min(ROW, ldh - q * ROW);
    int after = after(t, rank, n);
    for (int i = 0; i < n; i++) {
      int at = toAt + i * ldh;
      int state = (rank + i) * ldh + q * ROW;
      if (t >= 0 && dy != null) {
        int from = dy.offset() + (rows.first(t) + rank + i) * ldh + q * ROW;
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
        elementwise.forward(Binary.ADD, to, at, end, dhN.offset() + state, to, at, width);
      }
    }
    if (after > 0) {
      int next = rows.first(t + 1) + rank;
      float[] back = operandMask == null ? to : operandMask.beginBack(rank, after, q);
      int backAt = operandMask == null ? toAt : rank * ldh + q * ROW;
      for (GatePlan gate : gates) {
        if (gate.group.operand() == Operand.STATE) {
          gate.recurBack(products, q, after, z, next, zPanel, back, backAt, ldh);
        }
      }
      if (operandMask != null) {
        operandMask.endBack(rank, after, q, to, toAt);
      }
    }
  }

  private void firstStates(int q, int worker) {
    int n = rows.sequences();
    if (dh0 != null && q * ROW < ldh) {
      stateGradient(-1, 0, n, q, floats(dh0), dh0.offset() + q * ROW);
    }
    if (dc0 != null && q * ROW < ld) {
      int width = Math.min(ROW, ld - q * ROW);
      endCells(-1, 0, n, q);
      for (int rank = 0; rank < n; rank++) {
        int state = rank * ld + q * ROW;
        System.arraycopy(dc, state, floats(dc0), dc0.offset() + state, width);
      }
    }
  }
}
