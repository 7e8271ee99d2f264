package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.forecast.HoltWinters.Form;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BaselineTest {
  private static Series series(double... values) {
    return Series.of("s", Frequency.parse("step"), "0", values);
  }

  @Test
  void naive() {
    assertThat(new Naive().forecast(series(1, 2, 7), 3).values()).containsExactly(7, 7, 7);
  }

  @Test
  void seasonalNaiveRepeatsTheLastSeason() {
    assertThat(new SeasonalNaive(3).forecast(series(9, 1, 2, 3), 7).values())
        .containsExactly(1, 2, 3, 1, 2, 3, 1);
  }

  @Test
  void growthIsThatOfTheLastQuarterOfASeasonAndCompounds() {
    // Season 4, the last step 6 against 3 a season before: twice.
    assertThat(new SeasonalGrowth(4).forecast(series(0, 0, 0, 3, 1, 2, 4, 6), 6).values())
        .containsExactly(2, 4, 8, 12, 4, 8);
  }

  @Test
  void growthFromNothingIsNone() {
    assertThat(new SeasonalGrowth(1).forecast(series(0, 5), 2).values()).containsExactly(5, 5);
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void holtWintersContinuesWhatItsModelMakes(Form form) {
    double[] season = {0.5, 1, 2, 0.8};
    double[] values = new double[44];
    for (int t = 0; t < values.length; t++) {
      double base = 100 + 3 * t;
      values[t] = form == Form.ADDITIVE ? base + 20 * season[t % 4] : base * season[t % 4];
    }
    Series whole = series(values);
    double[] forecast = new HoltWinters(4, form).forecast(whole.first(36), 8).values();

    for (int h = 0; h < 8; h++) {
      assertThat(forecast[h])
          .as("step %d", h + 1)
          .isCloseTo(values[36 + h], within(0.02 * values[36 + h]));
    }
  }

  @Test
  void withoutASeasonItIsHoltAndFollowsALine() {
    double[] values = new double[20];
    for (int t = 0; t < values.length; t++) {
      values[t] = 7 - 2.5 * t;
    }

    assertThat(HoltWinters.of(1).forecast(series(values), 2).values())
        .containsExactly(new double[] {-43, -45.5}, within(1e-9));
  }

  @Test
  void aSeasonThatMultipliesNeedsPositiveValues() {
    Series series = series(1, 2, 3, 4, 0, 6, 7, 8, 9, 1, 2, 3);

    assertThatThrownBy(() -> new HoltWinters(2, Form.MULTIPLICATIVE).forecast(series, 1))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith("The series 's' has values that are not positive");
    assertThat(HoltWinters.of(2).parameters(series).multiplicative()).isFalse();
  }

  @Test
  void laterZerosDoNotBreakASeasonThatMultiplies() {
    SeriesSet training = SeriesSet.of(List.of(series(2, 4, 2, 4, 2, 4, 2, 4, 2, 4)));
    ForecastMethod fitted = new HoltWinters(2, Form.MULTIPLICATIVE).fit(training);
    Series history = series(2, 4, 2, 4, 2, 4, 2, 4, 2, 4, 0, 0, 0, 0, 0, 0, 3, 5);

    for (double value : fitted.forecast(history, 4).values()) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void fittedParametersAreFrozen() {
    SeriesSet data = AirPassengers.series();
    Series whole = data.series().getFirst();
    SeriesSet training = SeriesSet.of(List.of(whole.first(60)));
    HoltWinters spec = HoltWinters.of(12);
    ForecastMethod fitted = spec.fit(training);

    assertThat(fitted.forecast(whole.first(60), 6).values())
        .containsExactly(spec.forecast(whole.first(60), 6).values());
    assertThat(fitted.forecast(whole, 6).values()).isNotEqualTo(spec.forecast(whole, 6).values());
    assertThatThrownBy(
            () -> fitted.forecast(Series.of("other", Frequency.parse("step"), "0", 1), 1))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("was not fitted on the series 'other'");
  }

  @Test
  void noneLooksAhead() {
    Series whole = AirPassengers.series().series().getFirst();
    double[] changed = whole.values();
    for (int t = 100; t < changed.length; t++) {
      changed[t] = 1e6 + t;
    }
    Series other = Series.of(whole.id(), Frequency.parse("monthly"), "1949-01", changed);
    SeriesSet one = SeriesSet.of(List.of(whole.first(100)));
    SeriesSet two = SeriesSet.of(List.of(other.first(100)));

    assertThat(Baseline.of(one)).hasSize(4);
    for (Baseline baseline : Baseline.of(one)) {
      assertThat(baseline.fit(one).forecast(whole.first(100), 24).values())
          .as(baseline.title())
          .containsExactly(baseline.fit(two).forecast(other.first(100), 24).values());
    }
  }

  @Test
  void onlyThoseWhoseHistoryIsLongEnough() {
    Series whole = AirPassengers.series().series().getFirst();

    assertThat(Baseline.of(SeriesSet.of(List.of(whole.first(27)))))
        .extracting(Baseline::title)
        .containsExactly("naive", "seasonal naive", "seasonal naive × growth");
    assertThat(Baseline.of(SeriesSet.of(List.of(whole.first(3)))))
        .extracting(Baseline::title)
        .containsExactly("naive");
    assertThatThrownBy(() -> HoltWinters.of(12).forecast(whole.first(27), 1))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage("Holt-Winters needs at least 28 steps, but the series 'airpassengers' has 27.");
  }

  @Test
  void noSeasonIsRefused() {
    assertThatThrownBy(() -> new SeasonalNaive(0)).isInstanceOf(CarouselException.Request.class);
    assertThatThrownBy(() -> HoltWinters.of(-1)).isInstanceOf(CarouselException.Request.class);
  }
}
