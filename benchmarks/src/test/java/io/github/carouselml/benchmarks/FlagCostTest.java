package io.github.carouselml.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.benchmarks.FlagCost.Language;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FlagCostTest {
  private static final Path ROOT = Path.of("..");
  private static final Map<String, Object> RESULT =
      Map.of(
          "cases",
          List.of(
              Map.of(
                  "case", "training",
                  "millisecondsWith", List.of(1.0, 2.0, 9.0),
                  "millisecondsWithout", List.of(100.0, 30.0, 120.4),
                  "slowdown", 15.04,
                  "firstCallsSecondsWith", List.of(1.0),
                  "firstCallsSecondsWithout", List.of(2.56))));

  @Test
  void a_table_has_medians_over_the_pairs() {
    assertThat(FlagCost.table(RESULT, Language.ENGLISH).lines().toList().getLast())
        .isEqualTo("| training | 2.00 ms | 100 ms | 15.0 | 1.0 s | 2.6 s |");
  }

  @Test
  void figures_go_between_the_marks_and_replace_those_before() {
    String empty = "before <!-- flag-cost --> nothing yet <!-- /flag-cost --> after";
    String once = FlagCost.withFigures(empty, RESULT, Language.ENGLISH);
    assertThat(once)
        .startsWith("before ")
        .endsWith(" after")
        .contains("| 15.0 |")
        .doesNotContain("nothing yet");
    assertThat(FlagCost.withFigures(once, RESULT, Language.ENGLISH)).isEqualTo(once);
  }

  /// No figure stands in a document that no result file made.
  @ParameterizedTest
  @EnumSource(Language.class)
  void the_readme_shows_the_result_and_nothing_else(Language language) throws Exception {
    Path result = ROOT.resolve("benchmarks/results/flag-cost.json");
    String readme = Files.readString(ROOT.resolve(language.file));
    if (Files.exists(result)) {
      Map<?, ?> figures = (Map<?, ?>) Json.parse(Files.readString(result));
      assertThat(readme)
          .as("benchmarks/flag-cost --readme %s writes the figures", result)
          .isEqualTo(FlagCost.withFigures(readme, figures, language));
    } else {
      assertThat(readme)
          .as("figures without a result in " + language.file)
          .isEqualTo(Marks.replace(readme, "flag-cost", ""));
    }
  }
}
