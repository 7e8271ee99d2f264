package io.github.carouselml.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PowersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1.00",
    "-1, 0.10",
    "2.5, 316.2",
    "-19.05, 9·10⁻²⁰",
    "-20.01, 1·10⁻²⁰",
    "8.6, 4·10⁸",
    "-Infinity, 0",
    "NaN, –"
  })
  void numbers_over_many_powers_of_ten(double log10, String text) {
    assertThat(Powers.of(log10)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "-5, 10⁻⁵", "10, 10¹⁰"})
  void powers_as_an_axis_writes_them(double exponent, String text) {
    assertThat(Powers.ofTen(exponent)).isEqualTo(text);
  }
}
