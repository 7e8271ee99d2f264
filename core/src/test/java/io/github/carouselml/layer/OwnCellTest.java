package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.CellStep;
import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Pointwise;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.OwnCells.Dropping;
import io.github.carouselml.layer.OwnCells.Leaky;
import io.github.carouselml.layer.OwnCells.OwnLstm;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.Merge;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.ParameterWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A user's own cell is a cell like any other: an LSTM written in tape operations against the
/// built-in one, another against difference quotients, and the contract on bits.
class OwnCellTest {
  private static final long SEED = 31;
  private static final int[][] BATCHES = {{3, 0, 1, 4}, {2}, {0}, {}, {5, 5, 1, 2, 5}};

  static Stream<Recurrent> lstms() {
    CellSpec own = new OwnLstm(5);
    CellSpec gru = new CellSpec.Gru(3);
    return Stream.of(
        new Recurrent("one", 2, own),
        new Recurrent("one", 2, own).withDirection(Direction.BACKWARD),
        new Recurrent("both", 3, own).withDirection(Direction.BOTH),
        new Recurrent("summed", 3, own, own).withDirection(Direction.BOTH, Merge.SUM),
        new Recurrent("below", 2, own, gru).withDirection(Direction.BOTH),
        new Recurrent("above", 2, gru, own, gru));
  }

  /// The same stack of built-in cells.
  private static Recurrent builtIn(Recurrent own) {
    List<CellSpec> cells =
        own.cells().stream()
            .map(cell -> cell instanceof OwnLstm lstm ? new CellSpec.Lstm(lstm.hiddenSize()) : cell)
            .toList();
    return new Recurrent(
        own.name(),
        own.inputSize(),
        cells,
        own.direction(),
        own.merge(),
        0,
        new Initializer.Glorot(),
        new Initializer.Orthogonal(),
        1);
  }

  @ParameterizedTest
  @MethodSource("lstms")
  void an_lstm_of_ones_own_agrees_with_the_built_in_one(Recurrent layer) {
    for (int[] lengths : BATCHES) {
      OpaqueBackend opaque = new OpaqueBackend(TestBackends.plain());
      try (ArrayLayer expected = new ArrayLayer(builtIn(layer), TestBackends.plain(), SEED);
          ArrayLayer plain = new ArrayLayer(layer, TestBackends.plain(), SEED);
          ArrayLayer poisoned = new ArrayLayer(layer, opaque, SEED)) {
        var names = new ArrayList<String>();
        expected.parameters().all().forEach(p -> names.add(p.name()));
        opaque.poison();
        Pass truth = new Pass(layer, lengths);
        truth.run(expected, null);
        for (ArrayLayer own : List.of(plain, poisoned)) {
          Pass pass = new Pass(layer, lengths);
          pass.run(own, expected);
          String where = layer.name() + " " + Arrays.toString(lengths) + ", seed " + SEED;
          assertThat(pass.numbers).as(where).hasSameSizeAs(truth.numbers);
          for (int i = 0; i < truth.numbers.size(); i++) {
            near(where + ", array " + i, pass.numbers.get(i), truth.numbers.get(i));
          }
        }
      }
    }
  }

  /// One forward and backward pass with random numbers, and everything that came out of it.
  private static final class Pass {
    final Random random = new Random(SEED);
    final Recurrent layer;
    final int[] lengths;
    final List<float[]> numbers = new ArrayList<>();

    Pass(Recurrent layer, int[] lengths) {
      this.layer = layer;
      this.lengths = lengths;
    }

    /// @param like whose parameters to take, in order; null for random ones
    void run(ArrayLayer arrays, ArrayLayer like) {
      var values = new ArrayList<float[]>();
      for (var p : (like == null ? arrays : like).parameters().all()) {
        float[] drawn = OwnCellTest.numbers(random, p.spec().layout().canonicalSize());
        values.add(drawn);
        if (like == null) {
          arrays.parameters().set(p.name(), drawn);
        }
      }
      if (like != null) {
        var order = inOrderOfOwn(like, values);
        int i = 0;
        for (var p : arrays.parameters().all()) {
          arrays.parameters().set(p.name(), order.get(i++));
        }
      }
      float[][][] x = sequences(layer.inputSize());
      float[][][] dy = sequences(layer.outputSize());
      List<ArrayLayer.State> first = states();
      List<ArrayLayer.State> dLast = states();
      // a larger batch before must leave no trace
      arrays.forward(new float[6][3][layer.inputSize()]);
      ArrayLayer.Outputs outputs = arrays.forward(x, null, first);
      ArrayLayer.Gradients gradients = arrays.backward(dy, dLast);
      add(outputs.outputs());
      add(gradients.inputs());
      outputs.last().forEach(this::add);
      gradients.first().forEach(this::add);
      List<float[]> dParameters = new ArrayList<>(gradients.parameters().values());
      numbers.addAll(like == null ? inOrderOfOwn(arrays, dParameters) : dParameters);
    }

    /// A built-in LSTM has W R b, the user's own W b R.
    private List<float[]> inOrderOfOwn(ArrayLayer built, List<float[]> values) {
      var order = new ArrayList<>(values);
      int i = 0;
      for (var p : built.parameters().all()) {
        boolean lstm =
            layer.cells().get(p.name().split("\\.")[1].charAt(0) - '0') instanceof OwnLstm;
        if (lstm && p.name().endsWith(".recurrent_weight")) {
          order.set(i, values.get(i + 1));
          order.set(i + 1, values.get(i));
        }
        i++;
      }
      return order;
    }

    private float[][][] sequences(int features) {
      float[][][] x = new float[lengths.length][][];
      for (int b = 0; b < x.length; b++) {
        x[b] = new float[lengths[b]][];
        for (int t = 0; t < lengths[b]; t++) {
          x[b][t] = OwnCellTest.numbers(random, features);
        }
      }
      return x;
    }

    private List<ArrayLayer.State> states() {
      var all = new ArrayList<ArrayLayer.State>();
      for (int s = 0; s < layer.states(); s++) {
        CellSpec cell = layer.cell(s);
        float[][] h = new float[lengths.length][];
        float[][] c = new float[cell.hasCellState() ? lengths.length : 0][];
        for (int b = 0; b < h.length; b++) {
          h[b] = OwnCellTest.numbers(random, cell.outputSize());
          if (c.length > 0) {
            c[b] = OwnCellTest.numbers(random, cell.hiddenSize());
          }
        }
        all.add(new ArrayLayer.State(h, c));
      }
      return all;
    }

    private void add(float[][][] arrays) {
      for (float[][] rows : arrays) {
        numbers.addAll(Arrays.asList(rows));
      }
    }

    private void add(ArrayLayer.State state) {
      numbers.addAll(Arrays.asList(state.h()));
      numbers.addAll(Arrays.asList(state.c()));
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() * 1.6f - 0.8f;
    }
    return numbers;
  }

  private static void near(String where, float[] got, float[] expected) {
    assertThat(got).as(where).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(got[i] - expected[i]))
          .as("%s, element %d: %s, expected %s", where, i, got[i], expected[i])
          .isLessThanOrEqualTo(1e-5f * Math.max(1, Math.abs(expected[i])));
    }
  }

  /// Difference quotients of the float pass itself: coarse, but a wrong derivative is off by more.
  @Test
  void gradients_are_slopes() {
    Recurrent layer = new Recurrent("leaky", 2, new Leaky(4, 3)).withDirection(Direction.BOTH);
    float[][][] x = {{{0.5f, -1}, {0.25f, 2}, {-1, 0.5f}}, {}, {{1, 1}}};
    try (ArrayLayer arrays = new ArrayLayer(layer, TestBackends.plain(), SEED)) {
      float[][][] dy = arrays.forward(x).outputs();
      ArrayLayer.Gradients gradients = arrays.backward(dy); // of L = Σ y²/2
      for (float[][] sequence : x) {
        for (float[] row : sequence) {
          slope("x", arrays, x, row, null, gradientOf(x, row, gradients));
        }
      }
      gradients
          .parameters()
          .forEach((name, g) -> slope(name, arrays, x, arrays.parameters().value(name), name, g));
    }
  }

  private static float[] gradientOf(float[][][] x, float[] row, ArrayLayer.Gradients gradients) {
    for (int b = 0; b < x.length; b++) {
      for (int t = 0; t < x[b].length; t++) {
        if (x[b][t] == row) {
          return gradients.inputs()[b][t];
        }
      }
    }
    throw new IllegalStateException();
  }

  private static void slope(
      String what, ArrayLayer arrays, float[][][] x, float[] at, String parameter, float[] got) {
    for (int i = 0; i < at.length; i++) {
      float kept = at[i];
      at[i] = kept + 0.01f;
      double up = loss(arrays, x, parameter, at);
      at[i] = kept - 0.01f;
      double down = loss(arrays, x, parameter, at);
      at[i] = kept;
      loss(arrays, x, parameter, at);
      assertThat((double) got[i])
          .as("∂L/∂%s[%d], seed %d", what, i, SEED)
          .isCloseTo((up - down) / 0.02, org.assertj.core.data.Offset.offset(2e-3));
    }
  }

  private static double loss(ArrayLayer arrays, float[][][] x, String parameter, float[] values) {
    if (parameter != null) {
      arrays.parameters().set(parameter, values);
    }
    double loss = 0;
    for (float[][] sequence : arrays.forward(x).outputs()) {
      for (float[] row : sequence) {
        for (float y : row) {
          loss += 0.5 * y * y;
        }
      }
    }
    return loss;
  }

  static Stream<Recurrent> stacks() {
    return Stream.of(
        new Recurrent("leaky", 3, new Leaky(33, 17), new CellSpec.Lstm(20), new OwnLstm(16)),
        new Recurrent("both", 3, new OwnLstm(18), new CellSpec.Gru(5))
            .withDirection(Direction.BOTH));
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void the_same_bits_on_any_thread_count_and_with_any_neighbours(Recurrent layer) {
    Random random = new Random(SEED);
    int[] lengths = {3, 9, 0, 9, 1};
    float[][][] x = new float[5][][];
    float[][][] dy = new float[5][][];
    for (int b = 0; b < 5; b++) {
      x[b] = new float[lengths[b]][];
      dy[b] = new float[lengths[b]][];
      for (int t = 0; t < lengths[b]; t++) {
        x[b][t] = numbers(random, layer.inputSize());
        dy[b][t] = numbers(random, layer.outputSize());
      }
    }
    try (Backend one = TestBackends.plain();
        ArrayLayer arrays = new ArrayLayer(layer, one, SEED)) {
      ArrayLayer.Outputs together = arrays.forward(x);
      ArrayLayer.Gradients gradients = arrays.backward(dy);
      for (int threads : new int[] {2, 7}) {
        try (Backend more = TestBackends.plain(threads);
            ArrayLayer same = new ArrayLayer(layer, more, SEED)) {
          assertThat(same.forward(x).outputs()).isDeepEqualTo(together.outputs());
          ArrayLayer.Gradients again = same.backward(dy);
          assertThat(again.inputs()).isDeepEqualTo(gradients.inputs());
          gradients
              .parameters()
              .forEach((name, g) ->
                  assertThat(again.parameters().get(name))
                      .as("∂ %s on %d threads", name, threads)
                      .containsExactly(g));
        }
      }
      for (int b = 0; b < 5; b++) {
        ArrayLayer.Outputs alone = arrays.forward(new float[][][] {x[b]});
        ArrayLayer.Gradients own = arrays.backward(new float[][][] {dy[b]});
        for (int t = 0; t < lengths[b]; t++) {
          assertThat(alone.outputs()[0][t]).containsExactly(together.outputs()[b][t]);
          assertThat(own.inputs()[0][t]).containsExactly(gradients.inputs()[b][t]);
        }
        for (int s = 0; s < layer.states(); s++) {
          assertThat(alone.last().get(s).h()[0]).containsExactly(together.last().get(s).h()[b]);
        }
      }
    }
  }

  @Test
  void it_learns_and_its_weights_go_to_a_file_and_back(@TempDir Path folder) throws Exception {
    Recurrent stack = new Recurrent("own", 1, new OwnLstm(6), new Leaky(6, 4));
    Dense head = new Dense("head", 4, 1);
    List<Layer> model = List.of(stack, head);
    Rows rows = new Rows(6, 3);
    try (Backend backend = TestBackends.plain()) {
      var parameters = Layer.initialize(backend, model, SEED);
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, SEED);
      Tensor x = tape.input("x", new RowSpace.Steps(rows), 1);
      Tensor target = tape.input("target", new RowSpace.Steps(rows), 1);
      Tensor y = tape.keep(head.apply(stack.apply(x)));
      MeanLoss.of(new LossSpec.Squared(), y, target);
      rows.set(new int[] {6, 2, 4}, 3);
      float[] in = numbers(new Random(SEED), 12);
      float[] out = new float[12];
      for (int b = 0; b < 3; b++) { // the sum so far
        float sum = 0;
        for (int t = 0; t < rows.length(rows.rank(b)); t++) {
          out[rows.row(t, b)] = sum += in[rows.row(t, b)];
        }
      }
      float[] learned = new float[12];
      try (Program program = tape.program()) {
        program.upload(x, in);
        program.upload(target, out);
        double before = program.evaluate(0);
        var updates = program.operations().updates();
        for (int step = 0; step < 300; step++) {
          parameters.zeroGradients(program.operations());
          program.train(step, 1);
          updates.sgd(parameters.values(), parameters.gradients(), 1, 0.2f, 0);
        }
        assertThat(program.evaluate(0)).as("seed %d", SEED).isLessThan(before / 10);
        program.download(y, learned);
      }

      Path file = folder.resolve("model.safetensors");
      Json about = Json.object();
      new ModelFile(ParameterWeights.read(parameters), about, about, about).write(file);
      var loaded = Layer.forPrediction(backend, model);
      ParameterWeights.write(ModelFile.read(file).weights(), loaded, "the file");
      Tape predicting = new Tape(backend, loaded, Tape.Mode.PREDICT, 0);
      Tensor again = predicting.input("x", new RowSpace.Steps(rows), 1);
      Tensor given = predicting.keep(head.apply(stack.apply(again)));
      try (Program program = predicting.program()) {
        program.upload(again, in);
        program.evaluate(0);
        float[] predicted = new float[12];
        program.download(given, predicted);
        assertThat(predicted).containsExactly(learned);
      }
    }
  }

  @Test
  void dropout_in_a_step_has_one_mask_for_all_steps_forward_and_backward() {
    Recurrent layer = new Recurrent("drop", 40, new Dropping(40));
    float[][][] ones = new float[2][5][40];
    for (float[][] sequence : ones) {
      for (float[] row : sequence) {
        Arrays.fill(row, 1f);
      }
    }
    try (ArrayLayer arrays = new ArrayLayer(layer, TestBackends.plain(), SEED)) {
      float[][][] y = arrays.forward(ones).outputs();
      float[][][] dx = arrays.backward(ones).inputs();
      assertThat(y[0][0]).contains(0f, 2f);
      assertThat(y[0][0]).isNotEqualTo(y[1][0]);
      for (int b = 0; b < 2; b++) {
        for (int t = 0; t < 5; t++) {
          assertThat(y[b][t]).containsExactly(y[b][0]);
          assertThat(dx[b][t]).containsExactly(y[b][0]);
        }
      }
      assertThat(arrays.forward(ones).outputs()[0][0]).isNotEqualTo(y[0][0]);
    }
  }

  /// A cell of one unit with this step.
  private record Wrong(boolean hasCellState, CellStep step) implements OwnCell {
    @Override
    public int hiddenSize() {
      return 1;
    }

    @Override
    public Parts parts(String name, int inputSize) {
      return new Parts(List.of(), step);
    }

    @Override
    public String toString() {
      return "Wrong";
    }
  }

  private record Empty(int hiddenSize) implements CellSpec.Own {}

  @Test
  void refuses_in_sentences() {
    OwnLstm own = new OwnLstm(4);
    Recurrent layer = new Recurrent("r", 2, own);
    assertThatThrownBy(() -> layer.withNoise(new RecurrentNoise().withZoneout(0.1, 0)))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("OwnLstm[hiddenSize=4] is your own")
        .hasMessageContaining("zoneoutHidden=0.1")
        .hasMessageContaining("leave out in its step");
    assertThatThrownBy(() -> layer.withNoise(new RecurrentNoise().withDropConnect(0.1)))
        .hasMessageContaining("dropConnect=0.1");
    assertThat(layer.withNoise(new RecurrentNoise().withInput(0.1)).noise().input()).isEqualTo(0.1);
    assertThatThrownBy(() -> layer.withLongestLag(9)).hasMessageContaining("time lag");
    assertThatThrownBy(() -> own.withHiddenSize(3)).hasMessageContaining("is your own");
    assertThatThrownBy(() -> ReferenceCell.of(own, 2)).hasMessageContaining("no reference");
    assertThatThrownBy(() -> Codec.of(CellSpec.class).write(own))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("cannot be written to a file");
    assertThatThrownBy(() -> new Recurrent("r", 2, new OwnLstm(0)))
        .hasMessageContaining("not hidden size 0 and output size 0");
    assertThatThrownBy(() -> new Recurrent("r", 2, new Empty(3)))
        .hasMessageContaining("implement OwnCell");

    assertThatThrownBy(() -> record(new Wrong(false, (x, before) -> new State(x, null))))
        .hasMessage(
            "The step of the cell Wrong gave 'x' (one row per sequence, 2 features) as its h, which"
                + " must have one row per sequence and 1 features.");
    assertThatThrownBy(() -> record(new Wrong(true, (x, before) -> new State(before.h(), null))))
        .hasMessageContaining("without c, but hasCellState() says it has one");
    assertThatThrownBy(() -> record(new Wrong(false, (x, before) -> new State(before.h(), x))))
        .hasMessageContaining("with c, but hasCellState() says it has none");
    assertThatThrownBy(() -> record(new Wrong(false, OwnCellTest::losing)))
        .hasMessageContaining("contains a loss");
    Tape other = new Tape(TestBackends.plain(), null, Tape.Mode.PREDICT, 0);
    Tensor foreign = other.input("foreign", new RowSpace.Sequences(new Rows(1, 1)), 1);
    assertThatThrownBy(() -> record(new Wrong(false, (x, before) -> new State(foreign, null))))
        .hasMessageContaining("which it did not make of its x and its state");
  }

  private static State losing(Tensor x, State before) {
    Tensor h = Pointwise.square(before.h());
    GivenGradient.of(h);
    return new State(h, null);
  }

  private static void record(OwnCell cell) {
    new ArrayLayer(new Recurrent("r", 2, cell), TestBackends.plain(), SEED)
        .forward(new float[1][1][2]);
  }
}
