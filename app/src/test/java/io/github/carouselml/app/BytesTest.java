package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sizes of memory as people type them.
final class BytesTest {
  @ParameterizedTest
  @CsvSource({
    "512MB,512000000",
    "1.5 GiB,1610612736",
    "2g,2000000000",
    "64kib,65536",
    "12345,12345"
  })
  void reads_sizes(String text, long bytes) {
    assertThat(Bytes.of(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MB", "much", "-1MB", "0", "1.5", "5iB", "9999999999TB", "5XB"})
  void refuses_the_rest(String text) {
    assertThatThrownBy(() -> Bytes.of(text))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("'" + text + "' is no size of memory");
  }
}
