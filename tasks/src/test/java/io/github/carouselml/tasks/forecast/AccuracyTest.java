package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AccuracyTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static Series series(String id, double... values) {
    return Series.of(id, Frequency.parse("step"), "0", values);
  }

  private static Forecast forecast(String id, double... values) {
    return Forecast.after(series(id, 1), values);
  }

  private static Outcome outcome(double[] actual, double... forecast) {
    return new Outcome(forecast("s", forecast), actual, 2);
  }

  @Test
  void byHand() {
    Accuracy accuracy = Accuracy.of(List.of(outcome(new double[] {10, -4, 5}, 12, -4, 1)));

    assertThat(accuracy.mae().value()).isCloseTo((2 + 0 + 4) / 3.0, EXACT);
    assertThat(accuracy.rmse().value()).isCloseTo(Math.sqrt((4 + 0 + 16) / 3.0), EXACT);
    assertThat(accuracy.mape().value()).isCloseTo((20 + 0 + 80) / 3.0, EXACT);
    assertThat(accuracy.smape().value()).isCloseTo((200 * 2 / 22.0 + 0 + 200 * 4 / 6.0) / 3, EXACT);
    assertThat(accuracy.mase().value()).isCloseTo(1, EXACT);
    assertThat(accuracy.mae()).extracting(Score::used, Score::leftOut).containsExactly(3L, 0L);
    assertThat(accuracy.mase()).extracting(Score::used, Score::leftOut).containsExactly(1L, 0L);
  }

  @Test
  void zeroIsLeftOutOfMapeAndPerfectInSmape() {
    Accuracy accuracy = Accuracy.of(List.of(outcome(new double[] {0, 0, 10}, 0, 1, 9)));

    assertThat(accuracy.mape()).isEqualTo(new Score(10, 1, 2));
    assertThat(accuracy.smape().value()).isCloseTo((0 + 200 + 200 / 19.0) / 3, EXACT);
    assertThat(accuracy.smape().leftOut()).isZero();
  }

  @Test
  void aForecastThatIsNotFiniteIsLeftOutAndCounted() {
    Accuracy accuracy =
        Accuracy.of(
            List.of(outcome(new double[] {1, 1, 1}, Double.NaN, Double.POSITIVE_INFINITY, 2)));

    for (Score score :
        List.of(accuracy.mae(), accuracy.rmse(), accuracy.mape(), accuracy.smape())) {
      assertThat(score).extracting(Score::used, Score::leftOut).containsExactly(1L, 2L);
    }
  }

  @Test
  void nothingDefinedIsNaN() {
    assertThat(Accuracy.of(List.of()).mae().isDefined()).isFalse();
    assertThat(Accuracy.of(List.of()).mae().value()).isNaN();
  }

  @Test
  void maseIsAMeanOverSeriesNotPoints() {
    Outcome one = new Outcome(forecast("a", 0, 0, 0), new double[] {1, 1, 1}, 1);
    Outcome other = new Outcome(forecast("b", 0), new double[] {4}, 2);
    Outcome constant = new Outcome(forecast("c", 0), new double[] {4}, 0);
    Outcome tooShort = new Outcome(forecast("d", 0), new double[] {4}, Double.NaN);

    assertThat(Accuracy.of(List.of(one, other, constant, tooShort)).mase())
        .isEqualTo(new Score(1.5, 2, 2));
  }

  @Test
  void theScaleOfMaseIsTheSeasonalNaiveError() {
    assertThat(Accuracy.naiveError(series("s", 1, 5, 2, 9), 2)).isEqualTo((1 + 4) / 2.0);
    assertThat(Accuracy.naiveError(series("s", 1, 5), 2)).isNaN();
    assertThat(Accuracy.naiveError(series("s", 3, 3, 3), 1)).isZero();
  }

  @Test
  void quantileLossLeansToItsSide() {
    assertThat(IntervalAccuracy.quantileLoss(0.9, 10, 8)).isCloseTo(1.8, EXACT);
    assertThat(IntervalAccuracy.quantileLoss(0.9, 8, 10)).isCloseTo(0.2, EXACT);
    assertThat(IntervalAccuracy.quantileLoss(0.5, 8, 10)).isCloseTo(1, EXACT);
    assertThat(IntervalAccuracy.quantileLoss(0.1, 8, 8)).isZero();
  }

  @Test
  void coverageCountsTheBounds() {
    Interval interval = new Interval(80, new double[] {1, 1, 1, 1}, new double[] {3, 3, 3, 3});
    Forecast forecast = forecast("s", 2, 2, 2, 2).withIntervals(List.of(interval));
    IntervalAccuracy accuracy =
        IntervalAccuracy.of(List.of(new Outcome(forecast, new double[] {1, 3, 2, 4}, 1)), 80);

    assertThat(accuracy.coverage()).isEqualTo(new Score(75, 4, 0));
    assertThat(accuracy.width().value()).isEqualTo(2);
    // Lower bounds, q = 0.1: 0, 0.2, 0.1, 0.3; upper bounds, q = 0.9: 0.2, 0, 0.1, 0.9.
    assertThat(accuracy.quantileLoss().value()).isCloseTo((0.6 + 1.2) / 8, EXACT);
    assertThat(IntervalAccuracy.of(List.of(), 80).coverage().isDefined()).isFalse();
  }

  @Test
  void intervalsThatCannotBeAreRefused() {
    double[] one = {1};
    double[] two = {2};

    assertThatThrownBy(() -> new Interval(90, two, one))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("upside down at step 1");
    assertThatThrownBy(() -> new Interval(100, one, two)).hasMessageContaining("1 to 99");
    assertThatThrownBy(() -> forecast("s", 1, 2).withIntervals(List.of(new Interval(90, one, two))))
        .hasMessageContaining("has 1 steps, but the forecast of 's' has 2");
  }
}
