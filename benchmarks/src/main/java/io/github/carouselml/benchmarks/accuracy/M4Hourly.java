package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tasks.data.CsvTable;
import io.github.carouselml.tasks.data.Utf8Text;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.BacktestResult;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.ForecastSpec;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.forecast.SeasonalNaive;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Does one network over many series beat the seasonal naive? The hourly series of the M4
/// competition, 48 hours ahead, a training window a day; of the 414 series every EVERYth is trained
/// on and judged.
///
/// `benchmarks/accuracy M4Hourly FOLDER [EVERY [EPOCHS]]`, where the folder has `Hourly-train.csv`
/// and `Hourly-test.csv`.
public final class M4Hourly {
  private static final int HORIZON = 48;

  private M4Hourly() {}

  /// Prints the figures.
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int every = args.length > 1 ? Integer.parseInt(args[1]) : 8;
    int epochs = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    SeriesSet data = read(folder, every);
    Backtest backtest = Backtest.last(HORIZON, HORIZON);
    print("seasonal naive", backtest.run(data, new SeasonalNaive(24)));
    ForecastSpec spec =
        ForecastSpec.of(new CellSpec.Lstm(48), HORIZON)
            .withContext(2 * HORIZON)
            .withStride(24)
            .withSeason(ForecastSpec.Season.LAST);
    ForecastModel model = Forecaster.of(spec).epochs(epochs).fit(backtest.training(data));
    IO.println(model.provenance().compact());
    BacktestResult result = backtest.run(data, model);
    print("network, seed 1", result);
    Coverage coverage = new Coverage();
    coverage.add(result.intervals(), backtest.run(data, model.uncalibrated()).intervals());
    IO.println(coverage.text());
  }

  private static void print(String title, BacktestResult result) {
    IO.println(
        String.format(
            Locale.ROOT,
            "%-16s sMAPE %.3f   MASE %.3f   (%d series)",
            title,
            result.accuracy().smape().value(),
            result.accuracy().mase().value(),
            result.outcomes().size()));
  }

  private static SeriesSet read(Path folder, int every) throws IOException {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (String file : List.of("Hourly-train.csv", "Hourly-test.csv")) {
      CsvTable.of(file, Utf8Text.read(folder.resolve(file)), ',')
          .forEach(row -> append(values, row.fields()));
    }
    List<Series> series = new ArrayList<>();
    int number = 0;
    for (var entry : values.entrySet()) {
      if (number++ % every == 0) {
        series.add(
            Series.of(
                entry.getKey(),
                Frequency.of(1, Frequency.Unit.STEP),
                "1",
                entry.getValue().stream().mapToDouble(Double::doubleValue).toArray()));
      }
    }
    return SeriesSet.of(series).withSeason(24);
  }

  /// A series a row, its name first; what is empty has not been observed.
  private static void append(Map<String, List<Double>> values, List<String> fields) {
    List<Double> row = values.computeIfAbsent(fields.getFirst(), _ -> new ArrayList<>());
    fields.stream().skip(1).filter(f -> !f.isEmpty()).map(Double::valueOf).forEach(row::add);
  }
}
