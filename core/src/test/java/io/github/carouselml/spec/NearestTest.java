package io.github.carouselml.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NearestTest {
  private static final List<String> KNOWN =
      List.of("hiddenSize", "numLayers", "learningRate", "seed", "cell");

  @Test
  void aSlipOfTheFingerFindsItsWord() {
    assertThat(Nearest.of("hidenSize", KNOWN)).contains("hiddenSize"); // left out
    assertThat(Nearest.of("hiddennSize", KNOWN)).contains("hiddenSize"); // doubled
    assertThat(Nearest.of("hiddemSize", KNOWN)).contains("hiddenSize"); // beside the key
    assertThat(Nearest.of("sede", KNOWN)).contains("seed"); // swapped
    assertThat(Nearest.of("learning_rate", KNOWN)).contains("learningRate");
    assertThat(Nearest.of("--Hidden-Size", KNOWN)).contains("hiddenSize");
  }

  @Test
  void anotherWordFindsNothing() {
    assertThat(Nearest.of("vocabulary", KNOWN)).isEmpty();
    assertThat(Nearest.of("bell", KNOWN)).contains("cell");
    assertThat(Nearest.of("bill", KNOWN)).isEmpty(); // two of four letters
    assertThat(Nearest.of("", KNOWN)).isEmpty();
    assertThat(Nearest.of("seed", List.of())).isEmpty();
  }

  @Test
  void ofEquallyNearWordsTheFirstIsTaken() {
    assertThat(Nearest.of("bat", List.of("cat", "hat"))).contains("cat");
    assertThat(Nearest.of("bat", List.of("hat", "cat"))).contains("hat");
  }

  @Test
  void theHintNamesTheNearestOrElseAll() {
    assertThat(Nearest.hint("sed", KNOWN)).isEqualTo("Did you mean 'seed'?");
    assertThat(Nearest.hint("dropout", KNOWN))
        .isEqualTo("Known: hiddenSize, numLayers, learningRate, seed, cell.");
    assertThat(Nearest.hint("x", List.of())).isEqualTo("None is known here.");
    List<String> many = IntStream.range(0, 15).mapToObj(i -> "word" + i).toList();
    assertThat(Nearest.hint("dropout", many)).endsWith("word10, word11 and 3 more.");
  }

  @Test
  void aWordOfAMillionLettersIsCheap() {
    assertThat(Nearest.of("x".repeat(1_000_000), KNOWN)).isEmpty();
  }
}
