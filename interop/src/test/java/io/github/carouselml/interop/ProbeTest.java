package io.github.carouselml.interop;

import static io.github.carouselml.interop.TorchFiles.golden;
import static io.github.carouselml.interop.TorchFiles.room;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Arrays of numpy: read as they are, refused in a sentence, and held against a network.
class ProbeTest {
  @TempDir Path folder;

  private Path npy(String type, String order, String shape, int bytes) {
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n".formatted(type, order, shape);
    return TorchFiles.npy(folder.resolve("array.npy"), header, room(bytes));
  }

  private void refused(Path file, String said) {
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining("array.npy cannot be read")
        .hasMessageContaining(said);
  }

  @Test
  void numpy_wrote_it() throws IOException {
    Npy tokens = Npy.read(golden("words.in.npy"));
    assertThat(tokens.shape()).containsExactly(2, 4);
    assertThat(tokens.whole()).isTrue();
    assertThat(Arrays.stream(tokens.values()).allMatch(v -> v >= 0 && v < 11 && v == (int) v))
        .isTrue();
    Npy outputs = Npy.read(golden("classifier.out.npy"));
    assertThat(outputs.shape()).containsExactly(2, 3);
    assertThat(outputs.whole()).isFalse();
    assertThat(Npy.read(npy("<f4", "False", "()", 4)).shape()).isEmpty();
    assertThat(Npy.read(npy("<f4", "True", "(3,)", 12)).shape()).containsExactly(3);
    assertThat(Npy.read(npy("<i4", "False", "(2, 0, 5)", 0)).values()).isEmpty();
  }

  @Test
  void arrays_of_another_kind() throws IOException {
    refused(npy("<f8", "False", "(2,)", 16), "'<f8'");
    refused(npy("<f8", "False", "(2,)", 16), "astype(numpy.float32)");
    refused(npy(">f4", "False", "(2,)", 8), "'>f4'");
    refused(npy("|O", "False", "(2,)", 8), "'|O'");
    refused(npy("<f4", "True", "(2, 2)", 16), "ascontiguousarray");
    refused(npy("<f4", "False", "(2, 2)", 12), "takes 16 bytes after the header, but there are 12");
    refused(npy("<f4", "False", "(2, 2)", 20), "there are 20");
    refused(npy("<f4", "False", "(2, -2)", 16), "its header is not understood");
    refused(npy("<f4", "False", "(99999, 99999, 99999)", 16), "larger than the file");
    refused(npy("<f4", "False", "(9999999999999999999999,)", 16), "larger than the file");
    Path file = folder.resolve("array.npy");
    TorchFiles.write(file, new byte[] {'P', 'K', 3, 4});
    refused(file, "does not begin as a .npy file does");
    assertThatThrownBy(() -> Npy.read(folder.resolve("none.npy")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("There is no file");
    byte[] whole = Files.readAllBytes(golden("gru.in.npy"));
    for (int length = 0; length < whole.length; length++) {
      TorchFiles.write(file, Arrays.copyOf(whole, length));
      refused(file, "");
    }
    whole[6] = 9;
    TorchFiles.write(file, whole);
    refused(file, "its version is 9");
  }

  @Test
  void shapes_that_are_not_the_networks() throws IOException {
    NetworkModel gru =
        PyTorch.read(golden("gru.safetensors"), new PyTorch.Options()).model(); // 2 -> 1
    Path three = golden("rnn-relu.in.npy");
    refused(gru, three, golden("gru.out.npy"), "[2, 4, 3] of float32, but [B, T, 2] is needed");
    refused(gru, golden("words.in.npy"), golden("gru.out.npy"), "of whole numbers, but [B, T, 2]");
    refused(gru, golden("gru.in.npy"), three, "but [2, 4, 1] of float32");
    refused(gru, golden("gru.in.npy"), three, "x.transpose(0, 1)");
    NetworkModel words = PyTorch.read(golden("words.safetensors"), new PyTorch.Options()).model();
    refused(words, three, golden("words.out.npy"), "[B, T] of whole numbers is needed");
    Path tokens =
        TorchFiles.npy(
            folder.resolve("tokens.npy"),
            "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1), }",
            room(8).putLong(-1));
    Path out = npy("<f4", "False", "(1, 1, 11)", 44);
    refused(words, tokens, out, "is -1, which is no token");
  }

  private static void refused(NetworkModel model, Path in, Path out, String said) {
    assertThatThrownBy(() -> Probe.read(in, out).replay(model))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining(said);
  }

  @Test
  void what_is_no_number_is_infinitely_far() throws IOException {
    NetworkModel gru = PyTorch.read(golden("gru.safetensors"), new PyTorch.Options()).model();
    var numbers = room(32);
    for (int i = 0; i < 8; i++) {
      numbers.putFloat(i == 5 ? Float.NaN : 0);
    }
    Path out =
        TorchFiles.npy(
            folder.resolve("out.npy"),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4, 1), }",
            numbers);
    Probe.Result result = Probe.read(golden("gru.in.npy"), out).replay(gru);
    assertThat(result.largest()).isInfinite();
    assertThat(result.at()).isEqualTo(List.of(1, 1, 0));
    assertThatThrownBy(() -> result.require(1e9)).hasMessageContaining("output [1, 1, 0]");
  }
}
