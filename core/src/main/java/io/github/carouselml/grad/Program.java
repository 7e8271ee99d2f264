package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// A tape made ready to run: its operations in order, with planned and allocated memory. A run
/// allocates nothing. One thread at a time; programs of one model share its parameters.
public final class Program implements AutoCloseable {
  private final Backend backend;
  private final Operations operations;
  private final Op[] ops;
  private final Objective[] objectives;
  private final boolean training;
  private final MemoryPlan memory;

  private final @Nullable Intervals intervals;

  private Program(Tape tape, Operations operations, MemoryPlan memory) {
    this.backend = tape.backend();
    this.operations = operations;
    this.ops = tape.ops().toArray(Op[]::new);
    this.objectives =
        tape.ops().stream()
            .filter(op -> op instanceof Objective)
            .map(op -> (Objective) op)
            .toArray(Objective[]::new);
    this.training = tape.isTraining();
    this.memory = memory;
    this.intervals = tape.byIntervals() ? new Intervals(tape, operations) : null;
  }

  static Program of(Tape tape, MemoryPlan memory) {
    Slot slab = Slot.of(tape.backend().allocate(memory.slabFloats()));
    memory.place(slab);
    for (Op op : tape.ops()) {
      op.open(tape.backend());
    }
    return new Program(tape, tape.backend().operations(), memory);
  }

  /// Runs forward and gives the total of the objectives, without gradients.
  public double evaluate(int update) {
    if (intervals != null) {
      intervals.evaluate(update);
      return total();
    }
    for (Op op : ops) {
      op.forward(operations, update);
    }
    return total();
  }

  /// Runs forward and backward and gives the total of the objectives. Gradients of `scale` times
  /// the total are *added* to those of the parameters.
  public double train(int update, float scale) {
    if (intervals != null) {
      return backward(update, scale);
    }
    for (Op op : ops) {
      if (!(op instanceof Objective && op.goesBackward())) {
        op.forward(operations, update);
      }
    }
    return backward(update, scale);
  }

  /// The backward half of [#train], after [#evaluate] of the same batch and update.
  public double backward(int update, float scale) {
    if (!training) {
      throw new IllegalStateException(
          "This program was recorded to predict; it has no backward pass.");
    }
    for (Objective objective : objectives) {
      objective.scale(scale);
    }
    if (intervals != null) {
      intervals.train(update);
      return total();
    }
    for (int i = ops.length - 1; i >= 0; i--) {
      if (ops[i].goesBackward()) {
        ops[i].backward(operations, update);
      }
    }
    return total();
  }

  private double total() {
    double total = 0;
    for (Objective objective : objectives) {
      total += objective.contribution();
    }
    return total;
  }

  /// Sets an input: its real rows one after the other without gaps, in the order of
  /// [io.github.carouselml.tensor.Rows].
  public void upload(Tensor input, float[] rows) {
    if (!input.isInput) {
      throw new IllegalStateException("Only inputs can be set, and " + input + " is none.");
    }
    check(input, rows);
    backend.uploadRows(rows, input.rows(), input.features(), input.all());
  }

  private static void check(Tensor tensor, float[] rows) {
    if (rows.length < tensor.rows() * tensor.features()) {
      throw new CarouselException.Request(
          "An array of "
              + rows.length
              + " numbers was given for "
              + tensor
              + ", which has "
              + tensor.rows()
              + " rows of "
              + tensor.features()
              + " in the present batch.");
    }
  }

  /// Reads the values of an input or a kept tensor.
  public void download(Tensor tensor, float[] rows) {
    if (!tensor.kept) {
      throw new IllegalStateException(
          tensor + " is overwritten within a run. Record it with Tape.keep to read it.");
    }
    check(tensor, rows);
    backend.downloadRows(tensor.all(), tensor.rows(), tensor.features(), rows);
  }

  /// Reads the gradient of an input after a training run; zeros where nothing depends on it.
  public void downloadGradient(Tensor input, float[] rows) {
    if (!input.isInput) {
      throw new IllegalStateException(
          "Only gradients of inputs are kept, and " + input + " is none.");
    }
    check(input, rows);
    Slot gradient = input.gradient();
    if (gradient == null) {
      java.util.Arrays.fill(rows, 0, input.rows() * input.features(), 0f);
    } else {
      backend.downloadRows(gradient, input.rows(), input.features(), rows);
    }
  }

  /// The operations that it computes with, for optimizers on the same thread.
  public Operations operations() {
    return operations;
  }

  /// How its memory is laid out.
  public MemoryPlan memory() {
    return memory;
  }

  /// Lets go of what operations hold.
  @Override
  public void close() {
    for (Op op : ops) {
      op.close();
    }
  }
}
