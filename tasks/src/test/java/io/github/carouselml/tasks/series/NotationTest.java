package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotationTest {
  @ParameterizedTest
  @CsvSource({
    "2020-02-29, 2020-02-29T00:00",
    "2020-01, 2020-01-01T00:00",
    "2020-Q3, 2020-07-01T00:00",
    "2020Q4, 2020-10-01T00:00",
    "2020-02-29T18:05, 2020-02-29T18:05",
    "2020-02-29 18:05:07, 2020-02-29T18:05:07",
    "2020-02-29T18:05:07Z, 2020-02-29T18:05:07",
    "2020-02-29T18:05:07+02:00, 2020-02-29T18:05:07",
  })
  void readsAndWritesTheSameText(String text, String moment) {
    Notation notation = Notation.of(text).orElseThrow();
    TimeStamp stamp = notation.read(text).orElseThrow();

    assertThat(stamp).isEqualTo(new TimeStamp.Moment(LocalDateTime.parse(moment)));
    assertThat(notation.write(stamp)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-17", "1949", "123456789012345678"})
  void integersAreCounts(String text) {
    Notation notation = Notation.of(text).orElseThrow();

    assertThat(notation).isEqualTo(new Notation.Count());
    assertThat(notation.write(notation.read(text).orElseThrow())).isEqualTo(text);
  }

  @Test
  void yearsAreWrittenAsYears() {
    Notation year = new Notation.Year();

    assertThat(year.write(year.read("1949").orElseThrow())).isEqualTo("1949");
    assertThat(year.read("123456789012345678")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "2020-13",
        "2020-02-30",
        "2019-02-29",
        "2020-Q5",
        "04/30/2021",
        "2020-1-1",
        "2020-01-01T25:00",
        "2020-01-01T10:00:00.5",
        "1.5",
        "99999999999999999999"
      })
  void refusesWhatIsNoTimeStamp(String text) {
    assertThat(Notation.of(text)).isEmpty();
  }

  @Test
  void anotherFormIsNotRead() {
    assertThat(Notation.of("2020-01-01").orElseThrow().read("2020-01")).isEmpty();
    assertThat(Notation.of("2020-01-01T00:00Z").orElseThrow().read("2020-01-01T00:00+01:00"))
        .isEmpty();
    assertThat(Notation.of("2020Q1").orElseThrow().read("2020-Q1")).isEmpty();
  }

  @Test
  void digitsAreTheSameInEveryCountry() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      readsAndWritesTheSameText("2020Q4", "2020-10-01T00:00");
      readsAndWritesTheSameText("2020-02-29 18:05:07", "2020-02-29T18:05:07");
    } finally {
      Locale.setDefault(before);
    }
  }
}
