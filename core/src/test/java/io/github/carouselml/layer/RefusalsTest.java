package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.ReferenceBackend;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.inspect.NamedCell;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.Between;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.spec.Merge;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What layers refuse, with names and numbers: nothing that was asked for is ignored. What cells
/// refuse by themselves stands in `CellSpecTest`.
class RefusalsTest {
  private static final RecurrentNoise QUIET = new RecurrentNoise();
  private static final Initializer GLOROT = new Initializer.Glorot();

  private static void refused(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call).isInstanceOf(CarouselException.Request.class).hasMessage(sentence);
  }

  /// Something that may be asked of a stack of one cell.
  ///
  /// @param number what a refusal names
  /// @param hasPlace the cells that it concerns
  private record Option(
      String number, int layers, UnaryOperator<Recurrent> with, Predicate<CellSpec> hasPlace) {
    static Option of(String number, UnaryOperator<Recurrent> with, Predicate<CellSpec> hasPlace) {
      return new Option(number, 1, with, hasPlace);
    }

    static Option noise(String number, RecurrentNoise noise, Predicate<CellSpec> hasPlace) {
      return of(number, stack -> stack.withNoise(noise), hasPlace);
    }
  }

  private static boolean isOwn(CellSpec cell) {
    return cell instanceof CellSpec.Own;
  }

  private static List<Option> options() {
    Between residual = new Between().withResidual();
    Between norm = new Between().withLayerNorm();
    Predicate<CellSpec> forgets =
        cell -> cell instanceof CellSpec.Lstm lstm && !lstm.coupledInputForget();
    Predicate<CellSpec> remembers = cell -> !(cell instanceof CellSpec.Rnn || isOwn(cell));
    Initializer identity = new Initializer.Identity();
    Initializer orthogonal = new Initializer.Orthogonal();
    return List.of(
        new Option("0.31", 2, stack -> stack.withDropout(0.31), _ -> true),
        new Option("0.31", 1, stack -> stack.withDropout(0.31), _ -> false),
        new Option("residual=true", 2, stack -> stack.withBetween(residual), _ -> true),
        new Option("residual=true", 1, stack -> stack.withBetween(residual), _ -> false),
        new Option("layerNorm=true", 2, stack -> stack.withBetween(norm), _ -> true),
        new Option("layerNorm=true", 1, stack -> stack.withBetween(norm), _ -> false),
        Option.of("SUM", stack -> stack.withDirection(Direction.FORWARD, Merge.SUM), _ -> false),
        Option.of("SUM", stack -> stack.withDirection(Direction.BOTH, Merge.SUM), _ -> true),
        Option.noise("0.32", QUIET.withInput(0.32), _ -> true),
        Option.noise("0.33", QUIET.withRecurrent(0.33), CellSpec::hasRecurrentWeight),
        Option.noise("0.34", QUIET.withZoneout(0.34, 0), cell -> !isOwn(cell)),
        Option.noise(
            "0.35", QUIET.withZoneout(0, 0.35), cell -> cell.hasCellState() && !isOwn(cell)),
        Option.noise("0.36", QUIET.withDropConnect(0.36), CellSpec::hasRecurrentWeight),
        Option.of("lag", stack -> stack.withLongestLag(50), remembers),
        Option.of("3.5", stack -> stack.withInitializers(GLOROT, orthogonal, 3.5), forgets),
        Option.of(
            "Identity",
            stack -> stack.withInitializers(GLOROT, identity, 1),
            CellSpec::hasRecurrentWeight),
        Option.of(
            "Identity",
            stack -> stack.withInitializers(identity, orthogonal, 1),
            cell -> !isOwn(cell)));
  }

  static Stream<NamedCell> cells() {
    return Stream.concat(
        NamedCell.all().stream(),
        Stream.of(new NamedCell("own", H -> new OwnCells.Leaky(H + 1, H))));
  }

  /// Whether it changes what the stack gives in training, or is refused by its name.
  @ParameterizedTest
  @MethodSource("cells")
  void every_option_does_something_or_is_refused(NamedCell named) {
    CellSpec cell = named.of().apply(5);
    for (Option option : options()) {
      CellSpec[] cells = new CellSpec[option.layers];
      Arrays.fill(cells, cell);
      Recurrent without = new Recurrent("r", 5, cells);
      String what = "%s of %d layers of %s".formatted(option.number, option.layers, cell);
      if (option.hasPlace.test(cell)) {
        float[][][] with = outputs(option.with.apply(without));
        assertThat(Arrays.deepEquals(with, outputs(without))).as(what).isFalse();
      } else {
        assertThatThrownBy(() -> option.with.apply(without))
            .as(what)
            .isInstanceOf(CarouselException.Request.class)
            .hasMessageContaining(option.number);
      }
    }
  }

  private static float[][][] outputs(Recurrent stack) {
    float[][][] x = new float[3][][];
    for (int b = 0; b < x.length; b++) {
      x[b] = StepperContract.numbers(b, 6, stack.inputSize());
    }
    try (Backend backend = TestBackends.plain();
        ArrayLayer layer = new ArrayLayer(stack, backend, 11)) {
      return layer.forward(x).outputs();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "gru | peepholes | true",
        "gru | projectionSize | 2",
        "gru | layerNorm | true",
        "gru | coupledInputForget | true",
        "lstm | reset | 'before'",
        "rnn | gateActivation | {'type':'sigmoid'}",
        "min-lstm | peepholes | true",
        "min-gru | reset | 'after'"
      })
  void an_option_that_a_cell_does_not_have_is_refused_in_a_file(
      String cell, String option, String value) {
    String text = "{'type':'%s','hiddenSize':4,'%s':%s}".formatted(cell, option, value);
    Json json = Json.read(text.replace('\'', '"'), "model");
    assertThatThrownBy(() -> Codec.of(CellSpec.class).read(json, "model"))
        .isInstanceOf(CarouselException.class)
        .hasMessageContaining(option);
  }

  @Test
  void first_values_that_reach_nothing() {
    Initializer torch = new Initializer.Torch();
    Recurrent lstm = new Recurrent("r", 2, new CellSpec.Lstm(4));
    refused(
        () -> lstm.withInitializers(torch, torch, 3),
        "forget bias 3.0 has no effect on recurrent 'r': PyTorch's initializer, which was asked for,"
            + " draws all biases");
    refused(
        () -> lstm.withInitializers(GLOROT, GLOROT, 3).withLongestLag(20),
        "forget bias 3.0 has no effect on recurrent 'r': time lags up to 20 steps stand in its"
            + " place");
    refused(
        () -> lstm.withInitializers(GLOROT, GLOROT, Double.NaN),
        "The forget bias of recurrent 'r' must be a finite number, not NaN.");
    refused(() -> lstm.withLongestLag(-4), "The longest time lag must be 2 steps or more, not -4.");
    Recurrent gates = lstm.withInitializers(new Initializer.Gates(List.of(1.0)), GLOROT, 1);
    refused(
        () -> Layer.initialize(TestBackends.plain(), List.of(gates), 1),
        "Values by gate are for biases, not for 'r.0.forward.input_weight'.");
  }

  @Test
  void attention_of_sizes_that_cannot_be() {
    refused(
        () -> new AdditiveAttention("a", 0, 4, 5),
        "Attention 'a' needs a query size of 1 or more, not 0.");
    refused(
        () -> new AdditiveAttention("a", 3, -4, 5),
        "Attention 'a' needs a memory size of 1 or more, not -4.");
    refused(
        () -> new AdditiveAttention("a", 3, 4, 0),
        "Attention 'a' needs a size of 1 or more, not 0.");
    refused(
        () -> new LuongAttention("a", 0, 4),
        "Attention 'a' needs a query size of 1 or more, not 0.");
    refused(
        () -> new LuongAttention("a", 4, 0),
        "Attention 'a' needs a memory size of 1 or more, not 0.");
    for (int heads : new int[] {3, 0, -2, 17}) {
      String sentence = "cannot cut 16 features into " + heads + " equal heads.";
      refused(() -> new MultiHeadAttention("a", 16, heads, true), "Attention 'a' " + sentence);
      refused(
          () -> new TransformerBlock("b", 16, heads, 8, true),
          "Attention 'b.attention' " + sentence);
    }
    refused(
        () -> new TransformerBlock("b", 16, 4, 0, true),
        "Dense 'b.up' needs sizes of 1 or more, not 16 and 0.");
    for (double rate : new double[] {1, -0.1, Double.NaN}) {
      refused(
          () -> new TransformerBlock("b", 16, 4, 8, true, rate),
          "A dropout rate lies from 0 to below 1, so it cannot be " + rate + ".");
    }
    refused(() -> new LayerNorm("n", 0), "Layer norm 'n' needs a size of 1 or more, not 0.");
    for (float epsilon : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
      refused(
          () -> new LayerNorm("n", 4, epsilon),
          "Layer norm 'n' needs an epsilon that is a finite number above 0, not " + epsilon + ".");
    }
  }

  /// A tape with steps of 3 features and one row of 4 for each sequence, beside a batch of its own.
  private record Inputs(Tape tape, Tensor steps, Tensor sequences, Tensor elsewhere) {
    static Inputs of(Backend backend, Layer... layers) {
      Parameters parameters = Layer.initialize(backend, List.of(layers), 1);
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
      Rows rows = new Rows(5, 3);
      return new Inputs(
          tape,
          tape.input("steps", new RowSpace.Steps(rows), 3),
          tape.input("sequences", new RowSpace.Sequences(rows), 4),
          tape.input("elsewhere", new RowSpace.Steps(new Rows(5, 3)), 3));
    }
  }

  @Test
  void attention_to_inputs_that_do_not_fit() {
    AdditiveAttention additive = new AdditiveAttention("a", 4, 3, 5);
    LuongAttention luong = new LuongAttention("l", 4, 3);
    MultiHeadAttention heads = new MultiHeadAttention("m", 3, 3, true);
    TransformerBlock block = new TransformerBlock("b", 3, 1, 8, true);
    LayerNorm norm = new LayerNorm("n", 3);
    try (Backend backend = TestBackends.plain()) {
      Inputs in = Inputs.of(backend, additive, luong, heads, block, norm);
      refused(
          () -> additive.apply(in.steps, in.steps),
          "Attention 'a' got queries of size 3 but was built for size 4.");
      refused(
          () -> additive.apply(in.sequences, in.sequences),
          "Attention 'a' got a memory of size 4 but was built for size 3.");
      refused(
          () -> luong.apply(in.steps, in.steps),
          "Attention 'l' got queries of size 3 but was built for size 4.");
      refused(
          () -> luong.apply(in.sequences, in.sequences),
          "Attention 'l' got a memory of size 4 but was built for size 3.");
      refused(
          () -> heads.apply(in.sequences),
          "Attention 'm' got queries of size 4 but was built for size 3.");
      refused(
          () -> heads.apply(in.steps, in.sequences),
          "Attention 'm' got a memory of size 4 but was built for size 3.");
      refused(
          () -> block.apply(in.sequences),
          "Attention 'b' got an input of size 4 but was built for size 3.");
      refused(
          () -> norm.apply(in.sequences),
          "Layer norm 'n' got an input of size 4 but was built for size 3.");
      // one row per sequence is no memory, and a causal query needs steps of its own
      LuongAttention turned = new LuongAttention("l", 3, 4);
      Inputs other = Inputs.of(backend, turned, heads);
      assertThatThrownBy(() -> turned.apply(other.steps, other.sequences))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("needs one key per step, not 'linear l.key.weight'");
      assertThatThrownBy(() -> heads.apply(other.steps, other.elsewhere))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("can be causal only where queries and keys are of the same steps");
    }
  }

  @Test
  void attention_to_a_memory_of_another_batch() {
    LuongAttention luong = new LuongAttention("l", 3, 3);
    try (Backend backend = TestBackends.plain()) {
      Inputs in = Inputs.of(backend, luong);
      in.tape.keep(luong.apply(in.steps, in.elsewhere));
      try (Program program = in.tape.program()) {
        in.steps.space().rows().set(new int[] {2, 1, 2}, 3);
        in.elsewhere.space().rows().set(new int[] {2, 1}, 2);
        assertThatThrownBy(() -> program.evaluate(1))
            .isInstanceOf(CarouselException.Request.class)
            .hasMessageContaining("3 sequences of queries and one of 2 of keys");
        refused(
            () -> program.upload(in.steps, new float[14]),
            "An array of 14 numbers was given for "
                + in.steps
                + ", which has 5 rows of 3 in the"
                + " present batch.");
      }
    }
  }

  @Test
  void lengths_and_ids_that_do_not_fit_a_batch() {
    Rows rows = new Rows(4, 3);
    refused(
        () -> rows.set(new int[] {1, 5}, 2),
        "Sequence 1 of the batch has length 5, but this plan was made for lengths from 0 to 4.");
    refused(
        () -> rows.set(new int[] {-1}, 1),
        "Sequence 0 of the batch has length -1, but this plan was made for lengths from 0 to 4.");
    refused(
        () -> rows.set(new int[4], 4),
        "The batch has 4 sequences and 4 lengths, but this plan was made for at most 3 sequences.");
    refused(() -> rows.set(new int[2], new int[1], 2), "The batch has 2 sequences but 1 ids.");
  }

  @Test
  void states_carried_to_another_stack_or_by_a_mask_of_another_size() {
    Recurrent lstm = new Recurrent("r", 3, new CellSpec.Lstm(4));
    Recurrent wide = new Recurrent("w", 3, new CellSpec.Lstm(5));
    Recurrent gru = new Recurrent("g", 3, new CellSpec.Gru(4));
    Recurrent two = new Recurrent("t", 3, new CellSpec.Lstm(4), new CellSpec.Lstm(4));
    try (Backend backend = TestBackends.plain()) {
      Inputs in = Inputs.of(backend, lstm, wide, gru, two);
      Rows rows = in.steps.space().rows();
      CarriedState carried = new CarriedState(in.tape, lstm, rows);
      refused(
          () -> carried.last(wide.apply(in.steps, null, true).last()),
          "The last state 0 has a h of size 5, but one of size 4 is carried.");
      refused(
          () -> carried.last(gru.apply(in.steps, null, true).last()),
          "The last state 0 has a c of size 0, but one of size 4 is carried.");
      refused(
          () -> carried.last(two.apply(in.steps, null, true).last()),
          "2 last states were given, but 1 states are carried.");
      CarriedState right = new CarriedState(in.tape, lstm, rows);
      right.last(lstm.apply(in.steps, right.first(), true).last());
      try (Program program = in.tape.program()) {
        rows.set(new int[] {1, 2}, 2);
        for (int places : new int[] {1, 4}) {
          refused(
              () -> right.begin(program, new boolean[places]),
              "A batch of 2 sequences got a reset mask of " + places + " places.");
        }
      }
      List<State> first = List.of(new State(in.sequences, null));
      assertThatThrownBy(() -> lstm.apply(in.steps, first, false))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("without c, but its cell Lstm[hiddenSize=4");
    }
  }

  @Test
  void what_has_no_place_in_a_stack() {
    CellSpec lstm = new CellSpec.Lstm(4);
    Recurrent one = new Recurrent("r", 2, lstm);
    refused(
        () -> one.withBetween(new Between().withResidual()),
        "Between[residual=true, layerNorm=false] has no effect with 1 layer: it stands between"
            + " layers");
    refused(
        () ->
            new Recurrent("r", 2, lstm, new CellSpec.Gru(5))
                .withBetween(new Between().withResidual()),
        "A residual connection around layer 1 of recurrent 'r' adds outputs of size 4 to outputs of"
            + " size 5. Give both layers one size.");
    refused(
        () -> new Recurrent("r", 2, lstm, lstm).withDropout(0.3).withNoise(QUIET.withInput(0.2)),
        "dropout 0.3 and input dropout 0.2 would both drop what goes from layer to layer: choose"
            + " one");
    refused(
        () -> new Recurrent("r", 2, new CellSpec.Gru(3)).withNoise(QUIET.withZoneout(0, 0.1)),
        "zoneout 0.1 of the cell state has no effect on " + new CellSpec.Gru(3) + ": it has none");
    refused(
        () -> new Recurrent("r", 2, new CellSpec.MinGru(3)).withNoise(QUIET.withRecurrent(0.1)),
        "recurrent dropout 0.1 has no effect on " + new CellSpec.MinGru(3) + ": it has no R");
    refused(
        () -> new Recurrent("r", 2, new CellSpec.MinGru(3)).withNoise(QUIET.withDropConnect(0.1)),
        "DropConnect 0.1 has no effect on " + new CellSpec.MinGru(3) + ": it has no R");
    refused(
        () -> QUIET.withRecurrent(1),
        "The rate of recurrent dropout must lie from 0 to below 1, not 1.0.");
    assertThatThrownBy(() ->
            new ArrayLayer(one.withNoise(QUIET.withRecurrent(0.1)), new ReferenceBackend(), 1)
                .forward(new float[1][1][2]))
        .hasMessageStartingWith("Backend 'reference' cannot run a recurrent layer with ");
  }

  private static Recurrent gru(int units) {
    return new Recurrent("g", 2, new CellSpec.Gru(units));
  }

  @Test
  void batches_lengths_and_states_that_do_not_fit() {
    CellSpec cell = new CellSpec.Lstm(4);
    assertThatThrownBy(() -> new Recurrent("r", 2, cell).withDropout(0.3))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("dropout 0.3 has no effect with 1 layer: it is applied between layers");
    assertThatThrownBy(() -> new Recurrent("r", 0, cell)).hasMessageContaining("not 0");
    assertThatThrownBy(() -> new Recurrent("r", 2)).hasMessageContaining("1 layer or more");
    ArrayLayer layer = new ArrayLayer(new Recurrent("r", 2, cell), new ReferenceBackend(), 1);
    float[][][] x = new float[2][3][2];
    assertThatThrownBy(() -> layer.backward(x)).hasMessageContaining("call forward first");
    assertThatThrownBy(() -> layer.forward(new float[2][3][5]))
        .hasMessage("Step 0 of sequence 0 of the inputs has 5 numbers, not 2.");
    assertThatThrownBy(() -> layer.forward(x, new int[] {4, 1}, null))
        .hasMessage("Sequence 0 has 3 steps, so its length cannot be 4.");
    assertThatThrownBy(() -> layer.forward(x, new int[] {3, -1}, null))
        .hasMessage("Sequence 1 has 3 steps, so its length cannot be -1.");
    assertThatThrownBy(() -> layer.forward(x, new int[] {1}, null))
        .hasMessageContaining("2 sequences but 1 lengths");
    layer.forward(x);
    var small = List.of(new ArrayLayer.State(new float[2][3], new float[2][4]));
    assertThatThrownBy(() -> layer.forward(x, null, small))
        .hasMessage("A state of size 3 was given, but the cell has size 4.");
    var few = List.of(new ArrayLayer.State(new float[1][4], new float[1][4]));
    assertThatThrownBy(() -> layer.forward(x, null, few))
        .hasMessage("A state of 1 sequences was given for a batch of 2.");
    assertThatThrownBy(() -> layer.forward(x, null, List.of()))
        .hasMessage(
            "Recurrent 'r' has 1 states (layers times directions), but 0 first states were given.");
    assertThatThrownBy(
            () -> layer.backward(new float[2][3][4], List.of(few.getFirst(), few.getFirst())))
        .hasMessageContaining("but 2 gradients of last states were given");
    ArrayLayer gated = new ArrayLayer(gru(4), new ReferenceBackend(), 1);
    var withC = List.of(new ArrayLayer.State(new float[2][4], new float[2][4]));
    assertThatThrownBy(() -> gated.forward(x, null, withC))
        .hasMessageContaining("Of the first states number 0 has a c, but its cell Gru[");
    assertThatThrownBy(() -> gru(4).withInitializers(GLOROT, GLOROT, 3))
        .hasMessage(
            "forget bias 3.0 has no effect on recurrent 'g': none of its cells has a forget gate of"
                + " its own");
    assertThatThrownBy(
            () -> new Recurrent("r", 2, cell).withDirection(Direction.BACKWARD, Merge.SUM))
        .hasMessage(
            "merge SUM has no effect on recurrent 'r', which reads one way: there is one output");
  }
}
