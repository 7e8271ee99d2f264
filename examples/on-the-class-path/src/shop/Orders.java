package shop;

import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A project without modules: every jar on the class path. It trains on the orders of two years by
/// weekday, saves the model, and forecasts the coming week with the loaded one.
public final class Orders {
  private Orders() {}

  public static void main(String[] args) throws IOException {
    // prints: Carousel is in the unnamed module
    System.out.println("Carousel is in the " + kind(Forecaster.class.getModule()));

    SeriesSet orders = SeriesSet.of(List.of(orders()));
    Path folder = Path.of("orders-model");
    // "simd" instead of "auto": refused in a sentence where the vector kernels are missing
    try (Backend vectors = Backends.open("cpu", new BackendOptions().withKernels("simd"))) {
      Forecaster forecaster = Forecaster.gru().hiddenSize(8).horizon(7).epochs(3);
      forecaster.backend(vectors).fit(orders).save(folder);

      ForecastModel model = ForecastModel.load(folder, vectors);
      Forecast week = model.predict(orders).getFirst();
      // prints: orders from 2026-01-01 on, 7 days
      System.out.println(
          "%s from %s on, %d days".formatted(week.id(), week.time().label(0), week.length()));
    }
  }

  private static Series orders() {
    double[] week = {120, 100, 90, 95, 140, 210, 180};
    double[] values = new double[730];
    for (int day = 0; day < values.length; day++) {
      values[day] = week[day % 7] + day * 0.1;
    }
    return Series.of("orders", Frequency.of(1, Frequency.Unit.DAY), "2024-01-02", values);
  }

  private static String kind(Module module) {
    return module.isNamed() ? "module " + module.getName() : "unnamed module";
  }
}
