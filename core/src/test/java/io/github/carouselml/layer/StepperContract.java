package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.kernel.ReducedPanels;
import io.github.carouselml.spec.Between;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Rows;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What steps must give on every set of kernels: the bits of the whole sequence, whoever else
/// steps, and no garbage.
public abstract class StepperContract {
  /// A stack and what stands on it.
  record Model(Recurrent stack, Dense head) {
    Parameters initialize(Backend backend, long seed) {
      return Layer.initialize(backend, List.of(stack, head), seed);
    }
  }

  /// The kernels under test, with a team of so many threads.
  protected abstract Engine engine(int threads);

  static Stream<Model> models() {
    CellSpec before = new CellSpec.Gru(33).withReset(CellSpec.Gru.Reset.BEFORE);
    return Stream.of(
            new Recurrent("one", 1, new CellSpec.Lstm(1)),
            new Recurrent("lstm", 3, new CellSpec.Lstm(17), new CellSpec.Lstm(64)),
            new Recurrent("gru", 20, new CellSpec.Gru(32)),
            new Recurrent("mixed", 5, before, new CellSpec.Rnn(16), new CellSpec.Lstm(40)),
            new Recurrent("dropped", 4, new CellSpec.Lstm(8), new CellSpec.Gru(8)).withDropout(0.5),
            new Recurrent("own", 4, new OwnCells.Leaky(20, 7), new OwnCells.OwnLstm(17)),
            new Recurrent("linked", 4, new CellSpec.Lstm(20), new CellSpec.Lstm(20))
                .withBetween(new Between().withResidual().withLayerNorm())
                .withNoise(new RecurrentNoise().withZoneout(0.1, 0.2).withDropConnect(0.5)))
        .map(stack -> new Model(stack, new Dense("head", stack.outputSize(), 3)));
  }

  static float[][] numbers(long seed, int steps, int features) {
    Random random = new Random(seed);
    float[][] x = new float[steps][features];
    for (float[] row : x) {
      for (int f = 0; f < features; f++) {
        row[f] = random.nextFloat() * 2 - 1;
      }
    }
    return x;
  }

  /// The whole sequence at once.
  private static float[][] whole(Backend backend, Model model, Parameters parameters, float[][] x) {
    Rows rows = new Rows(x.length, 1);
    rows.set(new int[] {x.length}, 1);
    Tape tape = new Tape(backend, parameters, Tape.Mode.PREDICT, 0);
    int features = model.stack.inputSize();
    Tensor in = tape.input("x", new RowSpace.Steps(rows), features);
    Tensor out = tape.keep(model.head.apply(model.stack.apply(in)));
    float[] all = new float[x.length * features];
    float[] results = new float[x.length * 3];
    for (int t = 0; t < x.length; t++) {
      System.arraycopy(x[t], 0, all, rows.row(t, 0) * features, features);
    }
    try (Program program = tape.program()) {
      program.upload(in, all);
      program.evaluate(0);
      program.download(out, results);
    }
    float[][] y = new float[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = Arrays.copyOfRange(results, rows.row(t, 0) * 3, rows.row(t, 0) * 3 + 3);
    }
    return y;
  }

  private static float[][] steps(Stepper stepper, float[][] x) {
    float[][] y = new float[x.length][stepper.outputSize()];
    for (int t = 0; t < x.length; t++) {
      stepper.step(x[t], y[t]);
    }
    return y;
  }

  @ParameterizedTest
  @MethodSource("models")
  void steps_give_the_bits_of_the_whole_sequence(Model model) {
    float[][] x = numbers(8, 11, model.stack.inputSize());
    try (Backend backend = TestBackends.of(engine(2))) {
      Parameters parameters = model.initialize(backend, 4);
      float[][] expected = whole(backend, model, parameters, x);
      Stepper stepper = new Stepper(backend, parameters, model.stack, model.head);

      assertThat(steps(stepper, x)).isDeepEqualTo(expected);
      stepper.reset();
      assertThat(steps(stepper, x)).as("after a reset").isDeepEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void an_open_stepper_sees_what_becomes_of_the_parameters(Model model) {
    float[][] x = numbers(8, 3, model.stack.inputSize());
    try (Backend backend = TestBackends.of(engine(1))) {
      Parameters parameters = model.initialize(backend, 4);
      Parameters later = model.initialize(backend, 5);
      Stepper stepper = new Stepper(backend, parameters, model.stack, model.head);
      steps(stepper, x);

      later.all().forEach(p -> parameters.set(p.name(), later.value(p.name())));
      stepper.reset();

      assertThat(steps(stepper, x))
          .isDeepEqualTo(steps(new Stepper(backend, later, model.stack, model.head), x));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void a_state_goes_on_elsewhere(Model model) {
    float[][] x = numbers(9, 10, model.stack.inputSize());
    try (Backend backend = TestBackends.of(engine(1))) {
      Parameters parameters = model.initialize(backend, 4);
      Stepper stepper = new Stepper(backend, parameters, model.stack, model.head);
      assertThat(stepper.state()).isEqualTo(StackState.zero(model.stack));
      for (int cut : new int[] {0, 3, 4, 10}) {
        stepper.reset();
        steps(stepper, Arrays.copyOf(x, cut));
        StackState state = stepper.state();
        float[][] expected = steps(stepper, Arrays.copyOfRange(x, cut, 10));
        StackState end = stepper.state();

        Stepper other = new Stepper(backend, parameters, model.stack, model.head);
        steps(other, x);
        other.restore(StackState.of(model.stack, state.numbers()));
        assertThat(other.state()).as("cut at %d", cut).isEqualTo(state);
        assertThat(steps(other, Arrays.copyOfRange(x, cut, 10)))
            .as("cut at %d", cut)
            .isDeepEqualTo(expected);
        assertThat(other.state()).as("cut at %d", cut).isEqualTo(end);
      }
    }
  }

  /// Stacks of all cells, at sizes that leave panels and blocks unfilled.
  static Stream<Recurrent> cells() {
    CellSpec.Lstm lstm = new CellSpec.Lstm(37);
    return Stream.of(
            lstm,
            new CellSpec.Lstm(1),
            new CellSpec.Lstm(144), // enough for several threads
            lstm.withPeepholes(),
            lstm.withPeepholes().withCoupledInputForget().withCellClip(2),
            lstm.withProjectionSize(21),
            lstm.withLayerNorm(),
            new CellSpec.Lstm(150).withLayerNorm().withProjectionSize(40).withPeepholes(),
            new CellSpec.Gru(37),
            new CellSpec.Gru(190),
            new CellSpec.Gru(37).withReset(CellSpec.Gru.Reset.BEFORE),
            new CellSpec.Gru(170).withReset(CellSpec.Gru.Reset.BEFORE),
            new CellSpec.Rnn(70),
            new CellSpec.MinLstm(37),
            new CellSpec.MinGru(37))
        .flatMap(cell ->
            Stream.of(
                new Recurrent("one", 5, cell),
                new Recurrent("two", 7, new CellSpec.Lstm(20), cell)
                    .withNoise(new RecurrentNoise().withZoneout(0.1, 0))));
  }

  /// The same parameters with every matrix of the stack as it is after rounding.
  private static Parameters rounded(
      Backend backend, Recurrent stack, long seed, WeightPrecision precision) {
    Parameters parameters = Layer.initialize(backend, List.of(stack), seed);
    for (int layer = 0; layer < stack.cells().size(); layer++) {
      for (ParameterSpec spec : stack.specs(layer, false)) {
        if (spec.layout().shape().size() == 2) {
          float[] weights = new float[spec.layout().canonicalSize()];
          backend.unpack(spec.layout(), parameters.get(spec).value(), weights);
          int inputs = spec.layout().shape().get(1);
          for (int row = 0; row < weights.length; row += inputs) {
            float scale = ReducedPanels.Int8.scale(Arrays.copyOfRange(weights, row, row + inputs));
            for (int i = row; i < row + inputs; i++) {
              weights[i] =
                  precision == WeightPrecision.INT8
                      ? scale * ReducedPanels.Int8.round(weights[i], scale)
                      : Float.intBitsToFloat(ReducedPanels.Bfloat16.round(weights[i]));
            }
          }
          backend.pack(spec.layout(), weights, parameters.get(spec).value());
        }
      }
    }
    return parameters;
  }

  @ParameterizedTest
  @MethodSource("cells")
  void bfloat16_gives_the_bits_of_float32_with_rounded_weights(Recurrent stack) {
    float[][] x = numbers(11, 9, stack.inputSize());
    try (Backend backend = TestBackends.of(engine(2))) {
      Parameters rounded = rounded(backend, stack, 4, WeightPrecision.BFLOAT16);
      Parameters parameters = Layer.initialize(backend, List.of(stack), 4);
      float[][] expected = steps(new Stepper(backend, rounded, stack), x);
      Stepper stepper = new Stepper(backend, parameters, stack, null, WeightPrecision.BFLOAT16);

      assertThat(steps(stepper, x)).as("seed 4").isDeepEqualTo(expected);
      StackState end = stepper.state();
      stepper.reset();
      steps(stepper, Arrays.copyOf(x, 4));
      Stepper other = new Stepper(backend, parameters, stack, null, WeightPrecision.BFLOAT16);
      other.restore(stepper.state());
      steps(other, Arrays.copyOfRange(x, 4, 9));
      assertThat(other.state()).as("gone on elsewhere").isEqualTo(end);
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void int8_is_float32_with_rounded_weights_but_for_the_rounding_of_sums(Recurrent stack) {
    float[][] x = numbers(11, 9, stack.inputSize());
    try (Backend backend = TestBackends.of(engine(2))) {
      Parameters rounded = rounded(backend, stack, 4, WeightPrecision.INT8);
      Parameters parameters = Layer.initialize(backend, List.of(stack), 4);
      float[][] expected = steps(new Stepper(backend, rounded, stack), x);
      float[][] y = steps(new Stepper(backend, parameters, stack, null, WeightPrecision.INT8), x);
      for (int t = 0; t < x.length; t++) {
        assertThat(y[t]).as("step %d, seed 4", t).containsExactly(expected[t], within(2e-5f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void fewer_bits_give_the_same_bits_on_any_kernels_and_threads(Recurrent stack) {
    float[][] x = numbers(12, 7, stack.inputSize());
    for (WeightPrecision precision : WeightPrecision.values()) {
      float[][] expected;
      try (Backend backend = TestBackends.plain()) {
        expected = steps(stepper(backend, stack, precision), x);
      }
      for (int threads : new int[] {1, 2, 7}) {
        try (Backend backend = TestBackends.of(engine(threads))) {
          assertThat(steps(stepper(backend, stack, precision), x))
              .as("%s, %d threads, seed 4", precision, threads)
              .isDeepEqualTo(expected);
        }
      }
    }
  }

  private static Stepper stepper(Backend backend, Recurrent stack, WeightPrecision precision) {
    Parameters parameters = Layer.initialize(backend, List.of(stack), 4);
    return new Stepper(backend, parameters, stack, null, precision);
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "INT8"})
  @Tag("allocation")
  void a_step_with_fewer_bits_allocates_nothing(WeightPrecision precision) {
    try (Backend backend = TestBackends.of(engine(1))) {
      CellSpec normed = new CellSpec.Lstm(20).withLayerNorm();
      Recurrent stack = new Recurrent("r", 5, new CellSpec.Lstm(37), new CellSpec.Gru(40), normed);
      Stepper stepper = stepper(backend, stack, precision);
      assertThat(leastBytes(stepper, numbers(10, 16, 5))).as("bytes of 16 steps").isZero();
    }
  }

  @Test
  void sixty_four_threads_share_one_model() throws Exception {
    Model model = models().toList().get(1);
    try (Backend backend = TestBackends.of(engine(2));
        ExecutorService threads = Executors.newFixedThreadPool(64)) {
      Parameters parameters = model.initialize(backend, 4);
      List<Callable<float[][]>> streams =
          IntStream.range(0, 64)
              .<Callable<float[][]>>mapToObj(seed ->
                  () -> {
                    float[][] x = numbers(seed, 200, model.stack.inputSize());
                    return steps(new Stepper(backend, parameters, model.stack, model.head), x);
                  })
              .toList();
      List<Future<float[][]>> together = threads.invokeAll(streams);
      for (int s = 0; s < 64; s++) {
        assertThat(together.get(s).get())
            .as("stream with seed %d", s)
            .isDeepEqualTo(streams.get(s).call());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  @Tag("allocation")
  void a_step_allocates_nothing(Model model) {
    float[][] x = numbers(10, 16, model.stack.inputSize());
    try (Backend backend = TestBackends.of(engine(1))) {
      Parameters parameters = model.initialize(backend, 4);
      Stepper stepper = new Stepper(backend, parameters, model.stack, model.head);
      assertThat(leastBytes(stepper, x)).as("bytes of 16 steps of %s", model).isZero();
    }
  }

  /// Vectors are boxed until their loops are compiled, and when that is depends on the machine.
  private static long leastBytes(Stepper stepper, float[][] x) {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    float[] y = new float[stepper.outputSize()];
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + 60_000_000_000L;
    while (least > 0 && System.nanoTime() < end) {
      long before = bean.getCurrentThreadAllocatedBytes();
      for (float[] row : x) {
        stepper.step(row, y);
      }
      least = Math.min(least, bean.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
