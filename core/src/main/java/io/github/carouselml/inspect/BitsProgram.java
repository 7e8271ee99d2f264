package io.github.carouselml.inspect;

import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A case's layer recorded with everything given and everything read: what users run, layer, tape and
/// plan, not the kernels alone.
final class BitsProgram implements AutoCloseable {
  /// A part of a state: before the first step and after each sequence's last.
  private record Carried(String name, Tensor before, Tensor after) {}

  /// An input that takes ∂L/∂ of an output.
  private record Given(String name, Tensor input) {}

  private final BitsCase numbers;
  private final boolean training;
  private final Parameters parameters;
  private final Rows rows;
  private final Tensor x;
  private final Tensor y;
  private final List<Carried> states = new ArrayList<>();
  private final List<Given> given = new ArrayList<>();
  private final Program program;
  private List<Integer> ids = List.of();

  /// Room for so many steps and sequences.
  BitsProgram(BitsCase numbers, Backend backend, boolean training, int steps, int sequences) {
    this.numbers = numbers;
    this.training = training;
    rows = new Rows(steps, sequences);
    parameters = Parameters.allocate(backend, numbers.parameters(), training);
    for (ParameterSpec spec : numbers.parameters()) {
      parameters.set(spec.name(), numbers.parameter(spec));
    }
    Tape.Mode mode = training ? Tape.Mode.TRAIN : Tape.Mode.PREDICT;
    Tape tape = new Tape(backend, parameters, mode, 0);
    Recurrent layer = numbers.layer();
    x = tape.inputWithGradient("x", new RowSpace.Steps(rows), layer.inputSize());
    List<State> first = new ArrayList<>();
    for (int s = 0; s < layer.states(); s++) {
      var cell = layer.cell(s);
      first.add(
          new State(
              before(tape, "h", cell.outputSize()),
              cell.hasCellState() ? before(tape, "c", cell.hiddenSize()) : null));
    }
    Recurrent.Result result = layer.apply(x, first, true);
    y = tape.keep(result.outputs());
    give("y", y);
    for (int s = 0; s < first.size(); s++) {
      carry("h" + s, first.get(s).h(), result.last().get(s).h());
      carry("c" + s, first.get(s).c(), result.last().get(s).c());
    }
    program = tape.program();
  }

  private Tensor before(Tape tape, String name, int features) {
    return tape.inputWithGradient(name, new RowSpace.Sequences(rows), features);
  }

  private void carry(String name, @Nullable Tensor before, @Nullable Tensor after) {
    if (before != null && after != null) {
      after.tape().keep(after);
      states.add(new Carried(name, before, after));
      give(name, after);
    }
  }

  private void give(String name, Tensor output) {
    if (training) {
      given.add(new Given(name, GivenGradient.of(output)));
    }
  }

  /// Brings sequences in, in this order, and so many without a step behind them.
  void load(List<Integer> sequences, int empty) {
    ids = sequences;
    int[] lengths = new int[sequences.size() + empty];
    for (int b = 0; b < sequences.size(); b++) {
      lengths[b] = numbers.length(sequences.get(b));
    }
    rows.set(lengths, lengths.length);
    upload("x", x);
    for (Carried state : states) {
      upload(state.name, state.before);
    }
    for (Given gradient : given) {
      upload("∂" + gradient.name, gradient.input);
    }
  }

  private void upload(String name, Tensor to) {
    int features = to.features();
    float[] all = new float[to.rows() * features];
    for (int b = 0; b < ids.size(); b++) {
      float[] own = numbers.of(name, ids.get(b), count(to, b), features);
      for (int t = 0; t < count(to, b); t++) {
        System.arraycopy(own, t * features, all, row(to, t, b) * features, features);
      }
    }
    program.upload(to, all);
  }

  /// The rows that a sequence has in a tensor.
  private int count(Tensor tensor, int b) {
    return switch (tensor.space()) {
      case RowSpace.Steps _ -> numbers.length(ids.get(b));
      case RowSpace.Sequences _ -> 1;
    };
  }

  private int row(Tensor tensor, int t, int b) {
    return switch (tensor.space()) {
      case RowSpace.Steps _ -> rows.row(t, b);
      case RowSpace.Sequences _ -> rows.rank(b);
    };
  }

  /// One pass over what was loaded; it allocates nothing.
  void run() {
    if (training) {
      parameters.zeroGradients(program.operations());
      program.train(1, 1);
    } else {
      program.evaluate(1);
    }
  }

  /// What the last pass gave.
  Outcome read() {
    Outcome outcome = new Outcome();
    read(outcome, "y", y, false);
    for (Carried state : states) {
      read(outcome, "last " + state.name, state.after, false);
    }
    if (training) {
      read(outcome, "∂x", x, true);
      for (Carried state : states) {
        read(outcome, "∂ first " + state.name, state.before, true);
      }
      for (Parameter parameter : parameters.all()) {
        outcome.putGradient(parameter.name(), parameters.gradient(parameter.name()));
      }
    }
    return outcome;
  }

  private void read(Outcome to, String name, Tensor tensor, boolean gradient) {
    int features = tensor.features();
    float[] all = new float[tensor.rows() * features];
    if (gradient) {
      program.downloadGradient(tensor, all);
    } else {
      program.download(tensor, all);
    }
    for (int b = 0; b < ids.size(); b++) {
      float[] own = new float[count(tensor, b) * features];
      for (int t = 0; t < count(tensor, b); t++) {
        System.arraycopy(all, row(tensor, t, b) * features, own, t * features, features);
      }
      to.put(ids.get(b), name, own);
    }
  }

  /// One sequence through a program for one step, step by step, each state handed on.
  ///
  /// @param step runs each step
  Outcome stream(int id, Consumer<Runnable> step) {
    ids = List.of(id);
    rows.set(new int[] {1}, 1);
    int steps = numbers.length(id);
    float[] xs = numbers.of("x", id, steps, x.features());
    float[] ys = new float[steps * y.features()];
    float[] in = new float[x.features()];
    float[] out = new float[y.features()];
    float[][] carried = new float[states.size()][];
    for (int s = 0; s < carried.length; s++) {
      Carried state = states.get(s);
      carried[s] = numbers.of(state.name, id, 1, state.before.features());
    }
    for (int t = 0; t < steps; t++) {
      System.arraycopy(xs, t * in.length, in, 0, in.length);
      program.upload(x, in);
      for (int s = 0; s < carried.length; s++) {
        program.upload(states.get(s).before, carried[s]);
      }
      step.accept(this::run);
      program.download(y, out);
      System.arraycopy(out, 0, ys, t * out.length, out.length);
      for (int s = 0; s < carried.length; s++) {
        program.download(states.get(s).after, carried[s]);
      }
    }
    Outcome outcome = new Outcome();
    outcome.put(id, "y", ys);
    for (int s = 0; s < carried.length; s++) {
      outcome.put(id, "last " + states.get(s).name, carried[s]);
    }
    return outcome;
  }

  @Override
  public void close() {
    program.close();
  }
}
