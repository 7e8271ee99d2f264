package io.github.carouselml.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.inspect.BitsMatrix.Extent;
import io.github.carouselml.spec.CellSpec;
import org.junit.jupiter.api.Test;

/// What `carousel verify` proves beside the bits, on plain loops.
class VerificationTest {
  private static final Verification VERIFICATION =
      new Verification(
          TestBackends::plain,
          run -> {
            run.run();
            return 0;
          },
          Extent.FAST);

  @Test
  void every_reference_agrees_with_finite_differences() {
    for (NamedCell cell : NamedCell.all()) {
      assertThat(Verification.gradients(cell).failures()).isEmpty();
    }
  }

  @Test
  void every_cell_agrees_with_its_reference() {
    for (NamedCell cell : VERIFICATION.cells()) {
      Check check = VERIFICATION.parity(cell);
      assertThat(check.failures()).isEmpty();
      assertThat(check.cases()).isGreaterThan(150);
    }
  }

  @Test
  void every_cell_of_the_digest_runs() {
    assertThat(VERIFICATION.digest().failures()).isEmpty();
    assertThat(VERIFICATION.digest().cases()).isEqualTo(VERIFICATION.cells().size());
  }

  /// Gates that are clipped where nobody asked for it.
  @Test
  void a_backend_that_computes_something_else_has_no_parity() {
    try (var backend = new ClippingBackend(TestBackends.plain())) {
      Check check = Parity.check(new NamedCell("lstm", CellSpec.Lstm::new), backend);
      assertThat(check.failed()).isGreaterThan(check.cases() / 2);
      assertThat(check.failures())
          .anyMatch(failure -> failure.startsWith("lstm forward few: y of 0 is"))
          .anyMatch(failure -> failure.contains("input_weight is"));
    }
  }
}
