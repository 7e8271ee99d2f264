package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The passes of a program that sees one interval of steps at a time. Forward it goes through all
/// intervals and keeps the states between them; then, the last interval first, it computes an
/// interval's activations again and goes backward through it. Gradients of parameters are one chain
/// over rows, the last step first, and each interval goes on with it: so the bits are those of one
/// pass over all steps.
final class Intervals {
  private final Op[] ops;
  private final boolean[] leads; // to states: the others need not run for the states alone
  private final Recompute recompute;
  private final Rows rows;
  private final Tensor[] inputs;
  private final Indices[] indices;
  private final Operations operations;

  Intervals(Tape tape, Operations operations) {
    this.operations = operations;
    ops = tape.ops().toArray(Op[]::new);
    recompute = tape.recompute();
    rows = tape.ops().getFirst().outputsOrInputs().getFirst().space().rows();
    inputs = tape.inputs().toArray(Tensor[]::new);
    indices = tape.indices().toArray(Indices[]::new);
    leads = new boolean[ops.length];
    Set<Tensor> needed = new HashSet<>();
    for (int i = ops.length - 1; i >= 0; i--) {
      leads[i] =
          ops[i] instanceof RecurrentOp || ops[i].outputs().stream().anyMatch(needed::contains);
      if (leads[i]) {
        needed.addAll(ops[i].inputs());
      }
    }
  }

  /// Refuses a tape that is to run by intervals and cannot.
  static void check(Tape tape) {
    if (tape.byIntervals() && !possible(tape)) {
      throw new CarouselException.Request(
          "Not all activations of this model can be computed again interval by interval: something"
              + " in it looks along the whole sequence, or is read after a run. Only gates and"
              + " cells can.");
    }
  }

  /// Whether every operation sees one step at a time, or carries states forward.
  static boolean possible(Tape tape) {
    List<Rows> batches = new ArrayList<>();
    for (Op op : tape.ops()) {
      boolean recurrent = op instanceof RecurrentOp;
      if (!recurrent && !op.byRows()) {
        return false;
      }
      for (Tensor x : op.inputs()) {
        boolean state = recurrent && x.isInput && !x.needsGradient;
        if (!(x.space() instanceof RowSpace.Steps) && !state) {
          return false;
        }
        batches.add(x.space().rows());
      }
      for (Tensor y : op.outputs()) {
        boolean steps = y.space() instanceof RowSpace.Steps;
        if (steps ? y.kept : !recurrent) {
          return false;
        }
        batches.add(y.space().rows());
      }
    }
    return !batches.isEmpty()
        && batches.stream().allMatch(rows -> rows == batches.getFirst())
        && tape.inputs().stream().noneMatch(x -> x.needsGradient);
  }

  /// Forward without gradients: the objectives' values, the last interval first as in training.
  void evaluate(int update) {
    run(update, false);
  }

  /// Forward and backward.
  void train(int update) {
    run(update, true);
  }

  private void run(int update, boolean backward) {
    int last = recompute.intervals(rows.allSteps()) - 1;
    try {
      for (int k = 0; k <= last; k++) {
        narrow(k);
        forward(update, k == last, false);
      }
      for (int k = last; k >= 0; k--) {
        if (k < last) {
          narrow(k);
          forward(update, true, false);
        }
        if (backward) {
          backward(update);
        } else {
          forward(update, false, true);
        }
      }
    } finally {
      rows.widen();
    }
  }

  private void narrow(int k) {
    int all = rows.allSteps();
    rows.narrow(recompute.begin(k, all), recompute.begin(k + 1, all), false);
    for (Tensor input : inputs) {
      input.narrow(operations);
    }
    for (Indices index : indices) {
      index.narrow();
    }
  }

  /// What leads to states, or all; or the objectives alone.
  private void forward(int update, boolean all, boolean objectives) {
    for (int i = 0; i < ops.length; i++) {
      boolean objective = ops[i] instanceof Objective;
      if (objectives ? objective : !(objective && ops[i].goesBackward()) && (all || leads[i])) {
        ops[i].forward(operations, update);
      }
    }
  }

  private void backward(int update) {
    for (int i = ops.length - 1; i >= 0; i--) {
      if (ops[i].goesBackward()) {
        ops[i].backward(operations, update);
      }
    }
  }
}
