package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files beside the series: what is known ahead, and what holds for a whole series.
class CovariateFilesTest {
  private static final CsvOptions OPTIONS =
      CsvOptions.standard().withPast(List.of("rain")).withFuture(List.of("price"));

  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private SeriesSet data() throws IOException {
    return Series.csv(
        file(
            "data.csv",
            """
            unique_id,ds,y,rain,price
            a,2020-01,1,10,5
            a,2020-02,2,11,6
            b,2020-01,3,12,7
            b,2020-02,4,13,8
            """),
        OPTIONS);
  }

  @Test
  void whatIsKnownAheadGoesBeyondTheEnd() throws IOException {
    Path file =
        file(
            "future.csv",
            """
            unique_id,ds,note,price
            b,2020-03,x,9
            a,2020-02,the data has it,600
            a,2020-03,x,60
            c,2020-03,nobody asked,1
            a,2020-04,x,61
            """);
    SeriesSet set = data().withFuture(file, OPTIONS);
    Series a = set.get("a");

    assertThat(a.knownAhead()).isEqualTo(2);
    assertThat(set.get("b").knownAhead()).isEqualTo(1);
    assertThat(a.covariate(1, 1)).isEqualTo(6);
    assertThat(a.covariate(1, 2)).isEqualTo(60);
    assertThat(a.covariate(1, 3)).isEqualTo(61);
    assertThatThrownBy(() -> a.covariate(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> a.covariate(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void whatWasKnownAheadAtAnOriginStaysKnown() throws IOException {
    Series before = data().get("a").first(1);

    assertThat(before.knownAhead()).isEqualTo(1);
    assertThat(before.covariate(1, 1)).isEqualTo(6);
    assertThatThrownBy(() -> before.covariate(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          unique_id,ds\\na,2020-03               | has no column 'price'; it has 'unique_id' and 'ds'.
          ds,price\\n2020-03,1                   | has no column 'unique_id', but the data has 2 series
          unique_id,when,price\\na,2020-03,1     | has no column 'ds'
          unique_id,ds,price\\na,2020-03,dear    | line 2, column 'price': 'dear' is not a number.
          unique_id,ds,price\\na,2020-03,        | line 2, column 'price': the value is empty. What is not known ahead
          unique_id,ds,price\\na,2020-04,1       | line 2, column 'ds': the series 'a' goes on with 2020-03, but 2020-04 comes first
          unique_id,ds,price\\na,March,1         | line 2, column 'ds': 'March' is no step of the series 'a', which is monthly from 2020-01
          unique_id,ds,price\\na,2020-03,1\\na,2020-03,2 | line 3, column 'ds': 2020-03 of the series 'a' stands twice, first in line 2
          unique_id,ds,price                    | holds only a header
          """)
  void aFutureThatCannotBeReadIsRefused(String text, String said) throws IOException {
    Path file = file("future.csv", text.replace("\\n", "\n"));

    assertThatThrownBy(() -> data().withFuture(file, OPTIONS))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("future.csv")
        .hasMessageContaining(said);
  }

  @Test
  void aFutureThatNobodyReadsIsRefused() throws IOException {
    Path file = file("future.csv", "unique_id,ds,price\na,2020-03,1\n");
    Series rain =
        Series.of("a", Frequency.parse("monthly"), "2020-01", 1, 1).withPast("rain", 2, 3);
    SeriesSet past = SeriesSet.of(List.of(rain));

    assertThatThrownBy(() -> past.withFuture(file))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("the series come with the past column 'rain'");
  }

  @Test
  void everySeriesIsToldOfItself() throws IOException {
    Path table = file("static.csv", "size,unique_id,town\n3,b,Oslo\n4,a,Bonn\n5,c,Rome\n");
    SeriesSet set = data().withStatic(table);

    assertThat(set.get("a").attributes())
        .extracting(Attribute::name, Attribute::value)
        .containsExactly(tuple("size", "4"), tuple("town", "Bonn"));
    assertThat(set.get("a").attributes().getFirst().place())
        .isEqualTo(table + ", line 3, column 'size'");
    assertThat(set.withoutLast(1).get("a").attributes()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          unique_id,town\\na,Oslo               | has no row for the series 'b', but every series
          shop,town\\na,Oslo\\nb,Bonn            | has no column 'unique_id'
          unique_id\\na\\nb                      | no other column
          unique_id,town\\na,Oslo\\na,Bonn\\nb,x  | line 3, column 'unique_id': the series 'a' stands twice, first in line 2
          unique_id,town\\na,\\nb,x              | line 2, column 'town': the value is empty
          unique_id,town\\n,Oslo\\nb,x           | line 2, column 'unique_id': the name of the series is empty
          """)
  void aTableThatCannotBeReadIsRefused(String text, String said) throws IOException {
    Path table = file("static.csv", text.replace("\\n", "\n"));

    assertThatThrownBy(() -> data().withStatic(table))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("static.csv")
        .hasMessageContaining(said);
  }

  @Test
  void covariatesMayComeFromJava() {
    Series series =
        Series.of("a", Frequency.parse("monthly"), "2020-01", 1, 2)
            .withPast("rain", 3, 4)
            .withFuture("price", 5, 6, 7)
            .withStatic("town", "Oslo");

    assertThat(series.columns())
        .containsExactly(new Column("rain", false), new Column("price", true));
    assertThat(series.knownAhead()).isEqualTo(1);
    assertThat(series.covariate(1, 2)).isEqualTo(7);
    assertThatThrownBy(() -> series.withPast("wind", 1))
        .hasMessage("The covariate 'wind' has 1 values, but the series 'a' has 2 steps.");
    assertThatThrownBy(() -> series.withFuture("wind", 1, 2, Double.NaN))
        .hasMessage(
            "The covariate 'wind' of the series 'a' is NaN at 2020-03; every value must be finite.");
    assertThatThrownBy(() -> series.withPast("price", 1, 2))
        .hasMessage("The series 'a' has a covariate 'price' already.");
    assertThatThrownBy(() -> series.withStatic("town", "Bonn"))
        .hasMessage("The series 'a' has an attribute 'town' already.");
  }
}
