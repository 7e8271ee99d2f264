package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.SeriesSet;
import org.junit.jupiter.api.Test;

/// The figures that every report on the airline passengers is read against: trained through
/// December 1958, monthly origins from January 1959, six months ahead, MAPE of the sixth step.
/// Measured independently in Python, to the digits given.
class AirPassengersFiguresTest {
  private final SeriesSet data = AirPassengers.series();
  private final Backtest backtest = Backtest.from("1959-01", 6);

  private Accuracy sixthStep(Baseline baseline) {
    return backtest.run(data, baseline.fit(backtest.training(data))).atStep(6);
  }

  @Test
  void trainingEndsInDecember1958() {
    var training = backtest.training(data).series().getFirst();

    assertThat(training.length()).isEqualTo(120);
    assertThat(training.time().label(119)).isEqualTo(AirPassengers.TRAINING_ENDS);
  }

  @Test
  void nineteenSixthStepsAreJudged() {
    BacktestResult result = backtest.run(data, new Naive());

    assertThat(result.outcomes()).hasSize(19);
    assertThat(result.outcomes().getFirst().forecast().time().label(5)).isEqualTo("1959-06");
    assertThat(result.outcomes().getLast().forecast().time().label(5)).isEqualTo("1960-12");
  }

  @Test
  void seasonalNaive() {
    assertThat(sixthStep(new SeasonalNaive(12)).mape().value()).isCloseTo(10.7075, within(5e-5));
  }

  @Test
  void seasonalNaiveTimesGrowth() {
    assertThat(sixthStep(new SeasonalGrowth(12)).mape().value()).isCloseTo(4.3926, within(5e-5));
  }

  @Test
  void holtWintersFittedOnce() {
    assertThat(sixthStep(HoltWinters.of(12)).mape().value()).isCloseTo(3.1331, within(5e-4));
  }

  @Test
  void holtWintersMultiplies() {
    var fitted = HoltWinters.of(12).parameters(backtest.training(data).series().getFirst());

    assertThat(fitted.multiplicative()).isTrue();
    assertThat(fitted.level()).isCloseTo(0.2876, within(1e-4));
    assertThat(fitted.trend()).isCloseTo(0.0265, within(1e-4));
    assertThat(fitted.season()).isCloseTo(1.0, within(1e-4));
  }
}
