package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import java.lang.invoke.MethodHandles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CodecTest {
  private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

  private enum Reset {
    RESET_AFTER,
    RESET_BEFORE
  }

  private sealed interface Cell {}

  private record Lstm(int hiddenSize, double forgetBias) implements Cell {
    Lstm {
      if (hiddenSize < 1) {
        throw new CarouselException.Request(
            "The hidden size must be at least 1, but is " + hiddenSize + ".");
      }
    }
  }

  private sealed interface Gated extends Cell {}

  private record Gru(int hiddenSize, Reset reset) implements Gated {}

  private record LayerNormLstm(Lstm inner) implements Gated {}

  private enum Fixed implements Cell {
    IDENTITY
  }

  private record Stack(
      String name, List<Cell> layers, Optional<Double> dropout, Map<String, Integer> sizes) {}

  private record Everything(
      boolean flag,
      int count,
      Long id,
      float rate,
      double loss,
      String text,
      Reset reset,
      Cell cell,
      Optional<List<Integer>> lags,
      Map<Reset, Double> byReset,
      List<? extends Cell> cells,
      Json free) {}

  private record Tree(String name, List<Tree> children) {}

  private sealed interface Expression {}

  private record Leaf(double value) implements Expression {}

  private record Sum(Expression left, Expression right) implements Expression {}

  private final Codec<Stack> stacks = Codec.of(Stack.class, HERE);

  private final Stack stack =
      new Stack(
          "näme",
          List.of(
              new Lstm(32, 1),
              new Gru(16, Reset.RESET_BEFORE),
              new LayerNormLstm(new Lstm(8, 0.1)),
              Fixed.IDENTITY),
          Optional.empty(),
          Map.of("vocabulary", 12));

  @Test
  void aRecordLooksLikeThis() {
    assertThat(stacks.write(stack).compact())
        .isEqualTo(
            "{\"name\":\"näme\",\"layers\":["
                + "{\"type\":\"lstm\",\"hiddenSize\":32,\"forgetBias\":1.0},"
                + "{\"type\":\"gru\",\"hiddenSize\":16,\"reset\":\"reset-before\"},"
                + "{\"type\":\"layer-norm-lstm\",\"inner\":{\"hiddenSize\":8,\"forgetBias\":0.1}},"
                + "{\"type\":\"identity\"}],\"sizes\":{\"vocabulary\":12}}");
  }

  @Test
  void whatIsWrittenReadsBackEqual() {
    assertThat(stacks.read(stacks.write(stack), "x")).isEqualTo(stack);
    Codec<Everything> codec = Codec.of(Everything.class, HERE);
    for (long seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var byReset = new LinkedHashMap<Reset, Double>();
      byReset.put(Reset.RESET_BEFORE, Double.longBitsToDouble(random.nextLong()));
      byReset.put(Reset.RESET_AFTER, random.nextBoolean() ? Double.NaN : -0.0);
      var value =
          new Everything(
              random.nextBoolean(),
              random.nextInt(),
              random.nextLong(),
              Float.intBitsToFloat(random.nextInt()),
              random.nextInt(5) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian(),
              "text " + seed,
              Reset.values()[random.nextInt(2)],
              new Gru(random.nextInt(), Reset.RESET_AFTER),
              random.nextBoolean() ? Optional.empty() : Optional.of(List.of(1, random.nextInt())),
              byReset,
              List.of(new Lstm(1, random.nextDouble()), Fixed.IDENTITY),
              JsonTest.anything(random, 3));
      Json json = Json.read(codec.write(value).pretty(), "x");
      assertThat(codec.read(json, "x")).as("seed %d", seed).isEqualTo(value);
      assertThat(codec.read(json, "x").byReset().keySet())
          .as("seed %d", seed)
          .containsExactly(Reset.RESET_BEFORE, Reset.RESET_AFTER);
    }
  }

  @Test
  void typesMayContainThemselves() {
    Codec<Tree> trees = Codec.of(Tree.class, HERE);
    var tree = new Tree("a", List.of(new Tree("b", List.of(new Tree("c", List.of())))));
    assertThat(trees.read(trees.write(tree), "x")).isEqualTo(tree);
    Codec<Expression> expressions = Codec.of(Expression.class, HERE);
    Expression sum = new Sum(new Leaf(1), new Sum(new Leaf(2), new Leaf(3)));
    assertThat(expressions.read(expressions.write(sum), "x")).isEqualTo(sum);
    assertThatThrownBy(() ->
            expressions.read(
                Json.read(
                    "{'type':'sum','left':{'type':'leaf','value':1},'right':{'type':'sum'}}"
                        .replace('\'', '"'),
                    "x"),
                "x"))
        .hasMessage("x, at right: The key 'left' is missing.");
  }

  @Test
  void aListIsReadWithoutItsWayBackIn() {
    Stack read = stacks.read(stacks.write(stack), "x");
    assertThatThrownBy(() -> read.layers().add(Fixed.IDENTITY))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.sizes().put("more", 1))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void whatIsWrongIsSaidWithItsPath() {
    assertBad("[]", "run.yaml: Expected an object, but found an array.");
    assertBad(
        "{'nam':'a','layers':[],'sizes':{}}",
        "run.yaml: The key 'nam' is not known. Did you mean 'name'?");
    assertBad(
        "{'name':'a','vocabulary':[],'sizes':{}}",
        "run.yaml: The key 'vocabulary' is not known. Known: name, layers, dropout, sizes.");
    assertBad("{'name':'a','sizes':{}}", "run.yaml: The key 'layers' is missing.");
    assertBad(
        "{'name':7,'layers':[],'sizes':{}}", "run.yaml, at name: Expected a string, but found 7.");
    assertBad(
        "{'name':null,'layers':[],'sizes':{}}",
        "run.yaml, at name: Expected a string, but found null.");
    assertBad(
        "{'name':'a','layers':{},'sizes':{}}",
        "run.yaml, at layers: Expected an array, but found an object.");
    assertBad(
        "{'name':'a','layers':[],'sizes':{'a':true}}",
        "run.yaml, at sizes.a: Expected a whole number, but found true.");
    assertBad(
        "{'name':'a','layers':[],'sizes':{'a':1.5}}",
        "run.yaml, at sizes.a: 1.5 is not a whole number; those are written without a point or an"
            + " exponent.");
    assertBad(
        "{'name':'a','layers':[],'sizes':{'a':3000000000}}",
        "run.yaml, at sizes.a: 3000000000 is beyond 32 bits.");
    assertBad(
        "{'name':'a','layers':[],'sizes':{},'dropout':'much'}",
        "run.yaml, at dropout: Expected a number, but found the string 'much'.");
  }

  @Test
  void aWrongCaseIsSaidWithItsPath() {
    assertCell("{}", "run.yaml, at layers[0]: The key 'type' is missing.");
    assertCell(
        "'lstm'",
        "run.yaml, at layers[0]: Expected an object with the key 'type', but found the string"
            + " 'lstm'.");
    assertCell("{'type':3}", "run.yaml, at layers[0].type: Expected a string, but found 3.");
    assertCell(
        "{'type':'ltsm'}",
        "run.yaml, at layers[0].type: The type 'ltsm' is not known. Did you mean 'lstm'?");
    assertCell(
        "{'type':'transformer'}",
        "run.yaml, at layers[0].type: The type 'transformer' is not known."
            + " Known: lstm, gru, layer-norm-lstm, identity.");
    assertCell(
        "{'type':'lstm','hiden-size':3}",
        "run.yaml, at layers[0]: The key 'hiden-size' is not known. Did you mean 'hiddenSize'?");
    assertCell(
        "{'type':'gru','hiddenSize':3,'reset':'reset-afer'}",
        "run.yaml, at layers[0].reset: The value 'reset-afer' is not known."
            + " Did you mean 'reset-after'?");
    assertCell(
        "{'type':'gru','hiddenSize':3,'reset':true}",
        "run.yaml, at layers[0].reset: Expected one of reset-after, reset-before, but found"
            + " true.");
    assertCell(
        "{'type':'identity','hiddenSize':3}",
        "run.yaml, at layers[0]: The key 'hiddenSize' is not known: 'identity' has none.");
    assertCell(
        "{'type':'layer-norm-lstm','inner':{'type':'lstm','hiddenSize':3,'forgetBias':1}}",
        "run.yaml, at layers[0].inner: The key 'type' is not known."
            + " Known: hiddenSize, forgetBias.");
  }

  @Test
  void whatAConstructorRefusesIsSaidWithItsPath() {
    assertCell(
        "{'type':'lstm','hiddenSize':0,'forgetBias':1}",
        "run.yaml, at layers[0]: The hidden size must be at least 1, but is 0.");
  }

  @Test
  void defaultsFillWhatIsLeftOut() {
    assertThat(read("{}")).isEqualTo(stack);
    assertThat(read("{'name':'b','dropout':0.5}"))
        .isEqualTo(new Stack("b", stack.layers(), Optional.of(0.5), stack.sizes()));
    assertThat(read("{'layers':[]}").layers()).isEmpty();
    assertThatThrownBy(() -> read("{'layers':[{'type':'lstm'}]}"))
        .hasMessage("x, at layers[0]: The key 'hiddenSize' is missing.");

    Codec<LayerNormLstm> codec = Codec.of(LayerNormLstm.class, HERE);
    var defaults = new LayerNormLstm(new Lstm(8, 1));
    assertThat(codec.read(json("{'inner':{'hiddenSize':3}}"), "x", defaults))
        .isEqualTo(new LayerNormLstm(new Lstm(3, 1)));
  }

  @Test
  void aCaseWithoutItsTypeIsTheDefaultsCase() {
    Codec<Cell> cells = Codec.of(Cell.class, HERE);
    Cell lstm = new Lstm(8, 0.5);
    assertThat(cells.read(json("{'hiddenSize':3}"), "x", lstm)).isEqualTo(new Lstm(3, 0.5));
    assertThat(cells.read(json("{}"), "x", Fixed.IDENTITY)).isEqualTo(Fixed.IDENTITY);
    assertThatThrownBy(() -> cells.read(json("{'type':'gru','hiddenSize':3}"), "x", lstm))
        .hasMessage("x: The key 'reset' is missing.");
  }

  @Test
  void anAbsentOptionalMayBeNullOrLeftOut() {
    var codec = Codec.of(Stack.class, HERE);
    Json json = stacks.write(stack);
    assertThat(codec.read(((Json.Obj) json).with("dropout", new Json.Null()), "x"))
        .isEqualTo(stack);
    var dropped = new Stack("a", List.of(), Optional.of(0.25), Map.of());
    assertThat(codec.read(json("{'dropout':null}"), "x", dropped).dropout()).isEmpty();
    assertThat(codec.read(json("{}"), "x", dropped).dropout()).contains(0.25);
  }

  private record Grown(int size, String name, double rate, Optional<String> note) {
    Grown(int size, String name) {
      this(size, name, 0.5, Optional.of("none"));
    }

    Grown(int size) {
      this(size, "size " + size);
    }

    Grown(String name) { // takes no first component
      this(7, name);
    }

    private Grown() {
      this(8);
    }
  }

  @Test
  void whatJavaMayLeaveOutAFileMayLeaveOut() {
    Codec<Grown> codec = Codec.of(Grown.class, HERE);
    assertThat(codec.read(json("{'size':3}"), "x")).isEqualTo(new Grown(3));
    assertThat(codec.read(json("{'size':3,'name':'a'}"), "x")).isEqualTo(new Grown(3, "a"));
    assertThat(codec.read(json("{'size':3,'rate':1,'note':null}"), "x"))
        .isEqualTo(new Grown(3, "size 3", 1, Optional.empty()));
    assertThatThrownBy(() -> codec.read(json("{'name':'a'}"), "x"))
        .hasMessage("x: The key 'size' is missing.");
    var without = new Grown(3, "a", 0.25, Optional.empty());
    assertThat(codec.read(codec.write(without), "x")).isEqualTo(without);
    var given = new Grown(1, "b", 2, Optional.empty());
    assertThat(codec.read(json("{'size':3}"), "x", given))
        .isEqualTo(new Grown(3, "b", 2, Optional.empty()));
  }

  @Test
  void specsOfTheProjectComeBackEqual() {
    Codec<CellSpec> cells = Codec.of(CellSpec.class);
    List<CellSpec> specs =
        List.of(
            new CellSpec.Lstm(64),
            new CellSpec.Lstm(64)
                .withPeepholes()
                .withProjectionSize(32)
                .withCellClip(0.1f)
                .withActivations(
                    new Activation.HardSigmoid(), new Activation.Affine(), new Activation.Relu()),
            new CellSpec.Gru(8).withReset(CellSpec.Gru.Reset.BEFORE),
            new CellSpec.Rnn(3).withActivation(new Activation.LeakyRelu(0.3f)),
            new CellSpec.MinGru(1));
    for (CellSpec spec : specs) {
      assertThat(cells.read(Json.read(cells.write(spec).pretty(), "x"), "x")).isEqualTo(spec);
    }
    assertThat(cells.read(json("{'type':'gru','hiddenSize':8,'reset':'before'}"), "x"))
        .isEqualTo(new CellSpec.Gru(8).withReset(CellSpec.Gru.Reset.BEFORE));
    assertThatThrownBy(() -> cells.read(json("{'type':'lstm','hiddenSize':0}"), "run.yaml"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage("run.yaml: The hidden size must be 1 or more, not 0.");
    Codec<LossSpec> losses = Codec.of(LossSpec.class);
    LossSpec quantile = new LossSpec.Quantile(List.of(0.1, 0.5, 0.9));
    assertThat(losses.read(losses.write(quantile), "x")).isEqualTo(quantile);
  }

  private record Optionals(OptionalInt count, OptionalDouble rate) {}

  @Test
  void numbersMayBeAbsentToo() {
    Codec<Optionals> codec = Codec.of(Optionals.class, HERE);
    for (Optionals value :
        List.of(
            new Optionals(OptionalInt.empty(), OptionalDouble.empty()),
            new Optionals(OptionalInt.of(3), OptionalDouble.of(0.1)))) {
      assertThat(codec.read(codec.write(value), "x")).isEqualTo(value);
    }
    assertThat(codec.read(json("{}"), "x").count()).isEmpty();
  }

  private record Raw(Object anything) {}

  private record Generic<T>(T value) {}

  private record Named(String name) {}

  private sealed interface Typed {}

  private record WithType(String type) implements Typed {}

  private sealed interface Open {}

  private static final class NoRecord implements Open {}

  private record Arrays(float[] rates, long[] ids) {}

  @Test
  void arraysOfNumbersAreArrays() {
    Codec<Arrays> codec = Codec.of(Arrays.class, HERE);
    Json json = codec.write(new Arrays(new float[] {0.1f, Float.NaN}, new long[] {7}));
    assertThat(json.compact()).isEqualTo("{\"rates\":[0.1,\"NaN\"],\"ids\":[7]}");
    Arrays read = codec.read(json, "x");
    assertThat(read.rates()).containsExactly(0.1f, Float.NaN);
    assertThat(read.ids()).containsExactly(7);
  }

  @Test
  void typesWithoutAFormAreRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codec.of(Raw.class, HERE))
        .withMessage("java.lang.Object has no form in JSON.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codec.of(Generic.class, HERE))
        .withMessage("T has no form in JSON.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codec.of(Typed.class, HERE))
        .withMessageContaining("WithType has a component 'type'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codec.of(Open.class, HERE))
        .withMessageContaining("NoRecord has no form in JSON.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codec.of(Named.class, MethodHandles.publicLookup()))
        .withMessageContaining("Pass a MethodHandles.lookup() that sees it.");
  }

  @Test
  void nullIsNoValueInAFile() {
    var named = Codec.of(Named.class, HERE);
    assertThatThrownBy(() -> named.write(new Named(null)))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("The component 'name' is null, which is no value in a file.");
  }

  @Test
  void namesOfCases() {
    assertThat(FormFinder.kebab("Lstm")).isEqualTo("lstm");
    assertThat(FormFinder.kebab("LayerNorm")).isEqualTo("layer-norm");
    assertThat(FormFinder.kebab("AdamW")).isEqualTo("adam-w");
    assertThat(FormFinder.kebab("RMSProp")).isEqualTo("rms-prop");
    assertThat(FormFinder.kebab("GRU")).isEqualTo("gru");
    assertThat(FormFinder.kebab("RESET_AFTER")).isEqualTo("reset-after");
    assertThat(FormFinder.kebab("Conv1D")).isEqualTo("conv1-d");
  }

  private Stack read(String json) {
    return stacks.read(json(json), "x", stack);
  }

  private void assertCell(String cell, String message) {
    assertBad("{'name':'a','layers':[" + cell + "],'sizes':{}}", message);
  }

  private void assertBad(String json, String message) {
    assertThatThrownBy(() -> stacks.read(json(json), "run.yaml"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage(message);
  }

  private static Json json(String text) {
    return Json.read(text.replace('\'', '"'), "test");
  }
}
