package io.github.carouselml.layer;

import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RecurrentOp;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A recurrent stack on plain arrays, batch first, for those who come for the cell:
/// ```
/// var backend = Backends.cpu();
/// var layer = new ArrayLayer(new Recurrent("lstm", 3, new CellSpec.Lstm(8)), backend, seed);
/// float[][][] y = layer.forward(x).outputs();         // x [B][T][3], y [B][T][8]
/// var gradients = layer.backward(dy);                 // dy = ∂L/∂y [B][T][8]
/// float[][][] dx = gradients.inputs();                // [B][T][3]
/// float[] dW = gradients.parameters().get("lstm.0.forward.input_weight");
/// float[][] dh0 = gradients.first().get(0).h();       // [B][8]
/// ```
/// Sequences may have unequal lengths. A larger batch than any before plans the memory anew; a
/// batch that fits runs in the memory there is. One thread at a time.
public final class ArrayLayer implements AutoCloseable {
  /// The state of one layer in one direction: `[B][H]` each, c empty where the cell has none.
  @SuppressWarnings("ArrayRecordComponent") // a pair of arrays, not a value
  public record State(float[][] h, float[][] c) {
    /// The state from which the next part of each sequence starts: zeros where a new sequence begins.
    /// Neither a value nor a gradient passes from before it.
    public State reset(boolean[] begins) {
      if (begins.length != h.length) {
        throw new CarouselException.Request(
            "A reset mask for "
                + begins.length
                + " sequences was given for a state of "
                + h.length
                + ".");
      }
      return new State(reset(h, begins), reset(c, begins));
    }

    private static float[][] reset(float[][] rows, boolean[] begins) {
      float[][] next = new float[rows.length][];
      for (int b = 0; b < rows.length; b++) {
        next[b] = begins[b] ? new float[rows[b].length] : rows[b].clone();
      }
      return next;
    }
  }

  /// What a forward pass gives.
  ///
  /// @param outputs `[B][T][outputSize]`, zeros past the end of a sequence
  /// @param last the state after each sequence's own end, layer by layer, forward before backward
  @SuppressWarnings("ArrayRecordComponent") // a bundle of arrays, not a value
  public record Outputs(float[][][] outputs, List<State> last) {}

  /// What a backward pass gives.
  ///
  /// @param inputs `[B][T][inputSize]`, zeros past the end of a sequence
  /// @param first of the first states
  /// @param parameters of each parameter by its name, canonical
  @SuppressWarnings("ArrayRecordComponent") // a bundle of arrays, not a value
  public record Gradients(float[][][] inputs, List<State> first, Map<String, float[]> parameters) {}

  private final Recurrent layer;
  private final Backend backend;
  private final Parameters parameters;
  private final long seed;
  private @Nullable Plan plan;
  private int update;
  private boolean forwardDone;

  /// The layer with its first values.
  public ArrayLayer(Recurrent layer, Backend backend, long seed) {
    this.layer = layer;
    this.backend = backend;
    this.seed = seed;
    this.parameters = Layer.initialize(backend, List.of(layer), seed);
  }

  /// Its parameters, to be read and set.
  public Parameters parameters() {
    return parameters;
  }

  /// Runs over `x [B][T][inputSize]`, each sequence as long as its array, from states of zeros.
  public Outputs forward(float[][][] x) {
    return forward(x, null, null);
  }

  /// Runs over the first `lengths[b]` steps of each `x[b]` from given first states; null stands for
  /// whole arrays and for zeros.
  public Outputs forward(float[][][] x, int @Nullable [] lengths, @Nullable List<State> first) {
    int[] steps = lengths(x, lengths);
    check(first, "first states");
    Plan run = planFor(steps);
    run.rows.set(steps, steps.length);
    run.program.upload(run.x, run.rowsOf(x, layer.inputSize(), "inputs"));
    for (int s = 0; s < run.first.size(); s++) {
      RecurrentOp.State to = run.first.get(s);
      State from = first == null ? null : first.get(s);
      run.program.upload(to.h(), run.ranks(from == null ? null : from.h(), to.h()));
      if (to.c() != null) {
        run.program.upload(to.c(), run.ranks(from == null ? null : from.c(), to.c()));
      }
    }
    update++;
    run.program.evaluate(update);
    forwardDone = true;
    int longest = x.length == 0 ? 0 : max(x);
    return new Outputs(run.arrays(run.y, false, longest), run.states(run.last, false));
  }

  /// The gradients of the last forward pass, from `∂L/∂outputs`.
  public Gradients backward(float[][][] outputGradients) {
    return backward(outputGradients, null);
  }

  /// The gradients of the last forward pass, from `∂L/∂outputs` and `∂L/∂last`; null stands for
  /// zeros.
  public Gradients backward(float[][][] outputGradients, @Nullable List<State> lastGradients) {
    Plan run = plan;
    if (run == null || !forwardDone) {
      throw new CarouselException.Request(
          "A backward pass needs a forward pass before it: call forward first.");
    }
    check(lastGradients, "gradients of last states");
    run.program.upload(run.dy, run.rowsOf(outputGradients, layer.outputSize(), "gradients"));
    for (int s = 0; s < run.lastGradients.size(); s++) {
      RecurrentOp.State to = run.lastGradients.get(s);
      State from = lastGradients == null ? null : lastGradients.get(s);
      run.program.upload(to.h(), run.ranks(from == null ? null : from.h(), to.h()));
      if (to.c() != null) {
        run.program.upload(to.c(), run.ranks(from == null ? null : from.c(), to.c()));
      }
    }
    parameters.zeroGradients(run.program.operations());
    run.program.backward(update, 1);
    Map<String, float[]> all = new LinkedHashMap<>();
    for (Parameter parameter : parameters.all()) {
      all.put(parameter.name(), parameters.gradient(parameter.name()));
    }
    int longest = outputGradients.length == 0 ? 0 : max(outputGradients);
    return new Gradients(run.arrays(run.x, true, longest), run.states(run.first, true), all);
  }

  /// Refuses states of another number, and a c for a cell that has none.
  private void check(@Nullable List<State> states, String what) {
    if (states == null) {
      return;
    }
    if (states.size() != layer.states()) {
      throw new CarouselException.Request(
          "Recurrent '%s' has %d states (layers times directions), but %d %s were given."
              .formatted(layer.name(), layer.states(), states.size(), what));
    }
    for (int s = 0; s < states.size(); s++) {
      boolean given = Arrays.stream(states.get(s).c()).anyMatch(row -> row.length > 0);
      if (given && !layer.cell(s).hasCellState()) {
        throw new CarouselException.Request(
            "Of the %s number %d has a c, but its cell %s has none."
                .formatted(what, s, layer.cell(s)));
      }
    }
  }

  private static int max(float[][][] x) {
    int longest = 0;
    for (float[][] sequence : x) {
      longest = Math.max(longest, sequence.length);
    }
    return longest;
  }

  private static int[] lengths(float[][][] x, int @Nullable [] lengths) {
    if (lengths != null && lengths.length != x.length) {
      throw new CarouselException.Request(
          "The batch has " + x.length + " sequences but " + lengths.length + " lengths.");
    }
    int[] steps = new int[x.length];
    for (int b = 0; b < x.length; b++) {
      steps[b] = lengths == null ? x[b].length : lengths[b];
      if (steps[b] < 0 || steps[b] > x[b].length) {
        throw new CarouselException.Request(
            "Sequence "
                + b
                + " has "
                + x[b].length
                + " steps, so its length cannot be "
                + steps[b]
                + ".");
      }
    }
    return steps;
  }

  private Plan planFor(int[] lengths) {
    int steps = 0;
    for (int length : lengths) {
      steps = Math.max(steps, length);
    }
    Plan present = plan;
    if (present != null
        && steps <= present.rows.maxSteps()
        && lengths.length <= present.rows.maxSequences()) {
      return present;
    }
    if (present != null) {
      present.program.close();
      steps = Math.max(steps, present.rows.maxSteps());
    }
    int sequences = Math.max(lengths.length, present == null ? 0 : present.rows.maxSequences());
    Plan larger = new Plan(layer, backend, parameters, seed, new Rows(steps, sequences));
    plan = larger;
    return larger;
  }

  /// The layer recorded for a largest batch, with everything given and returned.
  private static final class Plan {
    final Rows rows;
    final Tensor x;
    final List<RecurrentOp.State> first = new ArrayList<>();
    final Tensor y;
    final Tensor dy;
    final List<RecurrentOp.State> last;
    final List<RecurrentOp.State> lastGradients = new ArrayList<>();
    final Program program;

    Plan(Recurrent layer, Backend backend, Parameters parameters, long seed, Rows rows) {
      this.rows = rows;
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, seed);
      RowSpace states = new RowSpace.Sequences(rows);
      x = tape.inputWithGradient("inputs", new RowSpace.Steps(rows), layer.inputSize());
      for (int s = 0; s < layer.states(); s++) {
        var cell = layer.cell(s);
        Tensor h = tape.inputWithGradient("h0 " + s, states, cell.outputSize());
        Tensor c =
            cell.hasCellState()
                ? tape.inputWithGradient("c0 " + s, states, cell.hiddenSize())
                : null;
        first.add(new RecurrentOp.State(h, c));
      }
      Recurrent.Result result = layer.apply(x, first, true);
      y = result.outputs();
      last = result.last();
      dy = GivenGradient.of(y);
      for (RecurrentOp.State state : last) {
        Tensor c = state.c();
        lastGradients.add(
            new RecurrentOp.State(
                GivenGradient.of(state.h()), c == null ? null : GivenGradient.of(c)));
      }
      program = tape.program();
    }

    /// From `[B][T][F]` to rows.
    float[] rowsOf(float[][][] from, int features, String what) {
      if (from.length != rows.sequences()) {
        throw new CarouselException.Request(
            "The "
                + what
                + " have "
                + from.length
                + " sequences, but the batch has "
                + rows.sequences()
                + ".");
      }
      float[] to = new float[rows.count() * features];
      for (int b = 0; b < from.length; b++) {
        int length = rows.length(rows.rank(b));
        if (from[b].length < length) {
          throw new CarouselException.Request(
              "Sequence "
                  + b
                  + " of the "
                  + what
                  + " has "
                  + from[b].length
                  + " steps, but its length is "
                  + length
                  + ".");
        }
        for (int t = 0; t < length; t++) {
          if (from[b][t].length != features) {
            throw new CarouselException.Request(
                "Step "
                    + t
                    + " of sequence "
                    + b
                    + " of the "
                    + what
                    + " has "
                    + from[b][t].length
                    + " numbers, not "
                    + features
                    + ".");
          }
          System.arraycopy(from[b][t], 0, to, rows.row(t, b) * features, features);
        }
      }
      return to;
    }

    /// From `[B][F]` to one row for each rank.
    float[] ranks(float @Nullable [][] from, Tensor to) {
      int features = to.features();
      float[] all = new float[rows.sequences() * features];
      if (from == null) {
        return all;
      }
      if (from.length != rows.sequences()) {
        throw new CarouselException.Request(
            "A state of "
                + from.length
                + " sequences was given for a batch of "
                + rows.sequences()
                + ".");
      }
      for (int b = 0; b < from.length; b++) {
        if (from[b].length != features) {
          throw new CarouselException.Request(
              "A state of size "
                  + from[b].length
                  + " was given, but the cell has size "
                  + features
                  + ".");
        }
        System.arraycopy(from[b], 0, all, rows.rank(b) * features, features);
      }
      return all;
    }

    /// From rows to `[B][T][F]`.
    float[][][] arrays(Tensor tensor, boolean gradient, int steps) {
      int features = tensor.features();
      float[] from = read(tensor, gradient);
      float[][][] to = new float[rows.sequences()][steps][features];
      for (int b = 0; b < to.length; b++) {
        for (int t = 0; t < rows.length(rows.rank(b)); t++) {
          System.arraycopy(from, rows.row(t, b) * features, to[b][t], 0, features);
        }
      }
      return to;
    }

    List<State> states(List<RecurrentOp.State> states, boolean gradient) {
      List<State> all = new ArrayList<>();
      for (RecurrentOp.State state : states) {
        Tensor c = state.c();
        all.add(
            new State(
                sequences(state.h(), gradient),
                c == null ? new float[0][] : sequences(c, gradient)));
      }
      return all;
    }

    private float[][] sequences(Tensor tensor, boolean gradient) {
      int features = tensor.features();
      float[] from = read(tensor, gradient);
      float[][] to = new float[rows.sequences()][features];
      for (int b = 0; b < to.length; b++) {
        System.arraycopy(from, rows.rank(b) * features, to[b], 0, features);
      }
      return to;
    }

    private float[] read(Tensor tensor, boolean gradient) {
      float[] from = new float[tensor.rows() * tensor.features()];
      if (gradient) {
        program.downloadGradient(tensor, from);
      } else {
        program.download(tensor, from);
      }
      return from;
    }
  }

  /// Lets go of the memory.
  @Override
  public void close() {
    if (plan != null) {
      plan.program.close();
    }
  }
}
