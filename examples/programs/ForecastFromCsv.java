import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.forecast.Interval;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;

/// From a CSV to a forecast, and the model saved and loaded again.
void main() throws IOException {
  Path folder = Files.createTempDirectory("passengers");
  Path csv = folder.resolve("passengers.csv"); // unique_id,ds,y
  Files.writeString(csv, AirPassengers.csv());

  SeriesSet data = Series.csv(csv);
  ForecastModel model = Forecaster.lstm().hiddenSize(32).horizon(12).epochs(40).fit(data);
  Forecast forecast = model.predict(data).getFirst();
  model.save(folder);
  Forecast again = Forecaster.load(folder).predict(data).getFirst();

  Interval ninety = forecast.intervals().getLast();
  for (int h = 0; h < forecast.length(); h++) {
    IO.println(
        "%s %.0f (%.0f to %.0f)"
            .formatted(forecast.time().label(h), forecast.value(h), ninety.low(h), ninety.high(h)));
  }
  // prints: 12 months of airpassengers
  IO.println(forecast.length() + " months of " + forecast.id());
  // prints: loaded, it forecasts the same bits: true
  IO.println(
      "loaded, it forecasts the same bits: " + Arrays.equals(forecast.values(), again.values()));
}
