package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
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
  private @Nullable RecurrentPlan plan;
  private @Nullable Region dh0Scratch;
  private @Nullable Region dc0Scratch;

  private RecurrentOp(
      String name,
      CellSpec cell,
      List<Parameter> parameters,
      Tensor x,
      @Nullable State initial,
      boolean last) {
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
    RecurrentOp op = record(new RecurrentOp(name, cell, parameters, x, initial, last));
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
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    if (goesBackward()) {
      flags.add(Flag.TRAIN);
      if (wants(0)) {
        flags.add(Flag.NEED_DX);
      }
      if (parameters.stream().anyMatch(Parameter::isTrained)) {
        flags.add(Flag.NEED_DW);
      }
    }
    plan = backend.plan(cell, x.features(), rows.maxSteps(), rows.maxSequences(), flags);
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
  protected long floatsOutside() {
    return plan().workspaceFloats() + plan().reserveFloats();
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
    plan()
        .forward(
            rows,
            x.value(),
            value(h0),
            value(c0),
            values,
            y.value(),
            value(hN),
            value(cN),
            goesBackward());
  }

  // dx, dh0, dc0 and dW, dR, db by backpropagation through time
  @Override
  protected void backward(Operations operations, int update) {
    Slot dh0 = dh0Scratch != null ? dh0Scratch.slot() : h0 == null ? null : gradientOf(1);
    Slot dc0 = dc0Scratch != null ? dc0Scratch.slot() : c0 == null ? null : gradientOf(2);
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
            dh0,
            dc0,
            gradients);
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
}
