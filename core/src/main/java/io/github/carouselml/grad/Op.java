package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A differentiable operation: its forward pass, and right under it its backward pass.
///
/// It is recorded once and replayed with every batch. The backward pass adds to the gradients of
/// parameters. To the gradient of input i it writes only when [#wants] it, overwriting all rows, or
/// adding when [#adds]; inputs are taken in order, so that one tensor given twice is right. Every
/// pass leaves the padding of what it writes at +0.
public abstract class Op {
  private final Tape tape;
  private final String name;
  private final List<Tensor> inputs;
  private final List<Parameter> parameters;
  private final List<Tensor> outputs = new ArrayList<>();
  private final List<Own> regions = new ArrayList<>();
  private final boolean[] wants;
  private final boolean[] adds;
  private final boolean needsGradient;
  private boolean goesBackward;

  /// Memory of its own, and when it is needed.
  record Own(Region region, Region.Lifetime lifetime) {}

  /// An operation on inputs (at least one) and parameters.
  protected Op(String name, List<Tensor> inputs, List<Parameter> parameters) {
    this(inputs.getFirst().tape, name, inputs, parameters);
  }

  /// An operation that may have no inputs.
  protected Op(Tape tape, String name, List<Tensor> inputs, List<Parameter> parameters) {
    this.tape = tape;
    this.inputs = List.copyOf(inputs);
    this.parameters = List.copyOf(parameters);
    this.wants = new boolean[inputs.size()];
    this.adds = new boolean[inputs.size()];
    this.needsGradient =
        tape.isTraining()
            && (inputs.stream().anyMatch(x -> x.needsGradient)
                || parameters.stream().anyMatch(Parameter::isTrained));
    this.name = tape.unique(name);
    for (Tensor input : inputs) {
      if (input.tape != tape) {
        throw new CarouselException.Request(this + " got " + input + " from another tape.");
      }
    }
  }

  /// Puts a finished operation on its tape; every factory ends with it.
  protected static <T extends Op> T record(T op) {
    ((Op) op).tape.record(op);
    return op;
  }

  // ---- what an operation says about itself -----------------------------------------------------

  /// Declares an output. Called by constructors.
  protected final Tensor output(RowSpace space, int features) {
    String suffix = outputs.isEmpty() ? "" : "." + outputs.size();
    Tensor output = new Tensor(tape, name + suffix, space, features, needsGradient);
    outputs.add(output);
    return output;
  }

  /// Declares memory of the operation's own, in floats. Called by constructors and by [#prepare].
  protected final Region own(String what, Region.Lifetime lifetime, long floats) {
    String title = name + " " + what;
    Region region = new Region(title, (Sizes.whole("'" + title + "'", floats) + 15) & -16);
    regions.add(new Own(region, lifetime));
    return region;
  }

  /// Whether the operation has a derivative with respect to input i. Where it has none, the input
  /// is taken as it is, and no gradient flows back through it.
  protected boolean differentiates(int i) {
    return true;
  }

  /// Whether the backward pass reads the value of input i.
  protected boolean keepsInput(int i) {
    return false;
  }

  /// Whether the backward pass reads the values of the outputs.
  protected boolean keepsOutputs() {
    return false;
  }

  /// Whether each row of the outputs comes from the same row of the inputs alone, so that it can run
  /// on one interval of steps at a time. An objective does so where its total weight is known from
  /// inputs of the tape.
  protected boolean byRows() {
    return false;
  }

  /// Called once when all is recorded: [#wants], [#adds] and [#goesBackward] are known from here
  /// on.
  protected void prepare(Backend backend) {}

  /// Makes what lies outside the program's memory. Called once, after [#prepare], if it will run.
  protected void open(Backend backend) {}

  /// Floats that lie outside the program's memory, known after [#prepare].
  protected long floatsOutside() {
    return 0;
  }

  /// Lets go of what [#open] made.
  protected void close() {}

  // ---- the two passes --------------------------------------------------------------------------

  /// Computes the outputs. `update` counts the optimizer's updates and belongs to the name of every
  /// random number.
  protected abstract void forward(Operations operations, int update);

  /// Computes what is wanted of the gradients, from those of the outputs.
  protected abstract void backward(Operations operations, int update);

  // ---- what passes ask
  // ----------------------------------------------------------------------------

  /// Whether the gradient of input i is to be computed.
  protected final boolean wants(int i) {
    return wants[i];
  }

  /// Whether the gradient of input i is added to what others have written.
  protected final boolean adds(int i) {
    return adds[i];
  }

  /// The gradient of input i, or null where it is not wanted.
  protected final @Nullable Slot gradientOf(int i) {
    return wants[i] ? inputs.get(i).gradient() : null;
  }

  /// The gradient of output i, or null where nothing depends on it.
  protected final @Nullable Slot gradientOfOutput(int i) {
    return outputs.get(i).gradient();
  }

  /// The gradient of the only output, which is there whenever the backward pass runs.
  protected final Slot gradientOfOutput() {
    Slot gradient = outputs.getFirst().gradient();
    if (gradient == null) {
      throw new IllegalStateException(this + " runs backward, but nothing depends on it.");
    }
    return gradient;
  }

  /// Whether the backward pass will run at all.
  protected final boolean goesBackward() {
    return goesBackward;
  }

  /// The gradient of a parameter, or null where it is not trained.
  protected static @Nullable Slot gradientOf(Parameter parameter) {
    return parameter.isTrained() ? parameter.gradient() : null;
  }

  /// The tape that it is recorded on.
  protected final Tape tape() {
    return tape;
  }

  /// Refuses inputs whose rows mean different things.
  protected final void sameRows(Tensor a, RowSpace b) {
    if (!a.space().equals(b)) {
      throw new CarouselException.Request(
          this + " got " + a + " together with " + b + ": its inputs must have the same rows.");
    }
  }

  /// Refuses an input of another size than the operation was built for.
  protected final void features(Tensor x, int expected) {
    if (x.features() != expected) {
      throw new CarouselException.Request(
          this + " got " + x + " but was built for " + expected + " features.");
    }
  }

  @Override
  public String toString() {
    return "Operation '" + name + "'";
  }

  // ---- planning, for the program ---------------------------------------------------------------

  List<Tensor> inputs() {
    return inputs;
  }

  List<Tensor> outputs() {
    return outputs;
  }

  /// Its tensors.
  List<Tensor> outputsOrInputs() {
    return outputs.isEmpty() ? inputs : outputs;
  }

  List<Own> regions() {
    return regions;
  }

  List<Parameter> parameters() {
    return parameters;
  }

  String name() {
    return name;
  }

  boolean needsGradient() {
    return needsGradient;
  }

  /// Decides, for operations taken in reverse order, whether this one runs backward at `moment` and
  /// which gradients it writes first.
  void planBackward(int moment) {
    goesBackward =
        needsGradient
            && (this instanceof Objective || outputs.stream().anyMatch(y -> y.gradient != null));
    if (!goesBackward) {
      return;
    }
    for (int i = 0; i < wants.length; i++) {
      Tensor x = inputs.get(i);
      wants[i] = x.needsGradient && differentiates(i);
      if (wants[i]) {
        Region gradient = x.gradient;
        adds[i] = gradient != null;
        if (gradient == null) {
          gradient = new Region("∂ " + x.name, x.size());
          x.gradient = gradient;
        }
        gradient.use(moment);
      }
    }
    for (Tensor y : outputs) {
      if (y.gradient != null) {
        y.gradient.use(moment);
      }
    }
  }
}
