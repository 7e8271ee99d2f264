package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.model.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// It counts allocated bytes.
@Tag("allocation")
class VerifyCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, "auto");
    return Main.run(console, args);
  }

  @Test
  void proves_every_cell_and_counts() {
    int code = run("verify", "--kernels", "plain");

    assertThat(out.toString())
        .contains("gradients   parity, plain     bits, plain")
        .containsPattern("(?m)^gru +5 +222 +27$")
        .doesNotContain("FAILED");
    assertThat(out.toString().lines().toList().getLast()).matches("[1-9][0-9]{3} passed, 0 failed");
    assertThat(code).isZero();
  }

  @Test
  void one_object_for_programs() {
    int code = run("verify", "--kernels", "plain", "--bits-only", "--json");

    assertThat(out.toString().lines()).hasSize(1);
    Json.Obj all = (Json.Obj) Json.read(out.toString(), "the output");
    assertThat(all.get("failed")).contains(Json.of(0));
    assertThat(all.get("contract")).contains(Json.of(1));
    assertThat(code).isZero();
  }

  @Test
  void kernels_that_are_not_there_are_refused() {
    assertThat(run("verify", "--kernels", "fast")).isEqualTo(2);
    assertThat(err.toString()).contains("no kernels named 'fast'");
  }
}
