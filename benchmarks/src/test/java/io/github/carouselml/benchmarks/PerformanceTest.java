package io.github.carouselml.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PerformanceTest {
  private static final Path ROOT = Path.of("..");

  /// No figure stands in a document that no result file made.
  @Test
  void the_documents_show_the_results_and_nothing_else() throws Exception {
    Map<Path, String> documents = Performance.documents(ROOT);
    assertThat(documents).isNotEmpty();
    for (Map.Entry<Path, String> document : documents.entrySet()) {
      assertThat(Files.readString(document.getKey()))
          .as("benchmarks/performance writes the figures of %s", document.getKey())
          .isEqualTo(document.getValue());
    }
  }

  @Test
  void marks_that_are_missing_are_named() {
    assertThat(Marks.replace("a <!-- x -->old<!-- /x --> b", "x", "new"))
        .isEqualTo("a <!-- x -->new<!-- /x --> b");
    assertThatThrownBy(() -> Marks.replace("a <!-- x -->old b", "x", "new"))
        .hasMessageContaining("<!-- /x -->");
  }

  @Test
  void a_curve_is_drawn_through_its_points() {
    var curve = new Curves.Curve("B", List.of(1.0, 10.0, 100.0), List.of(0.1, 1.0, 10.0), 1.0);
    assertThat(Curves.svg(List.of(curve)))
        .contains("against B: power 1.00")
        .contains("<polyline class=\"curve\"")
        .contains(">0.1<")
        .contains(">10<");
  }
}
