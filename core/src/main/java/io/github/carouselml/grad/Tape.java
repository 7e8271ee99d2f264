package io.github.carouselml.grad;

import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Records a model's forward code once. Operations take and give [Tensor]s; [#program] plans the
/// memory of what was recorded and makes it ready to run with every batch.
/// ```
/// var rows = new Rows(maxSteps, maxSequences);
/// var tape = new Tape(backend, parameters, Tape.Mode.TRAIN, seed);
/// Tensor x = tape.input("x", new RowSpace.Steps(rows), 3);
/// Tensor y = LinearOp.of(x, weight, bias);
/// ```
public final class Tape {
  /// What will be done with it.
  public enum Mode {
    /// Gradients, dropout and reserves.
    TRAIN,
    /// The forward pass alone, without dropout.
    PREDICT
  }

  private final Backend backend;
  private final Parameters parameters;
  private final Mode mode;
  private final long seed;
  private final @Nullable Tape outer;
  private final Recompute recompute;
  private final List<Op> ops = new ArrayList<>();
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Indices> indices = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private int streams;
  private boolean finished;
  private boolean made;
  private @Nullable MemoryPlan plan;

  /// An empty tape; the seed is the run's, for dropout.
  public Tape(Backend backend, Parameters parameters, Mode mode, long seed) {
    this(backend, parameters, mode, seed, Recompute.nothing());
  }

  /// An empty tape that trains and computes something again in its backward pass.
  public Tape(Backend backend, Parameters parameters, Mode mode, long seed, Recompute recompute) {
    this(backend, parameters, mode, seed, recompute, null);
  }

  private Tape(
      Backend backend,
      Parameters parameters,
      Mode mode,
      long seed,
      Recompute recompute,
      @Nullable Tape outer) {
    this.backend = backend;
    this.parameters = parameters;
    this.mode = mode;
    this.seed = seed;
    this.recompute = mode == Mode.TRAIN ? recompute : Recompute.nothing();
    this.outer = outer;
  }

  /// A tape for what an operation of this one replays: the same parameters, and random numbers from
  /// the same streams.
  Tape inner() {
    return new Tape(backend, parameters, mode, seed, Recompute.nothing(), this);
  }

  /// An input that each run sets by [Program#upload].
  public Tensor input(String name, RowSpace space, int features) {
    return input(name, space, features, false);
  }

  /// An input whose gradient can be read after a training run.
  public Tensor inputWithGradient(String name, RowSpace space, int features) {
    return input(name, space, features, true);
  }

  private Tensor input(String name, RowSpace space, int features, boolean gradient) {
    Tensor input = new Tensor(this, unique(name), space, features, gradient && isTraining());
    input.makeInput();
    inputs.add(input);
    return input;
  }

  /// Indices that the caller sets before each run.
  public Indices indices(String name, RowSpace space) {
    Indices made = new Indices(unique(name), space, capacity(space));
    indices.add(made);
    return made;
  }

  /// Keeps the values of a tensor until the end of each run, to be read by [Program#download].
  public Tensor keep(Tensor tensor) {
    tensor.kept = true;
    return tensor;
  }

  /// The model's parameters.
  public Parameters parameters() {
    return parameters;
  }

  /// The backend that will run it.
  public Backend backend() {
    return backend;
  }

  /// The run's seed.
  public long seed() {
    return seed;
  }

  /// Whether gradients will be computed.
  public boolean isTraining() {
    return mode == Mode.TRAIN;
  }

  /// What is computed again.
  public Recompute recompute() {
    return recompute;
  }

  /// Whether operations see one interval of steps at a time.
  boolean byIntervals() {
    return recompute.what() == Recompute.What.ACTIVATIONS;
  }

  /// The rows of a space that an operation sees at once, at most.
  public int capacity(RowSpace space) {
    Rows rows = space.rows();
    boolean cut = byIntervals() && space instanceof RowSpace.Steps;
    return cut
        ? Math.multiplyExact(Math.min(recompute.steps(), rows.maxSteps()), rows.maxSequences())
        : space.capacity();
  }

  /// Whether all its activations can be computed again interval by interval (see [Recompute]).
  public boolean canRecomputeActivations() {
    return Intervals.possible(this);
  }

  /// The steps of the longest sequence that there is room for.
  public int longest() {
    int longest = 1;
    for (Op op : ops) {
      for (Tensor y : op.outputsOrInputs()) {
        longest = Math.max(longest, y.space().rows().maxSteps());
      }
    }
    return longest;
  }

  /// How a program made of this tape would lay out its memory; nothing is allocated.
  public MemoryPlan plan() {
    if (plan == null) {
      finished = true;
      prepare();
      plan = MemoryPlan.of(this);
    }
    return plan;
  }

  private void prepare() {
    Intervals.check(this);
    int last = 2 * ops.size() - 1;
    if (isTraining()) {
      for (int i = ops.size() - 1; i >= 0; i--) {
        ops.get(i).planBackward(last - i);
      }
    }
    for (Op op : ops) {
      op.prepare(backend);
    }
  }

  /// A number for the next operation that draws random numbers.
  public int nextStream() {
    return outer == null ? streams++ : outer.nextStream();
  }

  /// Plans the memory, allocates it, and makes the tape ready to run. A tape makes one program.
  public Program program() {
    if (made) {
      throw new IllegalStateException("This tape was made into a program already. Record another.");
    }
    made = true;
    return Program.of(this, plan());
  }

  void record(Op op) {
    if (finished) {
      throw new IllegalStateException("Nothing can be recorded after the memory was planned.");
    }
    ops.add(op);
  }

  String unique(String name) {
    String candidate = name;
    for (int i = 2; !names.add(candidate); i++) {
      candidate = name + " " + i;
    }
    return candidate;
  }

  List<Op> ops() {
    return ops;
  }

  List<Tensor> inputs() {
    return inputs;
  }

  List<Indices> indices() {
    return indices;
  }
}
