package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// One seed of `benchmarks/accuracy AirlineFigure`: the contract on bits makes the figure the same
/// on every machine. It is not yet as good as Holt-Winters.
class AirPassengersNetworkTest {
  @Test
  void sixthStepOfOneSeed() {
    SeriesSet data = AirPassengers.series();
    Backtest backtest = Backtest.from("1959-01", 6);
    // What intervals are made of changes no forecast, and takes as long again.
    ForecastSpec recipe = Recipes.airPassengers().withCalibration(Optional.empty());
    ForecastModel model = Forecaster.of(recipe).seed(1).fit(backtest.training(data));
    BacktestResult result = backtest.run(data, model);

    assertThat(result.atStep(6).mape().used()).isEqualTo(19);
    assertThat(result.atStep(6).mape().value()).as("seed 1").isCloseTo(4.437, within(5e-4));
    assertThat(result.accuracy().mape().value()).as("seed 1").isCloseTo(4.872, within(5e-4));
  }
}
