package io.github.carouselml.app.report;

import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.BacktestResult;
import io.github.carouselml.tasks.forecast.Baseline;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastMethod;
import io.github.carouselml.tasks.forecast.HoltWinters;
import io.github.carouselml.tasks.forecast.Interval;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.train.EpochResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A report that is made without training: the "network" is Holt-Winters with a bias and intervals.
final class SampleReport {
  private SampleReport() {}

  /// @param bias what the stand-in's forecasts are multiplied by
  static Report of(double bias) {
    return of(AirPassengers.series(), bias);
  }

  static Report of(SeriesSet data, double bias) {
    Backtest backtest = Backtest.last(2 * data.season(), 6);
    SeriesSet training = backtest.training(data);
    ForecastMethod standIn = standIn(HoltWinters.of(data.season()).fit(training), bias);
    List<Contender> contenders = new ArrayList<>();
    contenders.add(new Contender("LSTM", true, backtest.run(data, standIn)));
    for (Baseline baseline : Baseline.of(training)) {
      BacktestResult result = backtest.run(data, baseline.fit(training));
      contenders.add(new Contender(baseline.title(), false, result));
    }
    List<EpochResult> epochs = new ArrayList<>();
    for (int e = 1; e <= 60; e++) {
      double validation = 0.12 + 0.5 / e + 0.0004 * e;
      epochs.add(
          new EpochResult(e, 4 * e, 0.06 + 0.6 / e, Optional.of(validation), 0.005, e, false));
    }
    return new Report(
        "airpassengers, 6 months ahead",
        "An LSTM of 32 units reads 24 months and forecasts the next 6. It learned from 1949-01 to"
            + " 1958-12 and was judged on 19 forecasts from 1959-01 to 1960-12.",
        List.of(new Fact("cell", "LSTM"), new Fact("units", "32"), new Fact("layers", "1")),
        data,
        Optional.of(new Contest(contenders, data.frequency())),
        data.series().stream().map(s -> standIn.forecast(s, 6)).toList(),
        "The intervals are quantiles that the network learned.",
        epochs,
        OptionalInt.of(38),
        List.of(),
        List.of(new Fact("seed", "1"), new Fact("carousel", "0.1.0"), new Fact("bits", "1")),
        "carousel train forecast --data 'air & sea.csv' --horizon 6 --out run");
  }

  private static ForecastMethod standIn(ForecastMethod method, double bias) {
    return (Series history, int horizon) -> {
      Forecast plain = method.forecast(history, horizon);
      double[] values = plain.values();
      double[][] bounds = new double[4][horizon];
      for (int i = 0; i < horizon; i++) {
        values[i] *= bias;
        double width = 0.02 * values[i] * Math.sqrt(i + 1);
        bounds[0][i] = values[i] - 1.28 * width;
        bounds[1][i] = values[i] + 1.28 * width;
        bounds[2][i] = values[i] - 1.64 * width;
        bounds[3][i] = values[i] + 1.64 * width;
      }
      return Forecast.after(history, values)
          .withIntervals(
              List.of(
                  new Interval(80, bounds[0], bounds[1]), new Interval(90, bounds[2], bounds[3])));
    };
  }

  /// Writes two samples to look at, into the folder that is the argument.
  public static void main(String[] args) throws Exception {
    java.nio.file.Path folder = java.nio.file.Path.of(args[0]);
    ReportPage.write(folder.resolve("won.html"), of(1.03));
    ReportPage.write(folder.resolve("lost.html"), of(0.97));
  }
}
