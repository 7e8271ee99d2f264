package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Columns;
import io.github.carouselml.grad.DropoutOp;
import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.Recompute;
import io.github.carouselml.grad.Recompute.What;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.CarriedState;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Embedding;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.OwnCells;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.LinearCrossEntropy;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Between;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is computed again has the bits of what is kept: parameters, losses and carried states after
/// several updates are the same whatever the intervals.
final class RecomputeTest {
  private static final int STEPS = 11;
  private static final int SEQUENCES = 9;
  private static final int UPDATES = 3;
  private static final int WORDS = 7;
  private static final long SEED = 4;
  private static final Dense HEAD = new Dense("head", 6, 2);
  private static final Embedding WORDS_IN = new Embedding("words", WORDS, 3);

  /// What stands on the stack.
  private enum Head {
    REGRESSION,
    CLASSES,
    LAST_STEP
  }

  /// A model in short.
  private record Model(String name, Recurrent stack, Head head, boolean carries) {
    Model(String name, Recurrent stack) {
      this(name, stack, Head.REGRESSION, false);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Recurrent stack(CellSpec... cells) {
    return new Recurrent("r", 6, cells);
  }

  private static CellSpec.Lstm lstm(int units) {
    return new CellSpec.Lstm(units);
  }

  private static Stream<Model> models() {
    CellSpec.Gru after = new CellSpec.Gru(6);
    CellSpec.Gru before = after.withReset(CellSpec.Gru.Reset.BEFORE);
    Recurrent two = stack(lstm(20), lstm(6));
    return Stream.of(
        new Model("lstm", stack(lstm(6))),
        new Model("gru after", stack(after)),
        new Model("gru before", stack(before)),
        new Model("two layers", two),
        new Model("dropout between", two.withDropout(0.3)),
        new Model("residual and norm", two.withBetween(new Between(false, true))),
        new Model(
            "variational", two.withNoise(new RecurrentNoise().withInput(0.3).withRecurrent(0.2))),
        new Model(
            "gru with recurrent dropout",
            stack(before).withNoise(new RecurrentNoise().withRecurrent(0.2))),
        new Model("zoneout", two.withNoise(new RecurrentNoise().withZoneout(0.2, 0.1))),
        new Model("dropconnect", two.withNoise(new RecurrentNoise().withDropConnect(0.2))),
        new Model("minimal", stack(new CellSpec.MinLstm(18), new CellSpec.MinGru(6))),
        new Model("own", stack(lstm(20), new OwnCells.Leaky(5, 6))),
        new Model("own with dropout", stack(new OwnCells.OwnLstm(6), new OwnCells.Dropping(6))),
        new Model("carried", two, Head.REGRESSION, true),
        new Model("own carried", stack(new OwnCells.Leaky(9, 6)), Head.REGRESSION, true),
        new Model(
            "own both directions",
            stack(new OwnCells.Leaky(4, 5), new OwnCells.Leaky(7, 3))
                .withDirection(Direction.BOTH)),
        new Model("classes", two, Head.CLASSES, false),
        new Model("both directions", stack(lstm(3), lstm(3)).withDirection(Direction.BOTH)),
        new Model("last step", two, Head.LAST_STEP, false));
  }

  /// A model in training, and what it gave.
  private static final class Run implements AutoCloseable {
    final Model model;
    final Rows rows = new Rows(STEPS, SEQUENCES);
    final Parameters parameters;
    final OptimizerState optimizer;
    final Tensor x;
    final Tensor target;
    final Tensor weight;
    final Indices words;
    final Indices classes;
    final Tape tape;
    final Program program;
    final List<Double> losses = new ArrayList<>();
    private final CarriedState carried;

    Run(Backend backend, Model model, Recompute recompute) {
      this.model = model;
      parameters = Layer.initialize(backend, List.of(WORDS_IN, model.stack(), HEAD), SEED);
      optimizer = new OptimizerState(new Optimizer.AdamW(0.05, 0.01), backend, parameters);
      tape = new Tape(backend, parameters, Tape.Mode.TRAIN, SEED, recompute);
      boolean last = model.head() == Head.LAST_STEP;
      RowSpace steps = new RowSpace.Steps(rows);
      RowSpace outputs = last ? new RowSpace.Sequences(rows) : steps;
      x = tape.input("x", steps, 3);
      target = tape.input("y", outputs, 2);
      weight = tape.input("w", outputs, 1);
      words = tape.indices("words", steps);
      classes = tape.indices("classes", steps);
      Tensor in = Columns.concat(List.of(x, WORDS_IN.apply(tape, words)));
      in = DropoutOp.of(in, 0.1f, false);
      // a tape has no carried state that does not begin at zeros; only the model that carries feeds
      // it
      carried = model.carries() ? new CarriedState(tape, model.stack(), rows) : null;
      Tensor y;
      if (carried == null) {
        y = model.stack().apply(in);
      } else {
        Recurrent.Result result = model.stack().apply(in, carried.first(), true);
        carried.last(result.last());
        y = result.outputs();
      }
      switch (model.head()) {
        case REGRESSION -> MeanLoss.of(new LossSpec.Squared(), HEAD.apply(y), target, weight, 1);
        case CLASSES ->
            LinearCrossEntropy.of(
                y, parameters.get("head.weight"), parameters.get("head.bias"), classes, null, 1);
        case LAST_STEP ->
            MeanLoss.of(new LossSpec.Squared(), HEAD.apply(Sequences.last(y)), target, weight, 1);
      }
      if (backend instanceof OpaqueBackend opaque) {
        opaque.poison();
      }
      program = tape.program();
    }

    Run trained() {
      for (int update = 0; update < UPDATES; update++) {
        load(update);
        parameters.zeroGradients(program.operations());
        losses.add(program.train(update, 1));
        if (carried != null) {
          carried.end(program);
        }
        optimizer.update(program.operations().updates(), update + 1, 0.05, 1);
        assertThat(rows.count()).isEqualTo(rows.allRows());
      }
      return this;
    }

    /// Lengths that change from batch to batch, none, one step and all among them.
    void load(int update) {
      Random random = new Random(SEED, Random.Purpose.SAMPLE, update);
      int[] lengths = new int[SEQUENCES];
      for (int b = 0; b < SEQUENCES; b++) {
        lengths[b] = b == 0 ? 0 : b == 1 ? STEPS - update : (int) (random.uniform(b) * STEPS) + 1;
      }
      rows.set(lengths, SEQUENCES);
      program.upload(x, numbers(random, 100, rows.count() * 3, -1));
      program.upload(target, numbers(random, 1000, target.rows() * 2, -1));
      program.upload(weight, numbers(random, 2000, weight.rows(), 0));
      for (int r = 0; r < rows.count(); r++) {
        words.values()[r] = (int) (random.uniform(3000 + r) * WORDS);
        classes.values()[r] = (int) (random.uniform(4000 + r) * 2);
      }
      if (carried != null) {
        boolean[] reset = new boolean[SEQUENCES];
        reset[3] = update == 1;
        carried.begin(program, reset);
      }
    }

    private static float[] numbers(Random random, long from, int count, float low) {
      float[] numbers = new float[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = low + (1 - low) * random.uniform(from + i);
      }
      return numbers;
    }

    Map<String, Object> end() {
      Map<String, Object> end = new LinkedHashMap<>();
      end.put("losses", losses);
      end.put("weights", ParameterWeights.read(parameters));
      end.put("carried", carried == null ? List.of() : floats(carried.numbers()));
      return end;
    }

    private static List<Float> floats(float[] numbers) {
      List<Float> list = new ArrayList<>();
      for (float number : numbers) {
        list.add(number);
      }
      return list;
    }

    @Override
    public void close() {
      program.close();
    }
  }

  private static List<Recompute> ways(Backend backend, Model model) {
    List<Recompute> ways = new ArrayList<>();
    boolean all;
    try (Run run = new Run(backend, model, Recompute.nothing())) {
      all = run.tape.canRecomputeActivations();
    }
    boolean looksAlong =
        model.stack().direction() == Direction.BOTH || model.head() == Head.LAST_STEP;
    assertThat(all).as("%s by intervals", model).isEqualTo(!looksAlong);
    for (int steps : new int[] {1, 4, 6, STEPS}) {
      ways.add(new Recompute(What.GATES, steps));
      if (all) {
        ways.add(new Recompute(What.ACTIVATIONS, steps));
      }
    }
    return ways;
  }

  @ParameterizedTest
  @MethodSource("models")
  void the_bits_do_not_depend_on_what_is_computed_again(Model model) {
    Map<String, Object> expected;
    try (Backend backend = TestBackends.plain();
        Run run = new Run(backend, model, Recompute.nothing())) {
      expected = run.trained().end();
    }
    for (int threads : new int[] {1, 2, 7}) {
      try (Backend backend = TestBackends.plain(threads)) {
        for (Recompute way : ways(backend, model)) {
          try (Run run = new Run(backend, model, way)) {
            assertThat(run.trained().end())
                .as("%s, %s, %d threads, seed %d", model, way, threads, SEED)
                .isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void the_value_alone_is_that_of_training() {
    try (Backend backend = TestBackends.plain()) {
      for (Model model : models().toList()) {
        for (Recompute way : ways(backend, model)) {
          try (Run run = new Run(backend, model, way)) {
            run.load(0);
            double value = run.program.evaluate(0);
            run.parameters.zeroGradients(run.program.operations());
            assertThat(run.program.backward(0, 1)).as("%s, %s", model, way).isEqualTo(value);
          }
        }
      }
    }
  }

  @Test
  void it_needs_no_memory_that_began_at_zero_and_none_that_can_be_read() {
    Model last = models().toList().getLast();
    Stream<Model> carrying = models().filter(Model::carries);
    for (Model each : Stream.concat(Stream.of(last), carrying).toList()) {
      for (Recompute way : ways(TestBackends.plain(), each)) {
        try (Run kept = new Run(TestBackends.plain(), each, Recompute.nothing());
            Run run = new Run(new OpaqueBackend(TestBackends.plain()), each, way)) {
          assertThat(((Weights) run.trained().end().get("weights")))
              .as("%s, %s", each, way)
              .isEqualTo(kept.trained().end().get("weights"));
        }
      }
    }
  }

  @Test
  void a_model_that_looks_along_the_sequence_is_refused() {
    Model model = models().toList().getLast();
    assertThatThrownBy(
            () -> new Run(TestBackends.plain(), model, new Recompute(What.ACTIVATIONS, 4)))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("looks along the whole sequence");
    assertThatThrownBy(() -> new Recompute(What.GATES, 0)).hasMessageContaining("at least 1 step");
  }
}
