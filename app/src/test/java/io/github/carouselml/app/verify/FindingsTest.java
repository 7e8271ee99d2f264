package io.github.carouselml.app.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.inspect.Check;
import io.github.carouselml.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {
  private static final Result GOOD =
      new Result("plain", "", new Check("parity", "gru", 3, List.of()));
  private static final Result BAD =
      new Result(
          "simd",
          "-XX:UseAVX=2",
          new Check("bits", "lstm", 27, List.of("lstm both few, threads 7, alone: y is 1")));

  @Test
  void a_failure_gives_its_reason_and_the_sum_comes_last() {
    Findings findings = new Findings(List.of(GOOD, BAD), List.of("There is no jar."));

    assertThat(findings.hold()).isFalse();
    assertThat(findings.text())
        .isEqualToNormalizingNewlines(
            """
            FAILED bits (simd with -XX:UseAVX=2): lstm both few, threads 7, alone: y is 1
            Left out: There is no jar.
            29 passed, 1 failed
            """);
  }

  @Test
  void nothing_proven_is_no_proof() {
    assertThat(new Findings(List.of(), List.of()).hold()).isFalse();
    assertThat(new Findings(List.of(GOOD), List.of()).hold()).isTrue();
  }

  @Test
  void what_another_process_found_is_read_back() {
    Json json = Json.read(new Findings(List.of(BAD), List.of()).json().compact(), "test");

    assertThat(Findings.results(json, "-XX:UseAVX=2")).containsExactly(BAD);
  }
}
