package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.carouselml.interop.NetworkModel;
import io.github.carouselml.model.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// `carousel import pytorch` and `carousel export pytorch` on files that PyTorch wrote.
final class ImportTest {
  private static final Path GOLDEN =
      Path.of("..", "interop", "src", "test", "resources", "golden").toAbsolutePath().normalize();

  @TempDir Path folder;

  private static Path golden(String name) {
    return GOLDEN.resolve(name);
  }

  private static String probe(String name) {
    return golden(name + ".in.npy") + "," + golden(name + ".out.npy");
  }

  @Test
  void in_checked_and_out_again() throws IOException {
    Path model = folder.resolve("model.safetensors");
    Command in =
        Command.run(
            "import",
            "pytorch",
            golden("gru.safetensors"),
            "--out",
            model,
            "--probe",
            probe("gru"));
    assertThat(in.code()).as(in.err()).isZero();
    assertThat(in.out())
        .contains("gru 'rnn', 2 -> 5, 2 layers")
        .contains("linear 'head', 5 -> 1")
        .contains("sums were rounded")
        .contains("Largest difference from PyTorch: ")
        .contains("allowed 0.00010");
    assertThat(in.message()).isEqualTo("The model is in " + model + ".");
    assertThat(NetworkModel.load(model).predict(new float[1][4][2])[0]).hasNumberOfRows(4);

    Path back = folder.resolve("back.safetensors");
    Command out = Command.run("export", "pytorch", model, "--out", back);
    assertThat(out.code()).as(out.err()).isZero();
    try (TensorFile before = TensorFile.open(golden("gru.safetensors"));
        TensorFile after = TensorFile.open(back)) {
      assertThat(after.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(before.tensors().keySet());
      assertThat(after.floats("rnn.weight_hh_l1")).isEqualTo(before.floats("rnn.weight_hh_l1"));
    }
  }

  @Test
  void with_a_chain_and_as_json() {
    Path model = folder.resolve("model.safetensors");
    Command in =
        Command.run(
            "import",
            "pytorch",
            golden("classifier.safetensors"),
            "--out",
            model,
            "--chain",
            "embed,gru,last,hidden,relu,out",
            "--probe",
            probe("classifier"),
            "--tolerance",
            "1e-5",
            "--json");
    assertThat(in.code()).as(in.err()).isZero();
    assertThat(in.lastLine())
        .startsWith("{\"model\":")
        .contains("\"weights\":")
        .contains("\"tolerance\":1.0E-5");
  }

  static Stream<Arguments> requests() {
    String rnn = golden("rnn-relu.safetensors").toString();
    String words = golden("words.safetensors").toString();
    String gru = golden("gru.safetensors").toString();
    return Stream.of(
        arguments(rnn, "name the nonlinearity, tanh (PyTorch's default) or relu"),
        arguments(rnn + " --nonlinearity tan", "nonlinearity"),
        arguments(
            rnn + " --nonlinearity tanh --probe " + probe("rnn-relu"),
            "does not compute what the probe says"),
        arguments(gru + " --nonlinearity relu", "The nonlinearity relu has no effect"),
        arguments(gru + " --probe " + golden("gru.in.npy"), "--probe takes two files"),
        arguments(
            gru + " --probe " + golden("gru.in.npy") + "," + golden("rnn-relu.out.npy"),
            "has the shape [2, 4, 4] of float32, but [2, 4, 1]"),
        arguments(gru + " --probe " + gru + "," + gru, "does not begin as a .npy file does"),
        arguments(gru + " --tolerance 1", "--tolerance has no effect without --probe"),
        arguments(gru + " --tolerance -1 --probe " + probe("gru"), "must be 0 or more"),
        arguments(words + " --chain embed,lstm,had", "Did you mean 'head'?"),
        arguments(golden("gru.in.npy").toString(), "no safetensors file"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void a_refused_import_writes_nothing(String words, String said) {
    Path model = folder.resolve("model.safetensors");
    Object[] command =
        Stream.concat(Stream.of("import", "pytorch", "--out", model), Stream.of(words.split(" ")))
            .toArray();
    Command refused = Command.run(command);
    assertThat(refused.code()).isEqualTo(Failures.WRONG);
    assertThat(refused.message()).contains(said);
    assertThat(model).doesNotExist();
  }

  @Test
  void nothing_is_replaced_unasked() throws IOException {
    Path there = Files.writeString(folder.resolve("there"), "mine");
    Object gru = golden("gru.safetensors");
    assertThat(Command.run("import", "pytorch", gru, "--out", there).message())
        .contains("exists. --overwrite replaces it.");
    assertThat(Command.run("import", "pytorch", gru, "--out", folder).message())
        .contains("is a folder");
    assertThat(there).hasContent("mine");
    assertThat(Command.run("import", "pytorch", gru, "--out", there, "--overwrite").code())
        .isZero();
    Path other = folder.resolve("other");
    assertThat(Command.run("export", "pytorch", there, "--out", other).code()).isZero();
    assertThat(Command.run("export", "pytorch", there, "--out", other).code())
        .isEqualTo(Failures.WRONG);
    Command foreign = Command.run("export", "pytorch", gru, "--out", folder.resolve("no"));
    assertThat(foreign.code()).isEqualTo(Failures.WRONG);
    assertThat(foreign.message()).contains("not one of Carousel's");
  }

  @Test
  void without_a_framework() {
    assertThat(Command.run("import").message()).contains("Import from where? Known: pytorch");
    assertThat(Command.run("export").message()).contains("Export to where? Known: pytorch");
    assertThat(Command.run("import", "torch").message())
        .contains("There is no command 'torch'. Known: pytorch.");
  }
}
