package io.github.carouselml.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.TimeAxis;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TicksTest {
  @ParameterizedTest
  @CsvSource({"0, 1, 5", "104, 622, 5", "-3e-7, 2e-7, 4", "1e9, 1.5e9, 5", "5, 5, 4", "0, 0, 4"})
  void they_enclose_the_values_and_are_few(double least, double most, int wanted) {
    Ticks ticks = Ticks.around(least, most, wanted);
    assertThat(ticks.low()).isLessThanOrEqualTo(least);
    assertThat(ticks.high()).isGreaterThanOrEqualTo(most * (1 - 1e-9));
    assertThat(ticks.count()).isBetween(2, wanted + 3);
    assertThat(ticks.values().stream().map(ticks::label).distinct()).hasSize(ticks.count());
  }

  @Test
  void labels_have_the_digits_of_the_step() {
    Ticks ticks = Ticks.around(0, 0.8, 4);
    assertThat(ticks.values().stream().map(ticks::label))
        .containsExactly("0.0", "0.2", "0.4", "0.6", "0.8");
  }

  @ParameterizedTest
  @CsvSource({
    "1957-01, monthly, 48, 5, 1957|1958|1959|1960",
    "1957-01, monthly, 48, 10, 1957-01|1957-07|1958-01|1958-07|1959-01|1959-07|1960-01|1960-07",
    "2024-03-30, daily, 5, 5, 03-30|03-31|04-01|04-02|04-03",
    "2024-03-30T21:00, hourly, 6, 6, 21:00|22:00|23:00|00:00|01:00|02:00",
    "1990, yearly, 30, 5, 1990|2000|2010",
    "7, step, 20, 5, 10|15|20|25"
  })
  void time_is_labelled_where_something_begins(
      String first, String frequency, int steps, int most, String labels) {
    TimeAxis axis = TimeAxis.of(first, Frequency.parse(frequency), steps);
    List<TimeTicks.Tick> ticks = TimeTicks.of(axis, 0, steps, most);
    assertThat(ticks.stream().map(TimeTicks.Tick::label)).containsExactly(labels.split("\\|"));
  }
}
