package io.github.carouselml.tasks.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8TextTest {
  @TempDir Path folder;

  @Test
  void dropsTheByteOrderMarkAndNothingElse() {
    byte[] marked = "\uFEFFgrün\n".getBytes(UTF_8);

    assertThat(Utf8Text.decode(marked, "f")).isEqualTo("grün\n");
    assertThat(Utf8Text.decode("a\uFEFF".getBytes(UTF_8), "f")).isEqualTo("a\uFEFF");
  }

  @Test
  void namesTheLineOfABadByte() {
    assertThatThrownBy(() -> Utf8Text.decode("one\ntwo\nMünchen".getBytes(ISO_8859_1), "f.csv"))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith("f.csv, line 3: the byte 0xFC is not UTF-8.")
        .hasMessageContaining("Latin-1");
  }

  @Test
  void refusesASequenceThatIsCutAtTheEnd() {
    byte[] cut = {'a', '\n', (byte) 0xE2, (byte) 0x82};

    assertThatThrownBy(() -> Utf8Text.decode(cut, "f.csv"))
        .hasMessageStartingWith("f.csv, line 2: the byte 0xE2 is not UTF-8.");
  }

  @Test
  void recognisesUtf16() {
    assertThatThrownBy(() -> Utf8Text.decode("unique_id".getBytes(UTF_16), "f.csv"))
        .hasMessageContaining("looks like UTF-16");
  }

  @Test
  void saysThatAFileIsEmptyMissingOrAFolder() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.csv"));
    Path missing = folder.resolve("missing.csv");

    assertThatThrownBy(() -> Utf8Text.read(empty)).hasMessageEndingWith("empty.csv is empty.");
    assertThatThrownBy(() -> Utf8Text.read(missing))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith("There is no file ");
    assertThatThrownBy(() -> Utf8Text.read(folder)).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> Utf8Text.decode("\uFEFF".getBytes(UTF_8), "mark"))
        .hasMessage("mark is empty.");
  }
}
