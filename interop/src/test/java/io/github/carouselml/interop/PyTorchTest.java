package io.github.carouselml.interop;

import static io.github.carouselml.interop.TorchFiles.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.interop.PyTorch.Nonlinearity;
import io.github.carouselml.interop.PyTorch.Options;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.model.TensorFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.train.ParameterWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Networks that PyTorch made: they compute what it computed, come back as it wrote them, and are
/// the same after a trip through a model file.
class PyTorchTest {
  private static final Options PLAIN = new Options();

  @TempDir Path folder;

  /// @param parts what is to be found
  record Case(String name, Options options, List<Part> parts) {
    @Override
    public String toString() {
      return name;
    }

    Imported read() throws IOException {
      return PyTorch.read(golden(name + ".safetensors"), options);
    }
  }

  static Stream<Case> cases() {
    CellSpec relu = new CellSpec.Rnn(4, new Activation.Relu());
    return Stream.of(
        new Case(
            "lstm-two-layers-both-ways",
            PLAIN,
            List.of(new Part.Stack("", 3, new CellSpec.Lstm(5), 2, true, true))),
        new Case(
            "lstm-projection",
            PLAIN,
            List.of(
                new Part.Stack(
                    "encoder.lstm", 3, new CellSpec.Lstm(6).withProjectionSize(4), 2, true, true))),
        new Case(
            "gru",
            PLAIN,
            List.of(
                new Part.Stack("rnn", 2, new CellSpec.Gru(5), 2, false, true),
                new Part.Linear("head", 5, 1, true))),
        new Case(
            "rnn-relu",
            PLAIN.withNonlinearity(Nonlinearity.RELU),
            List.of(new Part.Stack("rnn", 3, relu, 1, false, true))),
        new Case(
            "rnn-tanh-both-ways",
            PLAIN.withNonlinearity(Nonlinearity.TANH),
            List.of(new Part.Stack("rnn", 3, new CellSpec.Rnn(4), 1, true, true))),
        new Case(
            "no-bias",
            PLAIN,
            List.of(
                new Part.Stack("lstm", 3, new CellSpec.Lstm(4), 1, false, false),
                new Part.Linear("head", 4, 2, false))),
        new Case(
            "gru-no-bias",
            PLAIN,
            List.of(new Part.Stack("", 3, new CellSpec.Gru(4), 1, true, false))),
        new Case(
            "words",
            PLAIN,
            List.of(
                new Part.Lookup("embed", 11, 3),
                new Part.Stack("lstm", 3, new CellSpec.Lstm(4), 1, false, true),
                new Part.Linear("head", 4, 11, true))),
        new Case(
            "classifier",
            PLAIN.withChain(List.of("embed", "gru", "last", "hidden", "relu", "out")),
            List.of(
                new Part.Lookup("embed", 7, 4),
                new Part.Stack("gru", 4, new CellSpec.Gru(5), 1, false, true),
                Part.Plain.LAST,
                new Part.Linear("hidden", 5, 6, true),
                Part.Plain.RELU,
                new Part.Linear("out", 6, 3, true))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computes_what_pytorch_computed(Case network) throws IOException {
    Imported imported = network.read();
    assertThat(imported.spec().parts()).isEqualTo(network.parts());
    Probe probe = Probe.read(golden(network.name + ".in.npy"), golden(network.name + ".out.npy"));
    assertThat(probe.replay(imported.model()).largest()).isLessThan(1e-6);
  }

  /// Each weight counts: with one changed the probe tells.
  @ParameterizedTest
  @MethodSource("cases")
  void a_probe_notices_a_wrong_weight(Case network) throws IOException {
    Imported right = network.read();
    Probe probe = Probe.read(golden(network.name + ".in.npy"), golden(network.name + ".out.npy"));
    for (String changed : right.weights().names()) {
      if (changed.equals("embed.weight")) {
        continue; // of a table only some rows are looked up
      }
      Weights.Builder wrong = Weights.builder();
      for (String name : right.weights().names()) {
        float[] values = right.weights().values(name);
        for (int k = 0; name.equals(changed) && k < values.length; k++) {
          values[k] = -values[k] + 0.3f;
        }
        wrong.add(name, right.weights().shape(name), values);
      }
      var model = NetworkModel.of(right.spec(), wrong.build(), right.provenance(), "test");
      Probe.Result result = probe.replay(model);
      assertThat(result.largest()).as(changed).isGreaterThan(1e-3);
      assertThatThrownBy(() -> result.require(1e-4))
          .isInstanceOf(CarouselException.Data.class)
          .hasMessageContaining("does not compute what the probe says");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comes_back_as_pytorch_loads_it(Case network) throws IOException {
    Imported imported = network.read();
    Path back = folder.resolve("back.safetensors");
    PyTorch.write(imported.spec(), imported.weights(), back);
    try (TensorFile before = TensorFile.open(golden(network.name + ".safetensors"));
        TensorFile after = TensorFile.open(back)) {
      assertThat(after.metadata()).containsEntry("format", "pt");
      assertThat(after.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(before.tensors().keySet());
      for (String name : before.tensors().keySet()) {
        assertThat(after.tensors().get(name).shape()).isEqualTo(before.tensors().get(name).shape());
        if (!name.contains("bias_")) {
          assertThat(after.floats(name)).as(name).containsExactly(before.floats(name));
        }
        if (name.contains("bias_hh")) {
          float[] a = before.floats(name.replace("_hh", "_ih"));
          float[] b = before.floats(name);
          float[] one = after.floats(name.replace("_hh", "_ih"));
          float[] two = after.floats(name);
          boolean gru = imported.spec().parts().toString().contains("gru");
          for (int k = 0; k < a.length; k++) {
            boolean candidate = gru && k >= 2 * a.length / 3;
            assertThat(one[k]).as(name).isEqualTo(candidate ? a[k] : a[k] + b[k]);
            assertThat(two[k]).as(name).isEqualTo(candidate ? b[k] : 0);
          }
        }
      }
    }
    // and once more from what was written: now nothing is rounded
    Imported again = PyTorch.read(back, network.options);
    assertThat(again.spec()).isEqualTo(imported.spec());
    assertThat(again.weights()).isEqualTo(imported.weights());
    assertThat(again.provenance().get("rounded_biases").orElseThrow().compact()).isEqualTo("0");
  }

  /// Byte for byte the files that PyTorch loaded; `interop/src/test/golden/README.md` says how.
  @ParameterizedTest
  @MethodSource("cases")
  void is_the_file_that_pytorch_loaded(Case network) throws Exception {
    Imported imported = network.read();
    Path back = folder.resolve("back.safetensors");
    PyTorch.write(imported.spec(), imported.weights(), back);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(back));
    assertThat(Files.readAllLines(golden("exported.sha256")))
        .contains(HexFormat.of().formatHex(digest) + "  " + network.name + ".safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gru", "lstm-two-layers-both-ways", "words"})
  void what_the_library_itself_saved_is_the_same(String name) throws IOException {
    Imported saved = PyTorch.read(golden("saved-" + name + ".safetensors"), PLAIN);
    Imported expected = PyTorch.read(golden(name + ".safetensors"), PLAIN);
    assertThat(saved.spec()).isEqualTo(expected.spec());
    assertThat(saved.weights()).isEqualTo(expected.weights());
  }

  @Test
  void what_the_library_saved_in_half_the_bits_becomes_floats() throws IOException {
    Imported half = PyTorch.read(golden("saved-gru-bf16.safetensors"), PLAIN);
    Imported whole = PyTorch.read(golden("gru.safetensors"), PLAIN);
    assertThat(half.spec()).isEqualTo(whole.spec());
    for (String name : List.of("head.weight", "head.bias", "rnn.0.forward.recurrent_weight")) {
      float[] expected = whole.weights().values(name);
      for (int k = 0; k < expected.length; k++) {
        expected[k] = bf16(expected[k]);
      }
      assertThat(half.weights().values(name)).as(name).containsExactly(expected);
    }
  }

  /// The nearest number of 8 significant bits, of two as near the even one.
  private static float bf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_model_file_keeps_it(Case network) throws IOException {
    NetworkModel model = network.read().model();
    Path file = folder.resolve("model.safetensors");
    model.save(file);
    NetworkModel loaded = NetworkModel.load(file);
    assertThat(loaded.spec()).isEqualTo(model.spec());
    assertThat(loaded.weights()).isEqualTo(model.weights());
    assertThat(loaded.provenance()).isEqualTo(model.provenance());
    if (model.spec().takesTokens()) {
      int[][] tokens = {{1, 2, 3}, {}, {4}};
      assertThat(loaded.predict(tokens)).isDeepEqualTo(model.predict(tokens));
    } else {
      float[][][] x = new float[2][3][model.spec().inputSize()];
      x[1] = new float[0][];
      x[0][1][0] = 1;
      assertThat(loaded.predict(x)).isDeepEqualTo(model.predict(x));
    }
  }

  @Test
  void a_stack_trained_here_goes_to_pytorch() throws IOException {
    var spec =
        new NetworkSpec(
            List.of(
                new Part.Stack("lstm", 2, new CellSpec.Lstm(3), 1, false, true),
                new Part.Linear("head", 3, 1, true)));
    Path file = folder.resolve("torch.safetensors");
    try (var backend = Backends.cpu()) {
      Parameters trained = Layer.initialize(backend, spec.layers(), 7);
      PyTorch.write(spec, ParameterWeights.read(trained), file);
      Imported back = PyTorch.read(file, PLAIN);
      assertThat(back.spec()).isEqualTo(spec);
      assertThat(back.weights()).isEqualTo(ParameterWeights.read(trained));
    }
  }

  @Test
  void biases_that_were_trained_cannot_go_where_there_are_none() throws IOException {
    Imported without = PyTorch.read(golden("no-bias.safetensors"), PLAIN);
    Weights.Builder changed = Weights.builder();
    for (String name : without.weights().names()) {
      float[] values = without.weights().values(name);
      values[0] += name.equals("lstm.0.forward.bias") ? 1 : 0;
      changed.add(name, without.weights().shape(name), values);
    }
    Path file = folder.resolve("torch.safetensors");
    assertThatThrownBy(() -> PyTorch.write(without.spec(), changed.build(), file))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("was imported without biases");
    assertThat(file).doesNotExist();
    assertThatThrownBy(() -> PyTorch.write(without.spec(), Weights.empty(), file))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining("has no tensor 'lstm.0.forward.input_weight'");
  }

  @Test
  void a_model_of_another_task_is_refused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    var task = io.github.carouselml.model.Json.object().with("task", "forecast");
    new ModelFile(Weights.empty(), task, task, task).write(file);
    assertThatThrownBy(() -> NetworkModel.load(file))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining("is a model of the task 'forecast'");
  }

  @Test
  void what_pytorch_does_not_have_is_refused() {
    Map<String, CellSpec> cells =
        Map.of(
            "peepholes",
            new CellSpec.Lstm(4).withPeepholes(),
            "reset",
            new CellSpec.Gru(4).withReset(CellSpec.Gru.Reset.BEFORE),
            "min",
            new CellSpec.MinLstm(4),
            "activation",
            new CellSpec.Rnn(4, new Activation.Softsign()));
    cells.forEach((name, cell) ->
        assertThatThrownBy(() -> new Part.Stack(name, 2, cell, 1, false, true))
            .isInstanceOf(CarouselException.Request.class)
            .hasMessageContaining(cell.toString())
            .hasMessageContaining("which PyTorch does not have"));
    for (int layers : new int[] {0, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> new Part.Stack("s", 2, new CellSpec.Gru(4), layers, false, true))
          .hasMessage("The stack 's' has " + layers + " layers, but 1 to 1000 are possible.");
    }
  }

  @Test
  void inputs_that_do_not_fit_are_refused() throws IOException {
    NetworkModel lstm = PyTorch.read(golden("gru.safetensors"), PLAIN).model();
    assertThatThrownBy(() -> lstm.predict(new float[1][2][3]))
        .hasMessage("Step 0 of sequence 0 has 3 numbers, but the network takes 2.");
    assertThatThrownBy(() -> lstm.predict(new int[1][2])).hasMessageContaining("not tokens");
    NetworkModel words = PyTorch.read(golden("words.safetensors"), PLAIN).model();
    assertThatThrownBy(() -> words.predict(new float[1][2][1]))
        .hasMessageContaining("takes tokens");
    assertThatThrownBy(() -> words.predict(new int[][] {{3, 11}}))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("Index 11");
    assertThat(words.predict(new int[0][])).isEmpty();
  }
}
