package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Frequency.Unit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrequencyTest {
  private static List<TimeStamp> stamps(String spaced) {
    return Arrays.stream(spaced.split("\\s+"))
        .map(text -> Notation.of(text).orElseThrow().read(text).orElseThrow())
        .toList();
  }

  private static Frequency inferred(String spaced) {
    return FrequencyInference.infer(List.of(stamps(spaced))).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "2018-01-01 2019-01-01 2020-01-01, yearly, 1",
    "2019-Q4 2020-Q1 2020-Q2, quarterly, 4",
    "2020-01 2020-02 2020-03, monthly, 12",
    "2020-01-15 2020-02-15 2020-03-15, monthly, 12",
    "2020-01-31 2020-02-29 2020-03-31, monthly, 12",
    "2020-01 2020-03 2020-05, 2 months, 6",
    "2020-01-01 2020-01-08 2020-01-15, weekly, 52",
    "2020-01-30 2020-01-31 2020-02-01, daily, 7",
    "2020-01-01 2020-01-02 2020-01-03 2020-01-06, daily, 7",
    "2020-01-01T22:00 2020-01-01T23:00 2020-01-02T00:00, hourly, 24",
    "2020-01-01T00:00 2020-01-01T06:00 2020-01-01T12:00, 6 hours, 4",
    "2020-01-01T00:00 2020-01-01T00:30 2020-01-01T01:00, 30 minutes, 48",
    "2020-01-01T00:00:00 2020-01-01T00:00:10 2020-01-01T00:00:20, 10 seconds, 6",
    "7 8 9, step, 1",
    "0 5 10 20, 5 steps, 1",
  })
  void infersTheCommonestStep(String stamps, String frequency, int season) {
    assertThat(inferred(stamps)).hasToString(frequency);
    assertThat(inferred(stamps).season()).isEqualTo(season);
  }

  @Test
  void oneStampTellsNothing() {
    assertThat(FrequencyInference.infer(List.of(stamps("2020-01")))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2020-01-31 2020-02-29 2020-03-31, 2020-04-30",
    "2019-11-30 2019-12-30 2020-01-30, 2020-02-29",
    "2020-12-31 2021-12-31 2022-12-31, 2023-12-31",
    "2019-09-30 2019-12-31 2020-03-31, 2020-06-30",
  })
  void monthsKeepTheirDayOrTheirEnd(String stamps, String next) {
    TimeStamp first = stamps(stamps).getFirst();

    assertThat(inferred(stamps).after(first, 3)).isEqualTo(stamps(next).getFirst());
  }

  @Test
  void stepsAndStampsAreInverse() {
    List<String> starts =
        List.of("2020-01-31", "2019-02-28", "2020-Q2", "2020-01-01T00:30", "17", "1999-12");
    for (String start : starts) {
      TimeStamp first = stamps(start).getFirst();
      for (Unit unit : Unit.values()) {
        if ((unit == Unit.STEP) != (first instanceof TimeStamp.Step)) {
          continue;
        }
        for (int count : new int[] {1, 2, 3, 7}) {
          Frequency frequency = Frequency.of(count, unit);
          assertThat(IntStream.range(-40, 40))
              .as("%s from %s", frequency, start)
              .allSatisfy(k ->
                  assertThat(frequency.stepsBetween(first, frequency.after(first, k))).hasValue(k));
        }
      }
    }
  }

  @Test
  void whatLiesBetweenStepsIsNotOnTheGrid() {
    TimeStamp first = stamps("2020-01-01").getFirst();

    assertThat(Frequency.of(1, Unit.WEEK).stepsBetween(first, stamps("2020-01-09").getFirst()))
        .isEmpty();
    assertThat(Frequency.of(1, Unit.MONTH).stepsBetween(first, stamps("2020-02-02").getFirst()))
        .isEmpty();
    assertThat(Frequency.of(2, Unit.MONTH).stepsBetween(first, stamps("2020-02-01").getFirst()))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "monthly,1,MONTH", "Hour,1,HOUR", "15 minutes,15,MINUTE", "15min,15,MINUTE", "2 weeks,2,WEEK",
    "step,1,STEP", "30sec,30,SECOND", "quarter,1,QUARTER", "Yearly,1,YEAR", "7days,7,DAY"
  })
  void parsesWords(String text, int count, Unit unit) {
    assertThat(Frequency.parse(text)).isEqualTo(Frequency.of(count, unit));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "often", "m", "0 days", "-1 day", "1.5 hours"})
  void refusesOtherWords(String text) {
    assertThatThrownBy(() -> Frequency.parse(text)).isInstanceOf(CarouselException.Request.class);
  }
}
