package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.BacktestResult;
import io.github.carouselml.tasks.forecast.Baseline;
import io.github.carouselml.tasks.forecast.ForecastMethod;
import io.github.carouselml.tasks.forecast.ForecastSpec;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Which options forecast the airline passengers best, chosen on 1957 and 1958 alone: trained
/// through December 1956, monthly origins from January 1957, six months ahead, MAPE of the sixth
/// step. What comes after December 1958 is cut off before anything else is done.
///
/// With years as further arguments, each begins two years that are judged, by networks trained on
/// what comes before them, and the means over them are compared.
///
/// Draws options at random, trains each with two seeds, and trains the best ten again as ensembles
/// with five seeds. The same draws give the same table.
///
/// `benchmarks/accuracy AirlineSearch [DRAWS [THREADS [YEAR...]]] >
/// benchmarks/accuracy.d/airline-search.txt`
public final class AirlineSearch {
  private static final int BEST = 10;
  private static final long DRAW_SEED = 1957;

  /// Two years to judge on, and what comes before them to train on.
  private record Split(SeriesSet data, Backtest backtest, SeriesSet training) {
    static Split from(String january) {
      Series whole = AirPassengers.series().withoutLast(24).series().getFirst();
      int end = whole.time().indexOf(january).orElseThrow() + 24;
      SeriesSet data = SeriesSet.of(List.of(whole.first(end)));
      Backtest backtest = Backtest.from(january, 6);
      return new Split(data, backtest, backtest.training(data));
    }

    BacktestResult judge(ForecastMethod method) {
      return backtest.run(data, method);
    }
  }

  private final List<Split> splits;

  private AirlineSearch(List<Split> splits) {
    this.splits = splits;
  }

  private record Tried(int draw, ForecastSpec spec, double sixth, double all, String seeds) {}

  /// Runs the search.
  public static void main(String[] args) throws Exception {
    int draws = args.length > 0 ? Integer.parseInt(args[0]) : 120;
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    List<String> years = args.length > 2 ? List.of(args).subList(2, args.length) : List.of("1957");
    new AirlineSearch(years.stream().map(year -> Split.from(year + "-01")).toList())
        .run(draws, threads);
  }

  private void run(int draws, int threads) throws Exception {
    for (Baseline baseline : Baseline.of(splits.getFirst().training())) {
      Tally tally = new Tally();
      splits.forEach(
          split -> tally.add(split.judge(baseline.fit(split.training())), splits.size()));
      print(tally.sixth, tally.all, baseline.title() + " |" + tally.each);
    }
    Random random = new Random(DRAW_SEED);
    List<ForecastSpec> specs = new ArrayList<>();
    for (int d = 0; d < draws; d++) {
      specs.add(draw(random));
    }
    IO.println("%n%d draws, 2 seeds each%n".formatted(draws));
    List<Integer> numbers = new ArrayList<>();
    for (int d = 0; d < draws; d++) {
      numbers.add(d);
    }
    List<Tried> tried = all(numbers, specs, 2, threads);
    tried.forEach(this::print);
    IO.println("%nthe best %d as ensembles of 5, 5 seeds each%n".formatted(BEST));
    List<ForecastSpec> ensembles = specs.stream().map(spec -> spec.withEnsemble(5)).toList();
    all(tried.stream().limit(BEST).map(Tried::draw).toList(), ensembles, 5, threads)
        .forEach(this::print);
  }

  private List<Tried> all(List<Integer> draws, List<ForecastSpec> specs, int seeds, int threads)
      throws Exception {
    List<Future<Tried>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int draw : draws) {
        running.add(pool.submit(() -> attempt(draw, specs.get(draw), seeds)));
      }
    }
    List<Tried> tried = new ArrayList<>();
    for (Future<Tried> one : running) {
      tried.add(one.get());
    }
    tried.sort(Comparator.comparingDouble(Tried::sixth));
    return tried;
  }

  private Tried attempt(int draw, ForecastSpec spec, int seeds) {
    Tally tally = new Tally();
    try (Backend backend = Backends.open("cpu", new BackendOptions().withThreads(1))) {
      for (Split split : splits) {
        for (int seed = 1; seed <= seeds; seed++) {
          Forecaster forecaster = Forecaster.of(spec).seed(seed).backend(backend);
          tally.add(split.judge(forecaster.fit(split.training())), seeds * splits.size());
        }
      }
    }
    Tried tried = new Tried(draw, spec, tally.sixth, tally.all, tally.each.toString());
    System.err.printf(Locale.ROOT, "draw %d: %.3f%n", draw, tried.sixth());
    return tried;
  }

  /// Means over seeds and splits.
  private static final class Tally {
    private double sixth;
    private double all;
    private final StringBuilder each = new StringBuilder();

    void add(BacktestResult result, int of) {
      double mape = result.atStep(6).mape().value();
      sixth += mape / of;
      all += result.accuracy().mape().value() / of;
      each.append(String.format(Locale.ROOT, " %.2f", mape));
    }
  }

  private void print(Tried tried) {
    ForecastSpec spec = tried.spec();
    TrainSpec run = spec.training();
    Scaling scaling = spec.scaling();
    String cell = spec.cell().getClass().getSimpleName() + spec.cell().hiddenSize();
    print(
        tried.sixth(),
        tried.all(),
        String.format(
            Locale.ROOT,
            "draw %3d: %s x%d, context %d, %s %s %s, season %s, %s, batch %d, %d epochs, %s |%s",
            tried.draw(),
            cell,
            spec.ensemble(),
            spec.context().orElseThrow(),
            scaling.transform(),
            scaling.measure(),
            scaling.span(),
            spec.season(),
            spec.point(),
            run.batches().size(),
            run.epochs(),
            run.optimizer() instanceof Optimizer.AdamW w
                ? "AdamW " + w.learningRate() + " decay " + w.weightDecay()
                : "Adam " + run.optimizer().learningRate(),
            tried.seeds()));
  }

  private static void print(double sixth, double all, String what) {
    IO.println(String.format(Locale.ROOT, "%7.3f %7.3f  %s", sixth, all, what));
  }

  private static ForecastSpec draw(Random random) {
    int hidden = pick(random, List.of(8, 16, 24, 32));
    CellSpec cell = random.nextBoolean() ? new CellSpec.Lstm(hidden) : new CellSpec.Gru(hidden);
    Scale.Transform transform =
        pick(random, List.of(Scale.Transform.LOG, Scale.Transform.LOG, Scale.Transform.NONE));
    Scaling scaling =
        random.nextInt(3) > 0
            ? new Scaling(transform, Scaling.Measure.STANDARD, Scaling.Span.SERIES)
            : new Scaling(transform, Scaling.Measure.LAST, Scaling.Span.CONTEXT);
    ForecastSpec.Season season =
        pick(random, List.of(ForecastSpec.Season.LAST, ForecastSpec.Season.GROWN));
    int context = pick(random, List.of(12, 14, 18, 24));
    ForecastSpec.Point point = pick(random, List.of(ForecastSpec.Point.values()));
    double rate = pick(random, List.of(0.003, 0.005, 0.01));
    double decay = pick(random, List.of(0.0, 0.01, 0.1));
    TrainSpec training =
        new TrainSpec(pick(random, List.of(200, 400, 600)), pick(random, List.of(16, 32, 64)))
            .withOptimizer(decay == 0 ? new Optimizer.Adam(rate) : new Optimizer.AdamW(rate, decay))
            .withSchedule(new Schedule.Cosine(0, 0.01))
            .withClipping(Clipping.byNorm(1));
    return ForecastSpec.of(cell, 6)
        .withValidation(0)
        .withTraining(training)
        .withContext(context)
        .withScaling(scaling)
        .withSeason(season)
        .withPoint(point);
  }

  private static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
