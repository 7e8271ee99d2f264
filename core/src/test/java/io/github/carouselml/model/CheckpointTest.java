package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("checkpoint.safetensors");
  }

  @Test
  void everyBitComesBackInItsOrder() throws IOException {
    var random = new Random(3);
    var groups = new LinkedHashMap<String, Weights>();
    groups.put("moment 2", weights(random));
    groups.put("moment 1", weights(random));
    groups.put("empty", Weights.empty());
    var longs = new LinkedHashMap<String, long[]>();
    longs.put("cursor/of/data", new long[] {Long.MIN_VALUE, 0, 5});
    longs.put("best", new long[] {Double.doubleToRawLongBits(0.1)});
    longs.put("none", new long[0]);
    Json state = JsonTest.anything(random, 5);
    var checkpoint = new Checkpoint(weights(random), groups, longs, state);

    checkpoint.write(file);
    Checkpoint read = Checkpoint.read(file);
    assertThat(read.weights()).isEqualTo(checkpoint.weights());
    assertThat(List.copyOf(read.groups().entrySet())).isEqualTo(List.copyOf(groups.entrySet()));
    assertThat(read.longs().keySet()).containsExactlyElementsOf(longs.keySet());
    longs.forEach((name, values) -> assertThat(read.longs().get(name)).isEqualTo(values));
    assertThat(read.state()).isEqualTo(state);
    assertThat(read.bits()).isEqualTo(ModelFile.BITS);
  }

  @Test
  void namesWithSlashesKeepTheirGroup() throws IOException {
    Weights inner = Weights.builder().add("weights/a/b", List.of(), new float[] {1}).build();
    new Checkpoint(inner, Map.of("g", inner), Map.of(), Json.object()).write(file);
    assertThat(Checkpoint.read(file).weights()).isEqualTo(inner);
    assertThat(Checkpoint.read(file).groups()).containsExactly(Map.entry("g", inner));
  }

  @Test
  void namesOfGroupsAreRefusedThatCouldNotBeToldApart() {
    for (String name : List.of("a/b", "", " ", "weights", "longs")) {
      assertThatThrownBy(() ->
              new Checkpoint(
                  Weights.empty(), Map.of(name, Weights.empty()), Map.of(), Json.object()))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage("'%s' cannot be the name of a group.", name);
    }
  }

  @Test
  void nothingGivenChangesIt() {
    var groups = new LinkedHashMap<String, Weights>();
    var checkpoint = new Checkpoint(Weights.empty(), groups, Map.of(), Json.object());
    groups.put("late", Weights.empty());
    assertThat(checkpoint.groups()).isEmpty();
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    ModelFileTest.formatOne().write(file);
    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage("%s is a model, not a checkpoint.", file);

    assertRefused("[]", "lost/a", "has a tensor 'lost/a', which belongs to no group");
    assertRefused("[]", "a", "has a tensor 'a', which belongs to no group");
    assertRefused("{}", "weights/a", "has no list of its groups of tensors");
    assertRefused("[3]", "weights/a", "'' cannot be the name of a group");
    assertRefused("[\"weights\"]", "weights/a", "'weights' cannot be the name of a group");
    assertRefused("[\"a\",\"a\"]", "weights/a", "it names the group 'a' twice");
    assertRefused("[]", "weights/", "Could not read " + file);
    assertRefused("[]", "longs/a", "has the type F32, but I64 was expected");
  }

  private void assertRefused(String groups, String tensor, String message) throws IOException {
    TensorFile.write(
        file,
        Map.of(
            "carousel.format", "1",
            "carousel.bits", "1",
            "carousel.state", "{}",
            "carousel.groups", groups),
        Weights.builder().add(tensor, List.of(), new float[1]).build(),
        Map.of());
    assertThatThrownBy(() -> Checkpoint.read(file))
        .as("groups %s, tensor '%s'", groups, tensor)
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining(message);
  }

  private static Weights weights(Random random) {
    var weights = Weights.builder();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      float[] values = new float[random.nextInt(100)];
      for (int j = 0; j < values.length; j++) {
        values[j] = Float.intBitsToFloat(random.nextInt());
      }
      weights.add("tensor " + random.nextInt(), List.of(values.length), values);
    }
    return weights.build();
  }
}
