package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final Frequency MONTHLY = Frequency.parse("monthly");

  @Test
  void nobodyCanChangeIt() {
    double[] values = {1, 2, 3};
    Series series = Series.of("s", MONTHLY, "2020-01", values);
    values[0] = 9;
    series.values()[1] = 9;

    assertThat(series.values()).containsExactly(1, 2, 3);
  }

  @Test
  void aPrefixKnowsNothingLater() {
    Series prefix = Series.of("s", MONTHLY, "2020-01", 1, 2, 3).first(2);

    assertThat(prefix.length()).isEqualTo(2);
    assertThat(prefix.values()).containsExactly(1, 2);
    assertThatThrownBy(() -> prefix.value(2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("has 2 steps");
  }

  @Test
  void valuesAreFinite() {
    assertThatThrownBy(() -> Series.of("s", MONTHLY, "2020-01", 1, Double.NaN))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage("The series 's' is NaN at 2020-02; every value must be finite.");
    assertThatThrownBy(() -> Series.of("s", MONTHLY, "2020-01"))
        .hasMessage("The series 's' has no values.");
  }

  @Test
  void theAxisGoesOnBeyondTheEndAndFindsLabels() {
    TimeAxis time = Series.of("s", MONTHLY, "2020-11", 1, 2, 3).time();

    assertThat(time.label(3)).isEqualTo("2021-02");
    assertThat(time.next(2).label(1)).isEqualTo("2021-03");
    assertThat(time.next(2).next(1).label(0)).isEqualTo("2021-04");
    assertThat(time.indexOf("2021-01")).hasValue(2);
    assertThat(time.next(2).indexOf("2021-03")).hasValue(1);
    assertThat(time.indexOf("2020-10")).isEmpty();
    assertThat(time.indexOf("2021-01-01")).isEmpty();
  }

  @Test
  void theLastDayOfTheMonthComesBackAfterACut() {
    Frequency monthEnds = new Frequency(Frequency.Unit.MONTH, 1, true);
    TimeAxis time = TimeAxis.of("2020-01-31", monthEnds, 2);

    assertThat(time.label(1)).isEqualTo("2020-02-29");
    assertThat(time.next(1).label(0)).isEqualTo("2020-03-31");

    TimeAxis thirtieth = TimeAxis.of("2020-01-30", MONTHLY, 2);
    assertThat(thirtieth.label(1)).isEqualTo("2020-02-29");
    assertThat(thirtieth.next(1).label(0)).isEqualTo("2020-03-30");
  }

  @Test
  void aSetAgrees() {
    Series monthly = Series.of("a", MONTHLY, "2020-01", 1, 2);
    Series daily = Series.of("b", Frequency.parse("daily"), "2020-01-01", 1);

    assertThatThrownBy(() -> SeriesSet.of(List.of(monthly, daily)))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("The series 'b' is daily");
    assertThatThrownBy(() -> SeriesSet.of(List.of(monthly, monthly)))
        .hasMessage("Two series are called 'a'; every name may stand once.");
    assertThatThrownBy(() -> SeriesSet.of(List.of())).isInstanceOf(CarouselException.Data.class);
  }

  @Test
  void partsOfASet() {
    SeriesSet set =
        SeriesSet.of(
                List.of(
                    Series.of("a", MONTHLY, "2020-01", 1, 2, 3),
                    Series.of("b", MONTHLY, "2020-01", 1)))
            .withSeason(6);

    assertThat(set.shortest()).isEqualTo(1);
    assertThat(set.longest()).isEqualTo(3);
    assertThat(set.atLeast(2).series()).extracting(Series::id).containsExactly("a");
    assertThat(set.atLeast(2).withoutLast(1).get("a").values()).containsExactly(1, 2);
    assertThat(set.atLeast(2).season()).isEqualTo(6);
    assertThatThrownBy(() -> set.withoutLast(1))
        .hasMessage("The series 'b' has 1 steps; it cannot do without its last 1.");
    assertThatThrownBy(() -> set.atLeast(4))
        .hasMessage("None of the 2 series has 4 steps; the longest has 3.");
  }
}
