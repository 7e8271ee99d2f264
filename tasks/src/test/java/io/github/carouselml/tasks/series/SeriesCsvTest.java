package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesCsvTest {
  @TempDir Path folder;

  private SeriesSet read(String text) {
    return read(text, CsvOptions.standard());
  }

  private SeriesSet read(String text, CsvOptions options) {
    try {
      return Series.csv(Files.writeString(folder.resolve("f.csv"), text), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(String text) {
    return refused(text, CsvOptions.standard());
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(String text, CsvOptions options) {
    return assertThatThrownBy(() -> read(text, options)).isInstanceOf(CarouselException.Data.class);
  }

  private String at(String place) {
    return folder.resolve("f.csv") + place;
  }

  @Test
  void readsManySeriesInTheirOrder() {
    SeriesSet set =
        read("unique_id,ds,y\nb,2020-01,1\na,2019-12,2.5\nb,2020-02,-3e2\na,2020-01,.5\n");

    assertThat(set.series()).extracting(Series::id).containsExactly("b", "a");
    assertThat(set.get("b").values()).containsExactly(1, -300);
    assertThat(set.get("a").values()).containsExactly(2.5, 0.5);
    assertThat(set.get("a").time().label(2)).isEqualTo("2020-02");
    assertThat(set.frequency()).hasToString("monthly");
    assertThat(set.season()).isEqualTo(12);
    assertThat(set.remarks()).isEmpty();
  }

  @Test
  void oneSeriesNeedsNoNameAndColumnsCanBeCalledOtherwise() {
    CsvOptions options = CsvOptions.standard().withTime("Month").withTarget("#Passengers");
    SeriesSet set = read("Month,#Passengers\n1949-01,112\n1949-02,118\n", options);

    assertThat(set.size()).isEqualTo(1);
    assertThat(set.series().getFirst().values()).containsExactly(112, 118);
  }

  @Test
  void aMarkWindowsLinesQuotesAndOtherScriptsWork() throws IOException {
    Path path = folder.resolve("日本 Größe.csv");
    Files.writeString(
        path, "\uFEFFunique_id,ds,y\r\n\"東京, 港\",2020-01-01,1\r\n\"東京, 港\",2020-01-02,2\r\n");

    assertThat(Series.csv(path).get("東京, 港").values()).containsExactly(1, 2);
  }

  @Test
  void covariatesComeAlong() {
    CsvOptions options =
        CsvOptions.standard().withPast(List.of("rain")).withFuture(List.of("price"));
    SeriesSet set = read("ds,y,price,rain\n1,10,3,0.5\n2,11,4,0.25\n", options);

    assertThat(set.columns()).containsExactly(new Column("rain", false), new Column("price", true));
    assertThat(set.series().getFirst().covariate(0, 1)).isEqualTo(0.25);
    assertThat(set.series().getFirst().covariate(1, 0)).isEqualTo(3);
  }

  @Test
  void fourDigitsAreYearsWhenAllAre() {
    SeriesSet years = read("ds,y\n1998,1\n1999,2\n2000,3\n");
    SeriesSet counts = read("ds,y\n998,1\n999,2\n1000,3\n");
    SeriesSet asked =
        read(
            "ds,y\n1998,1\n1999,2\n", CsvOptions.standard().withFrequency(Frequency.parse("step")));

    assertThat(years.frequency()).hasToString("yearly");
    assertThat(years.series().getFirst().time().label(3)).isEqualTo("2001");
    assertThat(counts.frequency()).hasToString("step");
    assertThat(asked.frequency()).hasToString("step");
  }

  @Test
  void theSeasonCanBeNamed() {
    assertThat(read("ds,y\n1,1\n2,2\n", CsvOptions.standard().withSeason(24)).season())
        .isEqualTo(24);
  }

  @Test
  void missingColumn() {
    refused("unique_id,date,y\na,2020-01,1\n")
        .hasMessageStartingWith(at(" has no column 'ds'; it has 'unique_id', 'date' and 'y'."))
        .hasMessageContaining("--time-col");
    refused("ds,Y\n2020-01,1\n").hasMessageContaining("Did you mean 'Y'?");
    refused("ds,y\n1,1\n", CsvOptions.standard().withId("shop"))
        .hasMessageContaining("has no column 'shop'");
    refused("ds,y\n1,1\n", CsvOptions.standard().withPast(List.of("rain")))
        .hasMessageContaining("has no column 'rain'");
  }

  @Test
  void noHeader() {
    refused("1949-01,112\n1949-02,118\n")
        .hasMessageStartingWith(at(" has no header: its first line (1949-01,112) holds values."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "twelve | 'twelve' is not a number.",
        "\"1,5\" | '1,5' is not a number. Numbers are written with a point and nothing else between digits: 1234.5.",
        "1d | '1d' is not a number.",
        "0x1p3 | '0x1p3' is not a number.",
        "NaN | 'NaN' is no value. Fill missing values yourself",
        "`` | the value is empty. Fill missing values yourself",
        "-inf | '-inf' is infinite.",
        "Infinity | 'Infinity' is infinite.",
        "1e999 | '1e999' is too large a number.",
      })
  void textWhereANumberBelongs(String field, String message) {
    refused("ds,y\n2020-01,1\n2020-02," + field + "\n")
        .hasMessageStartingWith(at(", line 3, column 'y': " + message));
  }

  @Test
  void textWhereATimeStampBelongs() {
    refused("ds,y\n04/30/2021,1\n")
        .hasMessageStartingWith(
            at(", line 2, column 'ds': '04/30/2021' is no time stamp: expected a date"));
    refused("ds,y\n2020-01,1\nsoon,2\n")
        .hasMessageStartingWith(at(", line 3, column 'ds': 'soon' is no time stamp"));
    refused("ds,y\n2020-01-01,1\n2020-02,2\n")
        .hasMessageStartingWith(
            at(
                ", line 3, column 'ds': '2020-02' is written in another form than the time stamp of"
                    + " line 2"));
  }

  @Test
  void wrongNumberOfFields() {
    refused("ds,y\n2020-01,1\n2020-02,1,5\n")
        .hasMessageStartingWith(at(", line 3: 3 fields were found, but the header names 2"));
  }

  @Test
  void duplicateTimeStamp() {
    refused("unique_id,ds,y\na,2020-01,1\nb,2020-01,1\na,2020-02,1\na,2020-01,1\n")
        .hasMessageStartingWith(
            at(", line 5, column 'ds': 2020-01 stands twice in the series 'a', first in line 2."));
    refused("shop,ds,y\na,2020-01,1\nb,2020-01,1\n")
        .hasMessageContaining("Are there several series?");
  }

  @Test
  void unsortedTimeStamps() {
    refused("ds,y\n2020-02,1\n2020-01,1\n")
        .hasMessageStartingWith(
            at(", line 3, column 'ds': 2020-01 comes after 2020-02 of line 2. Sort the file"));
  }

  @Test
  void irregularTimeStamps() {
    refused("ds,y\n2020-01-01,1\n2020-01-08,1\n2020-01-15,1\n2020-01-20,1\n")
        .hasMessageStartingWith(
            at(
                ", line 5, column 'ds': 2020-01-20 is not a whole number of steps after 2020-01-01,"
                    + " where the frequency is weekly."));
  }

  @Test
  void oneRowTellsNoFrequency() {
    refused("ds,y\n2020-01-01,1\n").hasMessageContaining("has one row per series");

    CsvOptions daily = CsvOptions.standard().withFrequency(Frequency.parse("daily"));
    assertThat(read("ds,y\n2020-01-01,1\n", daily).longest()).isEqualTo(1);
  }

  @Test
  void aFrequencyThatCannotBe() {
    CsvOptions steps = CsvOptions.standard().withFrequency(Frequency.parse("step"));

    assertThatThrownBy(() -> read("ds,y\n2020-01-01,1\n2020-01-02,1\n", steps))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageStartingWith("The frequency 'step' does not fit");
  }

  @Test
  void emptyNameOfASeries() {
    refused("unique_id,ds,y\n,2020-01,1\n")
        .hasMessage(at(", line 2, column 'unique_id': the name of the series is empty."));
  }

  @Test
  void aGapIsRefusedUnlessFillingIsAskedFor() {
    String gap = "ds,y\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-06,9\n2020-01-07,5\n";

    refused(gap)
        .hasMessageStartingWith(
            at(
                ", line 5, column 'ds': 2 steps are missing before 2020-01-06: the series is daily,"
                    + " and 2020-01-04 should follow."));

    SeriesSet linear = read(gap, CsvOptions.standard().withGaps(GapRule.LINEAR));
    assertThat(linear.series().getFirst().values()).containsExactly(1, 2, 3, 5, 7, 9, 5);
    assertThat(linear.gaps()).containsExactly(new Gap("series", "2020-01-04", 2));
    assertThat(linear.remarks())
        .containsExactly(
            "2 missing steps were filled; the first is 2020-01-04 of series 'series'.");

    SeriesSet previous = read(gap, CsvOptions.standard().withGaps(GapRule.PREVIOUS));
    assertThat(previous.series().getFirst().values()).containsExactly(1, 2, 3, 3, 3, 9, 5);
  }

  @Test
  void emptyValuesAreFilledLikeGaps() {
    String empty = "ds,y\n1,1\n2,\n3,NaN\n4,4\n5,5\n6,6\n";

    assertThat(
            read(empty, CsvOptions.standard().withGaps(GapRule.LINEAR))
                .series()
                .getFirst()
                .values())
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void whatHasNoNeighbourIsNotFilled() {
    CsvOptions linear = CsvOptions.standard().withGaps(GapRule.LINEAR);
    CsvOptions previous = CsvOptions.standard().withGaps(GapRule.PREVIOUS);

    refused("ds,y\n1,\n2,2\n", previous).hasMessageContaining("missing at the start");
    refused("ds,y\n1,1\n2,\n", linear).hasMessageContaining("missing at the end");
    assertThat(read("ds,y\n1,1\n2,\n", previous).series().getFirst().values())
        .containsExactly(1, 1);
  }

  @Test
  void aHugeGapIsNotFilled() {
    StringBuilder text = new StringBuilder("ds,y\n");
    for (int i = 0; i < 9; i++) {
      text.append("2020-01-01T00:00:0").append(i).append(",1\n");
    }
    text.append("2120-01-01T00:00:00,1\n");

    refused(text.toString(), CsvOptions.standard().withGaps(GapRule.PREVIOUS))
        .hasMessageContaining("too few to fill the rest");
  }

  @Test
  void constantSeriesAreRemarked() {
    assertThat(read("ds,y\n1,5\n2,5\n3,5\n").remarks().getFirst())
        .startsWith("1 of 1 series are constant (the first is 'series', always 5.0)");
  }

  @Test
  void aNameThatIsNotThereGetsTheNearest() {
    SeriesSet set = read("unique_id,ds,y\nshop_17,1,5\nshop_17,2,5\n");

    assertThatThrownBy(() -> set.get("shop-17"))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("There is no series 'shop-17' among the 1. Did you mean 'shop_17'?");
  }

  @Test
  void theBundledFileReadsLikeTheBundledSeries() {
    Series read = read(AirPassengers.csv()).get("airpassengers");
    Series bundled = AirPassengers.series().get("airpassengers");

    assertThat(read.values()).containsExactly(bundled.values());
    assertThat(read.time()).isEqualTo(bundled.time());
    assertThat(read.length()).isEqualTo(144);
    assertThat(read.time().label(143)).isEqualTo("1960-12");
    assertThat(read.values()).startsWith(112, 118, 132).endsWith(461, 390, 432);
  }

  @Test
  void columnsWithTwoRolesAreRefused() {
    assertThatThrownBy(() -> CsvOptions.standard().withPast(List.of("y")))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("one role only");
  }
}
