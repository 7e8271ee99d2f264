package io.github.carouselml.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  @ParameterizedTest
  @CsvSource({
    "kitten,sitting,3",
    "'',abc,3",
    "abc,'',3",
    "same,same,0",
    "ab,ba,1",
    "value,vaule,1",
    "flaw,lawn,2"
  })
  void countsEdits(String a, String b, int edits) {
    assertThat(Nearest.distance(a, b)).isEqualTo(edits);
  }

  @Test
  void findsAMisspeltName() {
    List<String> options = List.of("epochs", "hidden-size", "horizon");

    assertThat(Nearest.to("hiden-size", options)).contains("hidden-size");
    assertThat(Nearest.to("HORIZON", options)).contains("horizon");
    assertThat(Nearest.to("epoch", options)).contains("epochs");
  }

  @Test
  void isSilentWhereNothingIsNear() {
    assertThat(Nearest.to("temperature", List.of("epochs", "horizon"))).isEmpty();
    assertThat(Nearest.to("y", List.of("x", "#Passengers"))).isEmpty();
    assertThat(Nearest.to("y", List.of())).isEmpty();
  }

  @Test
  void takesTheFirstOfEquals() {
    assertThat(Nearest.to("cat", List.of("bat", "hat"))).contains("bat");
  }
}
