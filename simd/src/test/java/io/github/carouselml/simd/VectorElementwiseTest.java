package io.github.carouselml.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.kernel.ElementwiseCases;
import io.github.carouselml.kernel.ElementwiseCases.Case;
import io.github.carouselml.kernel.ElementwiseCases.Data;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every method of the vector kernels gives the bits of the plain loops, at awkward counts and
/// offsets, on ordinary and special numbers.
class VectorElementwiseTest {
  private static final Data MINE = new Data();
  private static final Data THEIRS = new Data();

  static List<Case> cases() {
    return ElementwiseCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesThePlainBits(Case test) {
    assertThat(ElementwiseCases.compareAll(test, new VectorElementwise(), MINE, THEIRS)).isEmpty();
  }
}
