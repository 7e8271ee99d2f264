package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.cell.GateGroup;
import io.github.carouselml.cell.Zoneout;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the two ways of a [Sweep] share: the sizes of a cell, the memory of the plan, what is bound
/// for a pass and how it is cut, and where a block of units begins in all of it.
final class SweepSpace {
  private static final int ROW = CellBlock.Z_ROW;

  /// Fewer multiply-adds than this a step are not worth sharing.
  private static final long SHARED_STEP = 30_000;

  /// A pass of a single step is over before a helper that rests has been woken, unless it has this
  /// many multiply-adds.
  private static final long SHARED_PASS = 1_000_000;

  /// By units, an inference pass projects the inputs of about this many rows at once.
  static final int PROJECTED_ROWS = 128;

  /// So many sequences at most go through a product and the cell together: their gates stay in the
  /// first cache.
  static final int CHUNK = 64;

  /// By units, so many sequences fill the products' tiles in each step.
  private static final int PROJECTS = 4;

  /// By units, a chunk of a step has about this many multiply-adds, or is a thread's whole share.
  private static final long STEP_CHUNK = 1_000_000;

  /// More weights than this many are in no core's own cache. They come from far for every chunk of
  /// sequences at every step, but once a step where the units are shared.
  private static final long NEAR_WEIGHTS = 1 << 20;

  /// The same on the way back, where δ that were just made come back from the other core.
  private static final long NEAR_WEIGHTS_BACK = 1 << 21;

  /// Fewer rows than this lie without gaps.
  private static final int FEW_ROWS = 64;

  /// With unequal lengths a chunk is smaller, so that the threads end together.
  private static final int RAGGED_CHUNK = 8;

  final Team team;
  final Products products;
  final Elementwise elementwise;
  final CellKernel kernel;
  final CellShape shape;
  final List<ParameterSpec> specs;
  final GatePlan[] gates;
  final CellVectors vectors;
  final @Nullable OperandMask operandMask;

  /// m is masked too, being what R multiplies.
  final boolean masksMade;

  /// The parts of a stage, between which the threads meet: the numbers of its rows, where a cell has
  /// such, are shared by rows, the rest by units.
  final int parts;

  final boolean train;
  final boolean hasC;
  final int inputs;
  final int sequences;

  /// The distance of two rows of x, of h, and of what is as wide as the cell.
  final int ldx;

  final int ldh;
  final int ld;

  // by stage: how wide it is, and how it is cut
  private final int[] width;
  final int[] blocks;
  final int[] blocksPerUnit;
  final int[] units;
  final int[] panels;
  final int inputPanels;
  private final long stepCost;
  private final long inputCost;
  final CellBlock[] scratch;

  // memory of the plan
  final PackedGradients packed;
  final float[] z;
  final float[] c;
  final float[] m;
  final float[] zeros;

  /// The floats of a state of every sequence.
  final int states;

  /// The floats that forward fills for backward.
  final long reserve;

  private final float[] rowNumbers;

  // bound for a pass
  Rows rows = new Rows(0, 0);
  boolean training;
  float[] x = {};
  int xAt;
  float[] y = {};
  int yAt;
  float[] h0 = {};
  int h0At;
  float[] c0 = {};
  int c0At;
  float[] fed = {}; // what the products read of the states, h unless it is masked
  int fedAt;
  float[] fed0 = {};
  int fed0At;
  private @Nullable Slot zoneoutH;
  private @Nullable Slot zoneoutC;

  // how the pass is cut
  int zPanel;
  boolean local;
  int chunkRows;
  int unitsPerChunk;

  SweepSpace(
      Engine engine,
      CellSpec cell,
      int inputs,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise,
      Memory memory) {
    team = engine.team();
    products = engine.products();
    elementwise = engine.elementwise();
    noise.check(cell);
    train = flags.contains(Flag.TRAIN);
    long most = Math.max(1L, maxSteps) * maxSequences;
    String what = "The gates of " + cell + " over " + maxSequences + " sequences of " + maxSteps;
    int sweptRows = Sizes.whole(what + " steps", train ? most : maxSequences);
    kernel = kernel(engine.cells().of(cell), cell, noise, train, sweptRows, maxSequences, memory);
    operandMask =
        train && noise.recurrent() > 0
            ? new OperandMask(elementwise, cell.outputSize(), sweptRows, maxSequences, memory)
            : null;
    specs = CellParameters.of(cell, inputs);
    hasC = cell.hasCellState();
    shape = kernel.shape();
    parts = kernel.rowNumbers() > 0 ? 2 : 1;
    masksMade = operandMask != null && shape.makesOperand() && !shape.projects();
    this.inputs = inputs;
    sequences = maxSequences;
    ldx = Sizes.stride(inputs);
    int hidden = cell.hiddenSize();
    ldh = Sizes.stride(cell.outputSize());
    ld = Sizes.stride(hidden);

    List<GateGroup> groups = shape.groups();
    gates = new GatePlan[groups.size()];
    int stages = shape.stages();
    width = new int[stages];
    blocksPerUnit = new int[stages];
    Arrays.fill(blocksPerUnit, 1);
    long cost = 0;
    long input = 0;
    int projected = 0;
    for (int g = 0; g < gates.length; g++) {
      GateGroup group = groups.get(g);
      gates[g] =
          new GatePlan(group, cell, specs, inputs, train, flags.contains(Flag.NEED_DX), memory);
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
      width[s] = s > shape.cellStage() ? cell.outputSize() : hidden;
      blocks[s] = Sizes.blocks(width[s]);
      units[s] = (blocks[s] - 1) / blocksPerUnit[s] + 1;
      panels[s] = (blocks[s] + 3) / 4;
    }

    scratch = new CellBlock[team.size()];
    Arrays.setAll(scratch, _ -> new CellBlock(elementwise));
    for (CellBlock block : scratch) {
      vectors.fit(block);
    }
    long zRows = train ? most : Math.max(PROJECTED_ROWS, maxSequences + (long) CHUNK * team.size());
    long zFloats = 0;
    for (GatePlan gate : gates) {
      zFloats += gate.zFloats(spread(zRows)) * (train && gate.group.kept() ? 2 : 1);
    }
    long beforeReserve = memory.floats();
    z = memory.takeAligned(Sizes.whole(what + " steps", zFloats));
    states = Sizes.grid(what, maxSequences, Math.max(hidden, cell.outputSize()));
    int all = Sizes.whole(what, (long) sweptRows * ld);
    c = memory.takeAligned(hasC ? all : 0);
    m = memory.take(shape.makesOperand() ? all : 0);
    rowNumbers = memory.take(Sizes.whole(what, (long) kernel.rowNumbers() * sweptRows));
    reserve = train ? memory.floats() - beforeReserve : 0;
    int places = train ? Math.max(team.size() * CHUNK, maxSequences + 3 & -4) : 0;
    packed = new PackedGradients(products, gates, places, memory);
    zeros = memory.take(states);
  }

  /// The cell's kernel, with zoneout around it if there is any.
  private static CellKernel kernel(
      CellKernel kernel,
      CellSpec cell,
      RecurrentNoise noise,
      boolean trains,
      int rows,
      int sequences,
      Memory memory) {
    if (!noise.zonesOut()) {
      return kernel;
    }
    String what = "The zoneout of " + cell;
    boolean c = noise.zoneoutCell() > 0;
    int states = Sizes.grid(what, sequences, cell.hiddenSize());
    return new Zoneout(
        kernel,
        (float) noise.zoneoutHidden(),
        (float) noise.zoneoutCell(),
        memory.takeAligned(c ? Sizes.grid(what, rows, cell.hiddenSize()) : 0),
        memory.take(trains ? states : 0),
        memory.take(trains && c ? states : 0));
  }

  /// Takes the first states of a pass, zeros where null, and whether it trains.
  void begin(@Nullable Slot firstH, @Nullable Slot firstC, boolean trains) {
    training = trains;
    h0 = firstH == null ? zeros : floats(firstH);
    h0At = at(firstH);
    c0 = firstC == null ? zeros : floats(firstC);
    c0At = at(firstC);
  }

  void masks(@Nullable Slot operand, @Nullable Slot h, @Nullable Slot c) {
    if (operandMask != null && operand != null) {
      operandMask.bind(floats(operand), at(operand));
    }
    zoneoutH = h;
    zoneoutC = c;
  }

  void bind(Rows rows, Slot x, Slot y, Slot[] parameters) {
    this.rows = rows;
    this.x = floats(x);
    xAt = at(x) + rows.slotRow() * ldx;
    this.y = floats(y);
    yAt = at(y) + rows.slotRow() * ldh;
    for (GatePlan gate : gates) {
      gate.bind(parameters);
    }
    vectors.bind(parameters);
    if (kernel instanceof Zoneout zoneout) {
      if (training) {
        zoneout.train(
            floatsOrNone(zoneoutH),
            at(zoneoutH),
            floatsOrNone(zoneoutC),
            at(zoneoutC),
            yAt,
            cAt(0));
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
  void layOut(int zRows, boolean again) {
    local = !again;
    zPanel = (int) spread(zRows) * ROW;
    int zAt = Memory.FIRST;
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

  /// So many rows lie from one panel to its next: with a power of two, the same row of every panel
  /// would fall into the same few sets of each cache, and a product or a norm that reads a row
  /// through all panels would find it in none (measured: 4 % of a layer-normalised LSTM's step).
  private static long spread(long rows) {
    return rows < FEW_ROWS ? rows : (rows + 14 & -32) + 17;
  }

  /// Whether the δ of so many rows are copied before they are multiplied.
  boolean packs(int rows) {
    return rows >= Products.PACKED_ROWS && products.packs();
  }

  /// Whether the weights and as many gradients of theirs stay in a core's own cache.
  boolean nearWeights() {
    return 2 * (stepCost + inputCost) <= NEAR_WEIGHTS;
  }

  boolean bySequences() {
    return bySequences(NEAR_WEIGHTS);
  }

  boolean bySequencesBack() {
    return bySequences(NEAR_WEIGHTS_BACK);
  }

  private boolean bySequences(long near) {
    return rows.sequences() >= 4 * team.size() && (stepCost + inputCost <= near || !shape.recurs());
  }

  /// By units, whether each step does the product of its own inputs.
  boolean projectsInSteps() {
    return shape.recurs() && (rows.sequences() >= PROJECTS || rows.steps() == 1);
  }

  /// By units, the chunks of a step that has so many units, or panels of units.
  int stepChunks(int units) {
    if (!shared()) {
      return 1;
    }
    long cost = (stepCost + (projectsInSteps() ? inputCost : 0)) * rows.sequences();
    long most = Math.min(units, team.mostStepChunks());
    return (int) Math.min(most, Math.max(team.size(), cost / STEP_CHUNK));
  }

  /// Whether a pass is over before a helper that rests has been woken.
  boolean brief() {
    return rows.steps() == 1 && (stepCost + inputCost) * rows.sequences() < SHARED_PASS;
  }

  void chooseChunks() {
    int sequences = rows.sequences();
    boolean ragged = rows.count() < rows.steps() * sequences;
    int share = (sequences - 1) / team.size() + 1;
    chunkRows = Math.min(ragged && team.size() > 1 ? RAGGED_CHUNK : CHUNK, (share + 3) & -4);
  }

  int chunks() {
    return (rows.sequences() - 1) / chunkRows + 1;
  }

  /// Whether there is enough to do between two meetings of the threads.
  boolean shared() {
    return SHARED_STEP <= (shape.recurs() ? stepCost * rows.sequences() : inputCost * rows.count());
  }

  /// The chunks that so many units, or panels of units, are cut into.
  int chunks(int count, boolean shared) {
    unitsPerChunk = shared ? (count - 1) / (4 * team.size()) + 1 : count;
    return (count - 1) / unitsPerChunk + 1;
  }

  /// What a cell reads and writes at one stage of step t going forward.
  void arrays(CellBlock s, int stage, int t, int n) {
    s.rows = n;
    s.stateRow = stage > shape.cellStage() ? ldh : ld;
    s.z = z;
    s.hPrev = t == 0 ? h0 : y;
    s.h = y;
    s.m = m;
    s.c = c;
    s.cPrev = training && t == 0 ? c0 : c;
    s.rowNumbers = rowNumbers;
  }

  /// Where that begins for one block of units; gates are counted from `firstBlock` on.
  void locate(CellBlock s, int stage, int t, int rank, int block, int firstBlock, int zRow) {
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
    s.cAt = cAt(training ? here : state);
    s.cPrevAt = training && t == 0 ? c0At + state : cAt(training ? before * ld + lane : state);
    s.rowNumbersAt = (training ? row : rank) * kernel.rowNumbers();
  }

  /// Where c has what a grid has at this place.
  static int cAt(int at) {
    return Memory.FIRST + at;
  }

  void unitsAt(CellBlock s, int stage, int block) {
    s.lanes = Math.min(Sizes.LANES, width[stage] - block * Sizes.LANES);
    vectors.at(s, block);
  }

  void gatesAt(CellBlock s, int block, int firstBlock, int zRow) {
    for (int g = 0; g < gates.length; g++) {
      int vector = (block - firstBlock) * gates[g].group.gates();
      int at = vector / 4 * zPanel + zRow * ROW + vector % 4 * Sizes.LANES;
      s.zAt[g] = gates[g].zAt + at;
      s.dAt[g] = gates[g].dAt + at;
    }
    s.zPanel = zPanel;
    s.units = width[0];
  }
}
