package io.github.carouselml.layer;

import io.github.carouselml.grad.CellStep;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.ReplayedStep;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.kernel.Binary;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.RecurrentStep;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One step at a time through a whole stack that reads forward, and a dense layer on top if there
/// is one, with the bits of the whole sequence at once:
/// ```
/// var stepper = new Stepper(backend, parameters, stack, head);
/// float[] y = new float[stepper.outputSize()];
/// for (float[] x : stream) {                  // [inputSize]
///   stepper.step(x, y);                       // y [outputSize]
/// }
/// StackState kept = stepper.state();          // a value: kept, given to another stepper, compared
/// ```
/// The state is the stepper's own: one a thread. The parameters are only read, so any number of
/// steppers may share them. A step allocates nothing.
///
/// With [WeightPrecision#BFLOAT16] or [WeightPrecision#INT8] the matrices of the recurrent layers are
/// copied in fewer bits when the stepper is made, and later changes of the parameters are not seen. A
/// step then costs what it takes to read fewer bytes, and its numbers differ from those of the whole
/// sequence by the rounding of the weights; they are still the same on any thread count, vector width
/// and set of kernels. Biases, peepholes, gains and the dense layer stay in float32.
public final class Stepper {
  private final Backend backend;
  private final Operations operations;
  private final Recurrent stack;
  private final Level[] levels;
  private final @Nullable Head head;
  private final Slot input;
  private final Slot output;
  private final int outputSize;
  private final float[] numbers; // room for a state on its way
  private int now; // which of two places of every state is the present one

  /// A stepper through a stack of trained weights, at a state of zeros.
  public Stepper(Backend backend, Parameters parameters, Recurrent stack) {
    this(backend, parameters, stack, null);
  }

  /// A stepper through a stack and a dense layer on its outputs, at a state of zeros.
  public Stepper(Backend backend, Parameters parameters, Recurrent stack, @Nullable Dense dense) {
    this(backend, parameters, stack, dense, WeightPrecision.FLOAT32);
  }

  /// The same with the recurrent layers' matrices in this precision.
  public Stepper(
      Backend backend,
      Parameters parameters,
      Recurrent stack,
      @Nullable Dense dense,
      WeightPrecision precision) {
    if (stack.direction() != Direction.FORWARD) {
      throw new CarouselException.Request(
          "Recurrent '"
              + stack.name()
              + "' reads "
              + (stack.direction() == Direction.BOTH ? "both ways" : "backward")
              + " and cannot go step by step: its first output depends on the last input.");
    }
    this.backend = backend;
    this.stack = stack;
    operations = backend.operations();
    numbers = new float[StackState.size(stack.cells())];
    input = row(backend, stack.inputSize());
    levels = new Level[stack.cells().size()];
    int at = 0;
    for (int l = 0; l < levels.length; l++) {
      levels[l] = new Level(backend, parameters, stack, l, at, precision);
      at += levels[l].size();
    }
    head = dense == null ? null : new Head(parameters, stack, dense);
    output = row(backend, dense == null ? stack.outputSize() : dense.outputSize());
    outputSize = dense == null ? stack.outputSize() : dense.outputSize();
  }

  private static Slot row(Backend backend, int features) {
    return Slot.of(backend.allocate(Sizes.stride(features)));
  }

  /// The numbers that a step takes.
  public int inputSize() {
    return stack.inputSize();
  }

  /// The numbers that a step gives.
  public int outputSize() {
    return outputSize;
  }

  /// One step: from `x [inputSize]` to `y [outputSize]`, and on to the next state.
  public void step(float[] x, float[] y) {
    if (x.length != stack.inputSize() || y.length != outputSize) {
      throw wrongSizes(x, y);
    }
    backend.uploadRows(x, 1, x.length, input);
    Slot h = input;
    for (Level level : levels) {
      h = level.step(operations, h, now);
    }
    now = 1 - now;
    if (head != null) {
      head.apply(operations, h, output);
      h = output;
    }
    backend.downloadRows(h, 1, outputSize, y);
  }

  private CarouselException wrongSizes(float[] x, float[] y) {
    return new CarouselException.Request(
        "A step of '"
            + stack.name()
            + "' takes "
            + stack.inputSize()
            + " numbers and gives "
            + outputSize
            + ", but it got "
            + x.length
            + " and room for "
            + y.length
            + ".");
  }

  /// Begins a new sequence from zeros.
  public void reset() {
    Arrays.fill(numbers, 0f);
    upload();
  }

  /// The present state.
  public StackState state() {
    for (Level level : levels) {
      level.download(backend, numbers, now);
    }
    return StackState.of(stack, numbers);
  }

  /// Goes on from a state that a stepper of the same cells gave.
  public void restore(StackState state) {
    if (!state.cells().equals(stack.cells())) {
      throw new CarouselException.Request(
          "A state of the cells "
              + state.cells()
              + " was given to recurrent '"
              + stack.name()
              + "', which has the cells "
              + stack.cells()
              + ".");
    }
    state.copyTo(numbers);
    upload();
  }

  private void upload() {
    for (Level level : levels) {
      level.upload(backend, numbers, now);
    }
  }

  /// One layer: its step, and two places for its state, which take turns.
  private static final class Level {
    private final RecurrentStep step;
    private final Slot[] h;
    private final Slot @Nullable [] c;
    private final @Nullable Norm norm;
    private final @Nullable Slot sum; // with the output of the level below
    private final int at;
    private final int outputs;
    private final int units;

    Level(
        Backend backend,
        Parameters all,
        Recurrent stack,
        int layer,
        int at,
        WeightPrecision precision) {
      CellSpec cell = stack.cells().get(layer);
      this.at = at;
      outputs = cell.outputSize();
      units = cell.hasCellState() ? cell.hiddenSize() : 0;
      int inputs = stack.inputSize(layer);
      Slot[] parameters =
          stack.specs(layer, false).stream().map(s -> all.get(s).value()).toArray(Slot[]::new);
      step =
          cell instanceof OwnCell own
              ? replayed(backend, all, own, stack, layer, parameters, precision)
              : backend.step(cell, inputs, stack.noise(), parameters, precision);
      norm =
          layer > 0 && stack.between().layerNorm()
              ? new Norm(backend, all, stack.norm(layer))
              : null;
      sum = layer > 0 && stack.between().residual() ? row(backend, outputs) : null;
      h = new Slot[] {row(backend, outputs), row(backend, outputs)};
      c = units == 0 ? null : new Slot[] {row(backend, units), row(backend, units)};
    }

    private static RecurrentStep replayed(
        Backend backend,
        Parameters all,
        OwnCell cell,
        Recurrent stack,
        int layer,
        Slot[] parameters,
        WeightPrecision precision) {
      if (precision != WeightPrecision.FLOAT32) {
        throw cell.cannot(
            "layer "
                + layer
                + " of recurrent '"
                + stack.name()
                + "' has float32 weights only, not "
                + precision
                + ": its step is made of operations on them.");
      }
      Tape tape = new Tape(backend, all, Tape.Mode.PREDICT, 0);
      Tensor x = tape.input("x", new RowSpace.Steps(new Rows(1, 1)), stack.inputSize(layer));
      CellStep step = stack.parts(cell, layer, false).step();
      ReplayedStep plan = new ReplayedStep(tape, cell, step, x, x.space().rows(), 1);
      return RecurrentStep.of(plan, parameters);
    }

    int size() {
      return outputs + units;
    }

    /// h, c = cell(norm(below), h', c')   out = [below +] h
    Slot step(Operations operations, Slot below, int now) {
      Slot x = norm == null ? below : norm.apply(operations, below);
      Slot next = h[1 - now];
      Slot[] cells = c;
      if (cells == null) {
        step.step(x, h[now], null, next, null);
      } else {
        step.step(x, h[now], cells[now], next, cells[1 - now]);
      }
      if (sum == null) {
        return next;
      }
      operations.elements().binary(Binary.ADD, 1, outputs, below, next, sum);
      return sum;
    }

    void upload(Backend backend, float[] numbers, int now) {
      backend.upload(numbers, at, first(h[now], outputs));
      if (c != null) {
        backend.upload(numbers, at + outputs, first(c[now], units));
      }
    }

    void download(Backend backend, float[] numbers, int now) {
      backend.download(first(h[now], outputs), numbers, at);
      if (c != null) {
        backend.download(first(c[now], units), numbers, at + outputs);
      }
    }

    /// A row without its padding.
    private static Slot first(Slot row, int features) {
      return new Slot(row.buffer(), row.offset(), features);
    }
  }

  /// The layer norm of what a level gets.
  private static final class Norm {
    private final LayerNorm layer;
    private final Slot gain;
    private final Slot bias;
    private final Slot normalised;
    private final Slot scale;
    private final Slot y;

    Norm(Backend backend, Parameters all, LayerNorm layer) {
      this.layer = layer;
      gain = layer.gain(all).value();
      bias = layer.bias(all).value();
      normalised = row(backend, layer.size());
      scale = row(backend, 1);
      y = row(backend, layer.size());
    }

    Slot apply(Operations operations, Slot x) {
      operations
          .norms()
          .layer(1, layer.size(), layer.epsilon(), x, gain, bias, normalised, scale, y);
      return y;
    }
  }

  /// The dense layer on top.
  private static final class Head {
    private final Layout.Matrix layout;
    private final Slot weight;
    private final @Nullable Slot bias;

    Head(Parameters all, Recurrent stack, Dense dense) {
      if (dense.inputSize() != stack.outputSize()) {
        throw new CarouselException.Request(
            "Dense '"
                + dense.name()
                + "' was built for an input of size "
                + dense.inputSize()
                + ", but recurrent '"
                + stack.name()
                + "' gives "
                + stack.outputSize()
                + " numbers.");
      }
      layout = dense.layout();
      weight = dense.weight(all).value();
      Parameter own = dense.bias(all);
      bias = own == null ? null : own.value();
    }

    /// y = W h + b
    void apply(Operations operations, Slot h, Slot y) {
      operations.dense().forward(1, layout, h, weight, bias, y);
    }
  }
}
