package io.github.carouselml.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.inspect.BitsMatrix.Extent;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class BitsDigestTest {
  private static final Path SOURCE =
      Path.of("src/main/resources/io/github/carouselml/inspect/bits.digest");

  /// A new cell has no lines yet: renew the file, as CONTRIBUTING says.
  @Test
  void the_committed_file_has_exactly_the_cells_that_run() {
    Set<String> lines = new TreeSet<>();
    try (var backend = TestBackends.plain()) {
      for (NamedCell cell : NamedCell.runningOn(backend)) {
        for (Direction direction : Direction.values()) {
          for (BitsCase.Shape shape : BitsCase.Shape.values()) {
            String words = new BitsCase(cell, direction, shape).words();
            lines.add(words + " train");
            lines.add(words + " predict");
          }
        }
      }
    }
    assertThat(BitsDigest.committed().lines().keySet()).containsExactlyElementsOf(lines);
  }

  @Test
  void the_committed_file_belongs_to_the_contract_of_model_files() {
    assertThat(BitsDigest.committed().contract()).isEqualTo(ModelFile.BITS);
  }

  @Test
  void what_is_written_is_read() {
    BitsDigest digest = BitsDigest.of(Map.of("a b train", "12", "a b predict", "34"));
    assertThat(digest.text()).isEqualTo("contract 1\na b predict 34\na b train 12\n");
    assertThat(BitsDigest.parse(digest.text())).isEqualTo(digest);
  }

  @Test
  void what_is_no_digest_is_refused_in_a_sentence() {
    for (String text : new String[] {"", "a b 12\n", "contract x\n", "contract 0\n"}) {
      assertThatThrownBy(() -> BitsDigest.parse(text))
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessageContaining("'contract N'");
    }
    assertThatThrownBy(() -> BitsDigest.parse("contract 1\n\n"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining("says nothing");
  }

  /// Writes what the plain loops give.
  @Test
  @EnabledIfSystemProperty(named = "carousel.bits", matches = "renew")
  void renew() throws IOException {
    var matrix =
        new BitsMatrix(
            TestBackends::plain,
            run -> {
              run.run();
              return 0;
            },
            BitsDigest.of(Map.of()));
    NamedCell.runningOn(TestBackends.plain()).forEach(cell -> matrix.check(cell, Extent.FULL));
    Files.writeString(SOURCE, matrix.measured().text());
  }
}
