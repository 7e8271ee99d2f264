package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelFileTest {
  private static final Map<String, String> METADATA =
      new TreeMap<>(
          Map.of(
              "carousel.format", "1",
              "carousel.bits", "1",
              "carousel.spec", "{}",
              "carousel.task", "null",
              "carousel.provenance", "{}"));

  /// As `format-1.safetensors` was written, once.
  static ModelFile formatOne() {
    return new ModelFile(
        Weights.builder()
            .add(
                "lstm.0.W",
                List.of(2, 3),
                new float[] {
                  0.1f, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE, -1.0f / 3, (float) StrictMath.PI
                })
            .add("lstm.0.b", List.of(2), new float[] {1, Float.NEGATIVE_INFINITY})
            .add("head.scale", List.of(), new float[] {Float.NaN})
            .add("head.none", List.of(0, 2), new float[0])
            .build(),
        Json.object().with("type", "lstm").with("hiddenSize", 2).with("forgetBias", 0.1),
        Json.object()
            .with("vocabulary", new Json.Arr(List.of(Json.of("né\n"), Json.of("\uD83C\uDFA0"))))
            .with("scale", new Json.Num("1e-30")),
        Json.object().with("seed", Long.MIN_VALUE).with("version", "0.1.0"));
  }

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void whatIsWrittenReadsBackEqual() throws IOException {
    formatOne().write(file);
    assertThat(ModelFile.read(file)).isEqualTo(formatOne());
    var model = new ModelFile(Weights.empty(), new Json.Null(), Json.of(1), Json.of(true), 7);
    model.write(file);
    assertThat(ModelFile.read(file)).isEqualTo(model);
  }

  @Test
  void theFileOfFormatOneAlwaysLoadsWithTheSameBits() throws Exception {
    Path kept = Path.of(ModelFileTest.class.getResource("format-1.safetensors").toURI());
    ModelFile read = ModelFile.read(kept);
    assertThat(read).isEqualTo(formatOne());
    int[] bits = {0x3dcccccd, 0x80000000, 1, 0x7f7fffff, 0xbeaaaaab, 0x40490fdb};
    float[] values = read.weights().values("lstm.0.W");
    for (int i = 0; i < bits.length; i++) {
      assertThat(Float.floatToRawIntBits(values[i])).as("value %d", i).isEqualTo(bits[i]);
    }
    assertThat(read.task().compact())
        .isEqualTo("{\"vocabulary\":[\"né\\n\",\"\uD83C\uDFA0\"],\"scale\":1e-30}");
    // While this build writes format 1, it writes these very bytes.
    read.write(file);
    assertThat(file).hasSameBinaryContentAs(kept);
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    assertRefused(
        "carousel.format",
        "2",
        file
            + " has the format 2, but this version of Carousel reads format 1."
            + " A newer version wrote it.");
    assertRefused(
        "carousel.format",
        "0",
        "The metadata 'carousel.format' of " + file + " is 0, but must be a whole number from 1.");
    assertRefused("carousel.format", "1.0", "is wrong: 1.0 is not a whole number");
    assertRefused("carousel.format", "99999999999", "is wrong: 99999999999 is beyond 32 bits");
    assertRefused("carousel.format", "one", "'one' is no JSON value");
    assertRefused("carousel.bits", "\"1\"", "is \"1\", but must be a whole number from 1.");
    assertRefused("carousel.bits", "-1", "is -1, but must be a whole number from 1.");
  }

  @Test
  void anotherContractOnBitsIsReadAndSaid() throws IOException {
    write("carousel.bits", "2");
    assertThat(ModelFile.read(file).bits()).isEqualTo(2);
  }

  @Test
  void metadataThatIsMissingOrDamagedIsRefused() throws IOException {
    assertRefused(
        "carousel.spec",
        "{\"a\":}",
        "The metadata 'carousel.spec' of "
            + file
            + ", line 1, column 6: expected a value, but found '}'.");
    for (String key : METADATA.keySet()) {
      var without = new LinkedHashMap<>(METADATA);
      without.remove(key);
      TensorFile.write(file, without, Weights.empty(), Map.of());
      assertThatThrownBy(() -> ModelFile.read(file))
          .as(key)
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessageContaining("'" + key + "'");
    }
  }

  @Test
  void aFileOfSomethingElseIsRefused() throws IOException {
    TensorFile.write(file, Map.of("format", "pt"), Weights.empty(), Map.of());
    assertThatThrownBy(() -> ModelFile.read(file))
        .hasMessage(
            "%s is a safetensors file, but not one of Carousel's: its metadata has no"
                + " 'carousel.format'.",
            file);
    new Checkpoint(Weights.empty(), Map.of(), Map.of(), Json.object()).write(file);
    assertThatThrownBy(() -> ModelFile.read(file))
        .hasMessageContaining("is a checkpoint, not a model.");
    TensorFile.write(file, METADATA, Weights.empty(), Map.of("n", new long[1]));
    assertThatThrownBy(() -> ModelFile.read(file))
        .hasMessageContaining("the tensor 'n' has the type I64, but F32 was expected");
    Files.delete(file);
    assertThatThrownBy(() -> ModelFile.read(file)).hasMessage("There is no file %s.", file);
  }

  private void assertRefused(String key, String value, String message) throws IOException {
    write(key, value);
    assertThatThrownBy(() -> ModelFile.read(file))
        .as("%s = %s", key, value)
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining(message);
  }

  private void write(String key, String value) throws IOException {
    var metadata = new LinkedHashMap<>(METADATA);
    metadata.put(key, value);
    TensorFile.write(file, metadata, Weights.empty(), Map.of());
  }
}
