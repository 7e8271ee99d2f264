package io.github.carouselml.grad;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Elements;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A whole recurrent sequence, forward in time: `h_t, c_t = cell(x_t, h_{t-1}, c_{t-1})`.
public final class RecurrentOp extends Op {
  /// What a cell carries from step to step, one row per sequence; c only where the cell has one.
  public record State(Tensor h, @Nullable Tensor c) {}

  /// All outputs, and the state after each sequence's own last step, if it was asked for.
  public record Result(Tensor y, @Nullable State last) {}

  private final CellSpec cell;
  private final Rows rows;
  private final Tensor x;
  private final @Nullable Tensor h0;
  private final @Nullable Tensor c0;
  private final List<Parameter> parameters;
  private final Slot[] values;
  private final @Nullable Slot[] gradients;
  private final Tensor y;
  private final @Nullable Tensor hN;
  private final @Nullable Tensor cN;
  private final RecurrentNoise noise;
  private final Noise masks;
  private final @Nullable ReplayedStep replayed;
  private final Recompute recompute;
  private final int steps; // of an interval, at most

  /// The states after all intervals but the last.
  private final List<Slot> hBetween = new ArrayList<>();

  private final List<Slot> cBetween = new ArrayList<>();
  private final @Nullable Region hKept;
  private final @Nullable Region cKept;
  private @Nullable RecurrentPlan plan;
  private long planFloats;
  private final Set<Flag> flags = EnumSet.noneOf(Flag.class);
  private @Nullable Region dh0Scratch;
  private @Nullable Region dc0Scratch;

  private RecurrentOp(
      String name,
      CellSpec cell,
      List<Parameter> parameters,
      Tensor x,
      @Nullable State initial,
      boolean last,
      RecurrentNoise noise,
      @Nullable CellStep step) {
    super(name, inputs(x, initial), parameters);
    this.cell = cell;
    this.x = x;
    this.h0 = initial == null ? null : initial.h();
    this.c0 = initial == null ? null : initial.c();
    this.parameters = List.copyOf(parameters);
    this.values = parameters.stream().map(Parameter::value).toArray(Slot[]::new);
    this.gradients = new Slot[parameters.size()];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = gradientOf(parameters.get(i));
    }
    if (!(x.space() instanceof RowSpace.Steps(var steps))) {
      throw new CarouselException.Request(this + " needs one row per step, not " + x + ".");
    }
    this.rows = steps;
    RowSpace states = new RowSpace.Sequences(steps);
    if (h0 != null) {
      sameRows(h0, states);
      features(h0, cell.outputSize());
    }
    if (c0 != null) {
      sameRows(c0, states);
      features(c0, cell.hiddenSize());
    }
    if (initial != null && cell.hasCellState() != (c0 != null)) {
      throw new CarouselException.Request(
          this
              + " got a first state "
              + (c0 == null ? "without" : "with")
              + " c, but its cell "
              + cell
              + " has "
              + (c0 == null ? "one." : "none."));
    }
    this.y = output(x.space(), cell.outputSize());
    this.hN = last ? output(states, cell.outputSize()) : null;
    this.cN = last && cell.hasCellState() ? output(states, cell.hiddenSize()) : null;
    this.noise = noise;
    this.recompute = tape().recompute();
    this.steps = Math.min(recompute.steps(), rows.maxSteps());
    this.hKept = between("h", cell.outputSize());
    this.cKept = cell.hasCellState() ? between("c", cell.hiddenSize()) : null;
    this.masks = new Noise();
    this.replayed = step == null ? null : new ReplayedStep(tape(), cell, step, x, rows, this.steps);
  }

  /// Room for the states between intervals.
  private @Nullable Region between(String what, int features) {
    int count = recompute.intervals(rows.maxSteps()) - 1;
    return count == 0
        ? null
        : own(what + " between intervals", lasting(), count * stateFloats(features));
  }

  private long stateFloats(int features) {
    return Sizes.grid("a state", rows.maxSequences(), features);
  }

  private Region.Lifetime lasting() {
    return tape().byIntervals() ? Region.Lifetime.ALWAYS : Region.Lifetime.RESERVE;
  }

  private static List<Tensor> inputs(Tensor x, @Nullable State initial) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(x);
    if (initial != null) {
      inputs.add(initial.h());
      if (initial.c() != null) {
        inputs.add(initial.c());
      }
    }
    return inputs;
  }

  /// Records a cell over all steps of `x [N, I]`, from a first state or zeros. The parameters are
  /// those of [io.github.carouselml.tensor.CellParameters], in that order.
  public static Result of(
      String name,
      CellSpec cell,
      List<Parameter> parameters,
      Tensor x,
      @Nullable State initial,
      boolean last) {
    return of(name, cell, parameters, x, initial, last, new RecurrentNoise());
  }

  /// The same with something left out at random on a tape that trains, but for input dropout, which
  /// is an operation of its own.
  public static Result of(
      String name,
      CellSpec cell,
      List<Parameter> parameters,
      Tensor x,
      @Nullable State initial,
      boolean last,
      RecurrentNoise noise) {
    return result(record(new RecurrentOp(name, cell, parameters, x, initial, last, noise, null)));
  }

  /// The same with a cell of the user's own, whose step is recorded once and replayed. The
  /// parameters are those that the step reads.
  public static Result of(
      String name,
      CellSpec.Own cell,
      CellStep step,
      List<Parameter> parameters,
      Tensor x,
      @Nullable State initial,
      boolean last) {
    RecurrentNoise none = new RecurrentNoise();
    return result(record(new RecurrentOp(name, cell, parameters, x, initial, last, none, step)));
  }

  private static Result result(RecurrentOp op) {
    return new Result(op.y, op.hN == null ? null : new State(op.hN, op.cN));
  }

  @Override
  protected boolean keepsInput(int i) {
    return true;
  }

  @Override
  protected boolean keepsOutputs() {
    return true;
  }

  @Override
  protected void prepare(Backend backend) {
    if (trains()) {
      flags.add(Flag.TRAIN);
      if (wants(0)) {
        flags.add(Flag.NEED_DX);
      }
      if (goesBackward() && parameters.stream().anyMatch(Parameter::isTrained)) {
        flags.add(Flag.NEED_DW);
      }
    }
    if (hKept != null) {
      flags.add(Flag.INTERVALS);
    }
    planFloats =
        replayed != null
            ? replayed.workspaceFloats() + replayed.reserveFloats()
            : backend.planFloats(cell, x.features(), steps, rows.maxSequences(), flags, noise);
    // the plan overwrites the gradients of first states; where others have written, it needs a
    // place of its own
    if (h0 != null && adds(1)) {
      dh0Scratch = own("∂ h0", Region.Lifetime.BACKWARD, h0.size());
    }
    if (c0 != null && adds(2)) {
      dc0Scratch = own("∂ c0", Region.Lifetime.BACKWARD, c0.size());
    }
  }

  @Override
  protected void open(Backend backend) {
    plan =
        replayed != null
            ? replayed
            : backend.plan(cell, x.features(), steps, rows.maxSequences(), flags, noise);
    slots(hKept, cell.outputSize(), hBetween);
    slots(cKept, cell.hiddenSize(), cBetween);
  }

  private void slots(@Nullable Region kept, int features, List<Slot> slots) {
    int size = (int) stateFloats(features);
    for (int k = 0; kept != null && k < recompute.intervals(rows.maxSteps()) - 1; k++) {
      slots.add(new Slot(kept.slot().buffer(), kept.slot().offset() + k * size, size));
    }
  }

  /// Whether forward passes are those of training, and not of prediction.
  private boolean trains() {
    return goesBackward() || (tape().isTraining() && noise.reachesTheCell());
  }

  @Override
  protected long floatsOutside() {
    return planFloats;
  }

  @Override
  protected void close() {
    if (replayed != null) {
      replayed.close();
    }
  }

  private RecurrentPlan plan() {
    return Objects.requireNonNull(plan, "prepared before it runs");
  }

  private static @Nullable Slot value(@Nullable Tensor tensor) {
    return tensor == null ? null : tensor.value();
  }

  // h_t, c_t = cell(x_t, h_{t-1}, c_{t-1})
  @Override
  protected void forward(Operations operations, int update) {
    if (!cutsItself()) {
      forwardHere(operations, update);
      return;
    }
    try {
      for (int k = 0; k < recompute.intervals(rows.allSteps()); k++) {
        narrow(k);
        forwardHere(operations, update);
      }
    } finally {
      rows.widen();
    }
  }

  /// Whether it goes through intervals by itself, with x and y of all steps in memory.
  private boolean cutsItself() {
    return hKept != null && !tape().byIntervals();
  }

  private void narrow(int k) {
    int all = rows.allSteps();
    rows.narrow(recompute.begin(k, all), recompute.begin(k + 1, all), true);
  }

  /// The steps of which the rows speak now.
  private void forwardHere(Operations operations, int update) {
    masks.draw(operations, update);
    if (replayed != null) {
      replayed.update(update);
    }
    boolean begins = rows.begin() == 0;
    boolean ends = rows.ends();
    int k = rows.begin() / recompute.steps();
    boolean hasC = cKept != null;
    plan()
        .forward(
            rows,
            x.value(),
            begins ? value(h0) : hBetween.get(k - 1),
            begins ? value(c0) : hasC ? cBetween.get(k - 1) : null,
            values,
            y.value(),
            ends ? value(hN) : hBetween.get(k),
            ends ? value(cN) : hasC ? cBetween.get(k) : null,
            trains());
  }

  // dx, dh0, dc0 and dW, dR, db by backpropagation through time
  @Override
  protected void backward(Operations operations, int update) {
    if (!cutsItself()) {
      backwardHere(operations);
      return;
    }
    int last = recompute.intervals(rows.allSteps()) - 1;
    try {
      for (int k = last; k >= 0; k--) {
        narrow(k);
        if (k < last) {
          forwardHere(operations, update);
        }
        backwardHere(operations);
      }
    } finally {
      rows.widen();
    }
  }

  private void backwardHere(Operations operations) {
    boolean begins = rows.begin() == 0;
    Slot dh0 = dh0Scratch != null ? dh0Scratch.slot() : h0 == null ? null : gradientOf(1);
    Slot dc0 = dc0Scratch != null ? dc0Scratch.slot() : c0 == null ? null : gradientOf(2);
    if (rows.ends()) {
      masks.beginBackward(operations);
    }
    plan()
        .backward(
            rows,
            x.value(),
            y.value(),
            gradientOfOutput(0),
            hN == null ? null : hN.gradient(),
            cN == null ? null : cN.gradient(),
            values,
            gradientOf(0),
            adds(0),
            begins ? dh0 : null,
            begins ? dc0 : null,
            gradients);
    if (!begins) {
      return;
    }
    masks.endBackward(operations);
    if (h0 != null && dh0Scratch != null) {
      accumulate(operations, h0, dh0Scratch.slot());
    }
    if (c0 != null && dc0Scratch != null) {
      accumulate(operations, c0, dc0Scratch.slot());
    }
  }

  private static void accumulate(Operations operations, Tensor state, Slot more) {
    Slot gradient = Objects.requireNonNull(state.gradient());
    operations.elements().accumulate(state.rows(), state.features(), more, gradient);
  }

  /// What is left out, drawn anew at every forward pass.
  private final class Noise {
    private final @Nullable Mask operand;
    private final @Nullable Mask h;
    private final @Nullable Mask c;
    private final @Nullable DropConnect weights;

    Noise() {
      RowSpace sequences = new RowSpace.Sequences(rows);
      operand = mask("recurrent dropout", noise.recurrent(), sequences, cell.outputSize());
      h = mask("zoneout of h", noise.zoneoutHidden(), x.space(), cell.outputSize());
      c = mask("zoneout of c", noise.zoneoutCell(), x.space(), cell.hiddenSize());
      weights =
          noise.dropConnect() > 0 && tape().isTraining()
              ? new DropConnect((float) noise.dropConnect())
              : null;
    }

    private @Nullable Mask mask(String what, double rate, RowSpace space, int features) {
      return rate > 0 && tape().isTraining() ? new Mask(what, (float) rate, space, features) : null;
    }

    void draw(Operations operations, int update) {
      if (operand != null || h != null || c != null) {
        plan()
            .masks(
                operand == null ? null : operand.draw(operations, update),
                h == null ? null : h.draw(operations, update),
                c == null ? null : c.draw(operations, update));
      }
      if (weights != null) {
        weights.draw(operations, update);
      }
    }

    void beginBackward(Operations operations) {
      if (weights != null) {
        weights.beginBackward(operations);
      }
    }

    void endBackward(Operations operations) {
      if (weights != null) {
        weights.endBackward(operations);
      }
    }
  }

  /// Numbers that are 0 with probability `rate`, else 1 / (1 - rate).
  private final class Mask {
    private final float rate;
    private final RowSpace space;
    private final int features;
    private final Random random;
    private final Region region;

    Mask(String what, float rate, RowSpace space, int features) {
      this.rate = rate;
      this.space = space;
      this.features = features;
      random = new Random(tape().seed(), Random.Purpose.DROPOUT, tape().nextStream());
      int capacity =
          space instanceof RowSpace.Steps ? steps * rows.maxSequences() : space.capacity();
      region = own(what, Region.Lifetime.RESERVE, Sizes.grid(what, capacity, features));
    }

    Slot draw(Operations operations, int update) {
      Slot mask = region.slot();
      boolean steps = space instanceof RowSpace.Steps;
      operations.elements().fill(mask, 1);
      operations
          .elements()
          .dropout(rows, steps, false, features, rate, random, update, mask, mask, false);
      return mask;
    }
  }

  /// R̃ = m ⊙ R, where m is 0 with probability `rate`, else 1 / (1 - rate).
  private final class DropConnect {
    private final float rate;
    private final int place;
    private final Layout layout;
    private final int outputs;
    private final int inputs;
    private final int blocks;
    private final Random random;
    private final Region mask;
    private final Region dropped;
    private final @Nullable Region gradient;

    DropConnect(float rate) {
      this.rate = rate;
      int found = 0;
      while (parameters.get(found).spec().role() != ParameterSpec.Role.RECURRENT_WEIGHT) {
        found++;
      }
      place = found;
      layout = parameters.get(place).spec().layout();
      outputs = layout.shape().get(0);
      inputs = layout.shape().get(1);
      blocks = layout.packedSize() / Sizes.LANES;
      random = new Random(tape().seed(), Random.Purpose.DROP_CONNECT, tape().nextStream());
      mask = own("DropConnect", Region.Lifetime.RESERVE, layout.packedSize());
      dropped = own("dropped R", Region.Lifetime.RESERVE, layout.packedSize());
      gradient =
          gradients[place] == null
              ? null
              : own(
                  "∂ dropped R",
                  tape().byIntervals() ? Region.Lifetime.ALWAYS : Region.Lifetime.BACKWARD,
                  layout.packedSize());
    }

    // R̃ = m ⊙ R
    void draw(Operations operations, int update) {
      Elements elements = operations.elements();
      elements.weightMask(layout, outputs, inputs, rate, random, update, mask.slot());
      Slot R = parameters.get(place).value();
      elements.binary(Binary.MULTIPLY, blocks, Sizes.LANES, R, mask.slot(), dropped.slot());
      values[place] = dropped.slot();
    }

    void beginBackward(Operations operations) {
      if (gradient != null) {
        operations.elements().fill(gradient.slot(), 0);
        gradients[place] = gradient.slot();
      }
    }

    // dR += m ⊙ dR̃
    void endBackward(Operations operations) {
      if (gradient != null) {
        Slot dR = parameters.get(place).gradient();
        Slot R = parameters.get(place).value();
        operations
            .elements()
            .binaryBackwardFirst(
                Binary.MULTIPLY, blocks, Sizes.LANES, R, mask.slot(), gradient.slot(), dR, true);
      }
    }
  }
}
