import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.forecast.Interval;
import io.github.carouselml.tasks.forecast.Naive;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// From a CSV to a trained forecaster, judged, saved and loaded.
void main() throws IOException {
  Path csv = Files.writeString(Path.of("passengers.csv"), AirPassengers.csv());
  SeriesSet data = Series.csv(csv);
  // prints: Series 'airpassengers': 144 steps, monthly from 1949-01
  IO.println(data.series().getFirst());

  // The last two years are held back to see how good the forecasts would have been.
  ForecastModel model =
      Forecaster.lstm().hiddenSize(16).horizon(6).epochs(60).seed(1).fit(data.withoutLast(24));
  Backtest backtest = Backtest.last(24, 6);
  double network = backtest.run(data, model).accuracy().mape().value();
  double naive = backtest.run(data, new Naive()).accuracy().mape().value();
  // prints: better than the last value: true
  IO.println("better than the last value: " + (network < naive));

  List<Forecast> forecasts = model.predict(data);
  Forecast next = forecasts.getFirst();
  Interval interval = next.intervals().getLast();
  // prints: from 1961-01, 6 steps, intervals of 90 percent
  IO.println(
      "from %s, %d steps, intervals of %d percent"
          .formatted(next.time().label(0), next.length(), interval.level()));

  model.save(Path.of("model"));
  double again = Forecaster.load(Path.of("model")).predict(data).getFirst().value(5);
  // prints: the same after loading: true
  IO.println("the same after loading: " + (again == next.value(5)));
}
