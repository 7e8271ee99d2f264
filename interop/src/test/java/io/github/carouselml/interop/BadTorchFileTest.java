package io.github.carouselml.interop;

import static io.github.carouselml.interop.TorchFiles.golden;
import static io.github.carouselml.interop.TorchFiles.room;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.interop.PyTorch.Nonlinearity;
import io.github.carouselml.interop.PyTorch.Options;
import io.github.carouselml.interop.TorchFiles.Tensor;
import io.github.carouselml.model.TensorFile;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of weights that are damaged, incomplete, of another kind, or of more than one meaning.
class BadTorchFileTest {
  private static final Options PLAIN = new Options();

  @TempDir Path folder;

  private static AbstractThrowableAssert<?, ?> refused(Path file, Options options) {
    return assertThatThrownBy(() -> PyTorch.read(file, options))
        .isInstanceOfAny(CarouselException.BadFile.class, CarouselException.Request.class)
        .hasMessageContaining(file.getFileName().toString());
  }

  private Path file(Tensor... tensors) {
    return TorchFiles.write(folder.resolve("weights.safetensors"), tensors);
  }

  /// An LSTM of 3 inputs and 2 units, without these tensors.
  private static List<Tensor> lstm(String... without) {
    List<Tensor> all =
        new ArrayList<>(
            List.of(
                Tensor.zeros("lstm.weight_ih_l0", 8, 3),
                Tensor.zeros("lstm.weight_hh_l0", 8, 2),
                Tensor.zeros("lstm.bias_ih_l0", 8),
                Tensor.zeros("lstm.bias_hh_l0", 8)));
    all.removeIf(t -> List.of(without).contains(t.name()));
    return all;
  }

  private Path lstmAnd(Tensor... more) {
    List<Tensor> all = lstm();
    all.addAll(List.of(more));
    return file(all.toArray(Tensor[]::new));
  }

  @Test
  void no_file_a_folder_and_files_of_other_kinds() throws IOException {
    assertThatThrownBy(() -> PyTorch.read(folder.resolve("none"), PLAIN))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("There is no file");
    assertThatThrownBy(() -> PyTorch.read(folder, PLAIN)).hasMessageContaining("it is a folder");
    Path pt = folder.resolve("model.pt");
    TorchFiles.write(pt, new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0});
    refused(pt, PLAIN).hasMessageContaining("save_file(model.state_dict()");
    TorchFiles.write(pt, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 0, 0, 0, 0, 0, 0});
    refused(pt, PLAIN).hasMessageContaining("a pickle");
    TorchFiles.write(pt, "not weights at all".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    refused(pt, PLAIN).hasMessageContaining("no safetensors file");
    TorchFiles.write(pt, new byte[0]);
    refused(pt, PLAIN).hasMessageContaining("cut off");
  }

  @Test
  void cut_off_anywhere() throws IOException {
    byte[] whole = Files.readAllBytes(golden("words.safetensors"));
    Path cut = folder.resolve("cut.safetensors");
    for (int length = 0; length < whole.length; length += 7) {
      TorchFiles.write(cut, Arrays.copyOf(whole, length));
      refused(cut, PLAIN);
    }
  }

  @Test
  void a_missing_tensor_is_named_and_those_that_are_there() {
    refused(file(lstm("lstm.weight_hh_l0").toArray(Tensor[]::new)), PLAIN)
        .hasMessageContaining("has no tensor 'lstm.weight_hh_l0'")
        .hasMessageContaining("It has lstm.weight_ih_l0, lstm.bias_ih_l0, lstm.bias_hh_l0");
    refused(file(lstm("lstm.weight_ih_l0").toArray(Tensor[]::new)), PLAIN)
        .hasMessageContaining("has no tensor 'lstm.weight_ih_l0'");
    refused(file(lstm("lstm.bias_hh_l0").toArray(Tensor[]::new)), PLAIN)
        .hasMessageContaining("has no tensor 'lstm.bias_hh_l0'");
    refused(file(lstm("lstm.bias_ih_l0").toArray(Tensor[]::new)), PLAIN)
        .hasMessageContaining("'lstm.bias_hh_l0' does not belong")
        .hasMessageContaining("without biases");
    refused(lstmAnd(Tensor.zeros("lstm.weight_ih_l2", 8, 2)), PLAIN)
        .hasMessageContaining("'lstm.weight_ih_l2' does not belong to a stack of 1 layers");
    refused(lstmAnd(Tensor.zeros("lstm.weight_ih_l1", 8, 2)), PLAIN)
        .hasMessageContaining("has no tensor 'lstm.weight_hh_l1'");
    refused(lstmAnd(Tensor.zeros("lstm.weight_hh_l0_reverse", 8, 2)), PLAIN)
        .hasMessageContaining("one way");
  }

  @Test
  void shapes_that_do_not_fit() {
    refused(file(Tensor.zeros("weight_ih_l0", 10, 3), Tensor.zeros("weight_hh_l0", 10, 4)), PLAIN)
        .hasMessageContaining("'weight_hh_l0' has 10 rows, which is not 1, 3 or 4 times")
        .hasMessageContaining("hidden size 4");
    refused(file(Tensor.zeros("weight_ih_l0", 8, 3), Tensor.zeros("weight_hh_l0", 8, 4)), PLAIN)
        .hasMessageContaining("not 1, 3 or 4 times the hidden size 4");
    refused(file(Tensor.zeros("weight_ih_l0", 8), Tensor.zeros("weight_hh_l0", 8, 2)), PLAIN)
        .hasMessageContaining("must be matrices");
    refused(
            file(
                Tensor.zeros("weight_ih_l0", 12, 3),
                Tensor.zeros("weight_hh_l0", 12, 2),
                Tensor.zeros("weight_hr_l0", 2, 4)),
            PLAIN)
        .hasMessageContaining("not 4 times the hidden size 4");
    refused(lstmAnd(Tensor.zeros("lstm.weight_hr_l0")), PLAIN)
        .hasMessageContaining("'lstm.weight_hr_l0' must be a matrix, but has the shape []");
    for (int[] none : new int[][] {{0, 3}, {3, 0}}) {
      Path empty = file(Tensor.zeros("fc.weight", none[0], none[1]));
      refused(empty, PLAIN)
          .hasMessageContaining("'fc.weight' of shape")
          .hasMessageContaining("holds nothing");
    }
    refused(
            lstmAnd(
                Tensor.zeros("lstm.weight_ih_l1", 8, 3),
                Tensor.zeros("lstm.weight_hh_l1", 8, 2),
                Tensor.zeros("lstm.bias_ih_l1", 8),
                Tensor.zeros("lstm.bias_hh_l1", 8)),
            PLAIN)
        .hasMessageContaining("'lstm.weight_ih_l1' has the shape [8, 3], but [8, 2] was expected");
    refused(file(Tensor.zeros("fc.weight", 3, 2), Tensor.zeros("fc.bias", 2)), PLAIN)
        .hasMessageContaining("'fc.bias' has the shape [2], but [3] was expected");
  }

  @Test
  void what_else_is_in_the_file_is_named_and_left_out_when_asked() throws IOException {
    Path more =
        lstmAnd(
            Tensor.zeros("norm.weight", 4),
            Tensor.zeros("norm.bias", 4),
            Tensor.zeros("conv.weight", 2, 2, 2));
    refused(more, PLAIN)
        .hasMessageContaining("belong to no LSTM")
        .hasMessageContaining("conv.weight, norm.bias, norm.weight")
        .hasMessageContaining("[lstm]");
    Imported taken = PyTorch.read(more, PLAIN.withChain(List.of("lstm")));
    assertThat(taken.spec().parts()).hasSize(1);
    assertThat(taken.remarks()).contains("Left out: conv.weight, norm.bias, norm.weight.");
    refused(file(Tensor.zeros("norm.weight", 4)), PLAIN).hasMessageContaining("has no LSTM, GRU");
  }

  @Test
  void the_order_is_found_or_asked_for() throws IOException {
    Tensor bias = Tensor.zeros("fc.bias", 2);
    // 2 -> 2 after the LSTM, or no place before it
    assertThat(PyTorch.read(lstmAnd(Tensor.zeros("fc.weight", 2, 2), bias), PLAIN).spec().parts())
        .extracting(Part::title)
        .containsExactly("lstm", "fc");
    // 2 -> 3 fits before and after
    Path both = lstmAnd(Tensor.zeros("fc.weight", 3, 2), Tensor.zeros("fc.bias", 3));
    refused(both, PLAIN)
        .hasMessageContaining("more than one order")
        .hasMessageContaining("lstm,fc")
        .hasMessageContaining("fc,lstm");
    assertThat(PyTorch.read(both, PLAIN.withChain(List.of("fc", "lstm"))).spec().inputSize())
        .isEqualTo(2);
    // nowhere
    refused(lstmAnd(Tensor.zeros("fc.weight", 5, 7), Tensor.zeros("fc.bias", 5)), PLAIN)
        .hasMessageContaining("does not follow from their sizes");
    Path lonely = lstmAnd(Tensor.zeros("m.weight", 9, 3));
    assertThat(PyTorch.read(lonely, PLAIN).spec().takesTokens()).isTrue();
    refusedChain(lonely, "lstm,m", "linear 'm', 3 -> 9, without bias takes 3 numbers");
    // 3 -> 3 without bias may be either
    Path square = lstmAnd(Tensor.zeros("m.weight", 3, 3));
    refused(square, PLAIN).hasMessageContaining("embedding or a linear layer");
    refusedChain(square, "m,lstm", "with embedding:m or linear:m in it");
    refusedChain(square, "embedding:lstm,m", "has no module 'embedding:lstm'");
    assertThat(PyTorch.read(square, PLAIN.withChain(List.of("embedding:m", "lstm"))).spec())
        .matches(NetworkSpec::takesTokens);
    assertThat(PyTorch.read(square, PLAIN.withChain(List.of("linear:m", "lstm"))).spec())
        .matches(spec -> !spec.takesTokens());
    refused(golden("classifier.safetensors"), PLAIN)
        .hasMessageContaining("Between 'hidden' and 'out'")
        .hasMessageContaining("embed,gru,hidden,relu,out");
  }

  @Test
  void a_chain_that_does_not_fit() {
    Path words = golden("words.safetensors");
    refusedChain(words, "lstm,embed,head", "takes 3 numbers, but what stands before it gives 4");
    refusedChain(words, "embed,lstm,had", "Did you mean 'head'?");
    refusedChain(words, "embed,head", "takes 4 numbers, but what stands before it gives 3");
    refusedChain(words, "embed,last,lstm", "there is one step left");
    refusedChain(words, "embed,lstm,last,last", "stands twice");
    refusedChain(words, "last,lstm", "cannot begin with 'last'");
    refusedChain(words, "lstm,lstm", "takes 3 numbers, but what stands before it gives 4");
  }

  private static void refusedChain(Path file, String chain, String said) {
    assertThatThrownBy(() -> PyTorch.read(file, PLAIN.withChain(List.of(chain.split(",")))))
        .as(chain)
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining(said);
  }

  @Test
  void the_nonlinearity_is_asked_for_where_it_matters_and_only_there() {
    refused(golden("rnn-relu.safetensors"), PLAIN)
        .hasMessageContaining("'rnn.weight_hh_l0'")
        .hasMessageContaining("tanh (PyTorch's default) or relu");
    refused(golden("gru.safetensors"), PLAIN.withNonlinearity(Nonlinearity.RELU))
        .hasMessageContaining("The nonlinearity relu has no effect");
  }

  @Test
  void other_types_are_converted_or_refused() throws IOException {
    Tensor half =
        Tensor.of(
            "fc.weight",
            "F16",
            List.of(1, 2),
            room(4).putShort(Float.floatToFloat16(0.5f)).putShort(Float.floatToFloat16(-3)));
    Tensor brain =
        Tensor.of("fc.bias", "BF16", List.of(1), room(2).putShort((short) (0xC040))); // -3
    Imported small = PyTorch.read(file(half, brain), PLAIN);
    assertThat(small.weights().values("fc.weight")).containsExactly(0.5f, -3);
    assertThat(small.weights().values("fc.bias")).containsExactly(-3);
    assertThat(small.remarks().toString()).contains("F16").contains("BF16");
    Tensor twice =
        Tensor.of("fc.weight", "F64", List.of(1, 2), room(16).putDouble(0.1).putDouble(2));
    assertThat(PyTorch.read(file(twice, brain), PLAIN).weights().values("fc.weight"))
        .containsExactly(0.1f, 2);
    Tensor large =
        Tensor.of("fc.weight", "F64", List.of(1, 2), room(16).putDouble(1e300).putDouble(2));
    refused(file(large, brain), PLAIN).hasMessageContaining("is Infinity as a float");
    Tensor nan = Tensor.of("fc.weight", "F32", List.of(1, 1), room(4).putFloat(Float.NaN));
    refused(file(nan, brain), PLAIN).hasMessageContaining("Did training diverge?");
    Tensor whole = Tensor.of("fc.weight", "I32", List.of(1, 1), room(4).putInt(1));
    refused(file(whole, brain), PLAIN).hasMessageContaining("has the type I32");
  }

  @Test
  void sums_that_round_are_counted() throws IOException {
    var numbers = room(32);
    for (int k = 0; k < 8; k++) {
      numbers.putFloat(k == 3 ? 1f : 0.5f);
    }
    var tiny = room(32);
    for (int k = 0; k < 8; k++) {
      tiny.putFloat(k == 3 ? 1e-9f : 0.25f);
    }
    List<Tensor> all = lstm("lstm.bias_ih_l0", "lstm.bias_hh_l0");
    all.add(Tensor.of("lstm.bias_ih_l0", "F32", List.of(8), numbers));
    all.add(Tensor.of("lstm.bias_hh_l0", "F32", List.of(8), tiny));
    Imported imported = PyTorch.read(file(all.toArray(Tensor[]::new)), PLAIN);
    assertThat(imported.remarks().getFirst()).contains("1 of 8 sums were rounded");
    assertThat(imported.weights().values("lstm.0.forward.bias")[3]).isEqualTo(1);
    assertThat(imported.weights().values("lstm.0.forward.bias")[4]).isEqualTo(0.75f);
  }

  @Test
  void a_file_of_carousel_is_not_one_of_pytorch() throws IOException {
    Path file = folder.resolve("model.safetensors");
    PyTorch.read(golden("gru.safetensors"), PLAIN).model().save(file);
    refused(file, PLAIN).hasMessageContaining("belong to no LSTM");
    try (TensorFile same = TensorFile.open(file)) {
      assertThat(same.metadata()).isNotEmpty();
    }
  }
}
