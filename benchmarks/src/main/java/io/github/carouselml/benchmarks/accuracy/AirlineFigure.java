package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.BacktestResult;
import io.github.carouselml.tasks.forecast.Baseline;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.ForecastSpec;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.forecast.IntervalAccuracy;
import io.github.carouselml.tasks.forecast.Recipes;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.SeriesSet;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How good is the network on the airline passengers? Trained through December 1958, weights
/// frozen, monthly origins from January 1959, six months ahead, MAPE of the sixth step (19 points),
/// as the mean of five seeds; all steps and the baselines beside it, and how often the intervals
/// held, as they are and as the network alone gives them. Its options were chosen on 1957 and 1958
/// by [AirlineSearch].
///
/// `benchmarks/accuracy AirlineFigure benchmarks/results/airline.json`
public final class AirlineFigure {
  private static final int SEEDS = 5;

  private AirlineFigure() {}

  /// Prints the figures and writes them to the file that is named.
  public static void main(String[] args) throws Exception {
    SeriesSet data = AirPassengers.series();
    Backtest backtest = Backtest.from("1959-01", 6);
    SeriesSet training = backtest.training(data);
    List<Json> rows = new ArrayList<>();
    for (Baseline baseline : Baseline.of(training)) {
      rows.add(row(baseline.title(), backtest.run(data, baseline.fit(training))));
    }
    double sixth = 0;
    double all = 0;
    Coverage coverage = new Coverage();
    ForecastSpec spec = Recipes.airPassengers();
    for (int seed = 1; seed <= SEEDS; seed++) {
      long begun = System.nanoTime();
      ForecastModel model = Forecaster.of(spec).seed(seed).fit(training);
      BacktestResult result = backtest.run(data, model);
      List<IntervalAccuracy> own = backtest.run(data, model.uncalibrated()).intervals();
      coverage.add(result.intervals(), own);
      System.err.printf(Locale.ROOT, "%.1f s%n", (System.nanoTime() - begun) * 1e-9);
      sixth += result.atStep(6).mape().value() / SEEDS;
      all += result.accuracy().mape().value() / SEEDS;
      rows.add(withOwn(row("network, seed " + seed, result), own));
    }
    print("network, mean of %d seeds".formatted(SEEDS), sixth, all);
    IO.println(coverage.text());
    Json.Obj figure =
        Json.object()
            .with("question", "MAPE of six months ahead on the airline passengers, in percent")
            .with("command", "benchmarks/accuracy AirlineFigure benchmarks/results/airline.json")
            .with("training", "January 1949 to December 1958, weights frozen")
            .with("choices", "on 1957 and 1958 alone: benchmarks/accuracy.d/airline-search.txt")
            .with("origins", "monthly, January 1959 to July 1960")
            .with("seeds", SEEDS)
            .with("mape_sixth_step", sixth)
            .with("mape_all_steps", all)
            .with("rows", new Json.Arr(rows))
            .with("spec", Codec.of(ForecastSpec.class, MethodHandles.lookup()).write(spec))
            .with("machine", Machines.here());
    if (args.length > 0) {
      AtomicFile.write(Path.of(args[0]), figure.pretty() + "\n");
    }
  }

  private static Json.Obj withOwn(Json.Obj row, List<IntervalAccuracy> own) {
    Json.Obj with = row;
    for (IntervalAccuracy interval : own) {
      with =
          with.with(
              "coverage_%d_network_alone".formatted(interval.level()), interval.coverage().value());
    }
    return with;
  }

  private static Json.Obj row(String title, BacktestResult result) {
    double sixth = result.atStep(6).mape().value();
    double all = result.accuracy().mape().value();
    print(title, sixth, all);
    Json.Obj row =
        Json.object()
            .with("method", title)
            .with("mape_sixth_step", sixth)
            .with("mape_all_steps", all)
            .with("points_sixth_step", result.atStep(6).mape().used())
            .with("points_all_steps", result.accuracy().mape().used());
    for (IntervalAccuracy interval : result.intervals()) {
      row = row.with("coverage_" + interval.level(), interval.coverage().value());
    }
    return row;
  }

  private static void print(String title, double sixth, double all) {
    IO.println(String.format(Locale.ROOT, "%-28s sixth step %6.3f   all %6.3f", title, sixth, all));
  }
}
