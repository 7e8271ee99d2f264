package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalendarTest {
  private static float[] features(String first, Frequency frequency, int season, int index) {
    Calendar calendar = Calendar.of(frequency, season);
    float[] out = new float[calendar.features()];
    calendar.write(TimeAxis.of(first, frequency, 1), index, out, 0);
    return out;
  }

  @ParameterizedTest
  @CsvSource({
    "2019, yearly, ''",
    "2019-Q1, quarterly, quarter_of_year",
    "2019-01, monthly, month_of_year",
    "2019-01-07, weekly, day_of_year",
    "2019-01-01, daily, day_of_week day_of_year",
    "2019-01-01T00:00, hourly, time_of_day day_of_week",
    "2019-01-01T00:00, 15 minutes, time_of_day day_of_week",
    "2019-01-01T00:00:00, 10 seconds, second_of_hour time_of_day",
    "1, step, ''",
  })
  void cyclesAreLongerThanTheStep(String first, String frequency, String cycles) {
    Frequency step = Frequency.parse(frequency);
    Calendar calendar = Calendar.of(step, step.season());

    String names =
        calendar.names().stream()
            .filter(name -> name.endsWith("_sin"))
            .map(name -> name.replace("_sin", ""))
            .reduce((a, b) -> a + " " + b)
            .orElse("");
    assertThat(names).isEqualTo(cycles);
    assertThat(features(first, step, step.season(), 0)).hasSize(calendar.names().size());
  }

  @Test
  void monthsGoRound() {
    Frequency monthly = Frequency.parse("monthly");

    assertThat(features("2019-01", monthly, 12, 0)).containsExactly(0, 1);
    assertThat(features("2019-01", monthly, 12, 12)).containsExactly(0, 1);
    assertThat(features("2019-01", monthly, 12, 3))
        .containsExactly(new float[] {1, 0}, within(1e-7f));
    assertThat(features("2019-01", monthly, 12, 6))
        .containsExactly(new float[] {0, -1}, within(1e-6f));
  }

  @Test
  void mondayMidnightBeginsWeekAndDay() {
    // 2020-01-06 was a Monday.
    Frequency hourly = Frequency.parse("hourly");

    assertThat(features("2020-01-06T00:00", hourly, 24, 0)).containsExactly(0, 1, 0, 1);
    assertThat(features("2020-01-06T00:00", hourly, 24, 6)[0]).isCloseTo(1, within(1e-6f));
    assertThat(features("2020-01-06T00:00", hourly, 24, 24 * 7)).containsExactly(0, 1, 0, 1);
  }

  @Test
  void countsFollowTheSeasonThatWasNamed() {
    Frequency step = Frequency.parse("step");

    assertThat(features("48", step, 24, 0)).containsExactly(0, 1);
    assertThat(features("1", step, 24, 5)).containsExactly(new float[] {1, 0}, within(1e-6f));
    assertThat(features("-19", step, 24, 1)).isEqualTo(features("0", step, 24, 6));
  }

  @Test
  void aSeasonOfItsOwnAddsACycle() {
    assertThat(Calendar.of(Frequency.parse("daily"), 30).cycles())
        .containsExactly(
            Calendar.Cycle.DAY_OF_WEEK, Calendar.Cycle.DAY_OF_YEAR, Calendar.Cycle.SEASON);
  }
}
