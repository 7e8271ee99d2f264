package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.RunFiles;
import io.github.carouselml.train.TrainResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForecasterTest {
  private static final Forecaster SMALL =
      Forecaster.lstm().hiddenSize(6).horizon(4).context(8).epochs(3);
  private final SeriesSet air = AirPassengers.series();

  /// Sine waves of period 12 with levels, amplitudes and phases of their own.
  private static SeriesSet waves(int count, int length) {
    List<Series> series = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      double[] values = new double[length + s];
      for (int t = 0; t < values.length; t++) {
        values[t] = 100 * s + (s + 1) * StrictMath.sin(StrictMath.PI * (t + 2 * s) / 6);
      }
      series.add(Series.of("wave " + s, Frequency.parse("step"), "0", values));
    }
    return SeriesSet.of(series).withSeason(12);
  }

  private static String text(List<Forecast> forecasts) {
    return ForecastCsv.text(forecasts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gru", "rnn"})
  void learnsToContinueManySeriesAtOnce(String cell) {
    Forecaster forecaster =
        switch (cell) {
          case "lstm" -> Forecaster.lstm();
          case "gru" -> Forecaster.gru();
          default -> Forecaster.rnn();
        };
    SeriesSet data = waves(5, 80);
    ForecastModel model =
        forecaster
            .hiddenSize(16)
            .horizon(6)
            .context(14)
            .epochs(60)
            .learningRate(0.01)
            .fit(data.withoutLast(6));
    Backtest backtest = Backtest.last(6, 6);

    double network = backtest.run(data, model).accuracy().mase().value();
    double naive = backtest.run(data, new Naive()).accuracy().mae().value();
    BacktestResult result = backtest.run(data, model);
    assertThat(result.accuracy().mae().value())
        .as("seed 1, MASE %s", network)
        .isLessThan(naive / 4);
    assertThat(result.intervals()).extracting(IntervalAccuracy::level).containsExactly(80, 90);
  }

  @Test
  void forecastsGoOnWhereTheSeriesEnds() {
    ForecastModel model = SMALL.fit(air);
    Forecast forecast = model.predict(air).getFirst();

    assertThat(forecast.id()).isEqualTo("airpassengers");
    assertThat(forecast.length()).isEqualTo(4);
    assertThat(forecast.time().label(0)).isEqualTo("1961-01");
    for (int h = 0; h < 4; h++) {
      Interval narrow = forecast.intervals().get(0);
      Interval wide = forecast.intervals().get(1);
      assertThat(wide.low(h)).isLessThanOrEqualTo(narrow.low(h));
      assertThat(narrow.low(h)).isLessThanOrEqualTo(forecast.value(h));
      assertThat(forecast.value(h)).isLessThanOrEqualTo(narrow.high(h));
      assertThat(narrow.high(h)).isLessThanOrEqualTo(wide.high(h));
    }
    Forecast shorter = model.forecast(air.series().getFirst(), 2);
    assertThat(shorter.values()).containsExactly(forecast.value(0), forecast.value(1));
    assertThatThrownBy(() -> model.forecast(air.series().getFirst(), 5))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageStartingWith("The model forecasts 1 to 4 steps, but 5 were asked for.");
  }

  @Test
  void oneSeedOneModelOnAnyNumberOfThreads(@TempDir Path folder) throws IOException {
    SMALL.fit(air).save(folder.resolve("a"));
    try (Backend one = Backends.open("cpu", new BackendOptions().withThreads(1));
        Backend three = Backends.open("cpu", new BackendOptions("plain", 3, _ -> {}))) {
      SMALL.backend(one).fit(air).save(folder.resolve("b"));
      SMALL.backend(three).fit(air).save(folder.resolve("c"));
    }
    SMALL.seed(2).fit(air).save(folder.resolve("d"));

    byte[] a = Files.readAllBytes(folder.resolve("a/model.safetensors"));
    assertThat(folder.resolve("b/model.safetensors")).hasBinaryContent(a);
    assertThat(folder.resolve("c/model.safetensors")).hasBinaryContent(a);
    assertThat(Files.readAllBytes(folder.resolve("d/model.safetensors"))).isNotEqualTo(a);
  }

  @Test
  void aModelIsSavedAndLoaded(@TempDir Path folder) throws IOException {
    ForecastModel model =
        SMALL.ensemble(2).layers(2, 0.1).season(ForecastSpec.Season.LAST).levels(50, 95).fit(air);
    model.save(folder);
    ForecastModel loaded = Forecaster.load(folder);

    assertThat(text(loaded.predict(air))).isEqualTo(text(model.predict(air)));
    assertThat(loaded.spec()).isEqualTo(model.spec());
    assertThat(loaded.provenance()).isEqualTo(model.provenance());
    assertThat(text(Forecaster.load(folder.resolve("model.safetensors")).predict(air)))
        .isEqualTo(text(model.predict(air)));
  }

  @Test
  void aModelOfAnotherTaskIsRefused(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("model.safetensors");
    Json task = Json.object().with("task", "classify");
    new ModelFile(Weights.empty(), Json.object(), task, Json.object()).write(path);

    assertThatThrownBy(() -> Forecaster.load(folder))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage(
            path
                + " is a model of the task 'classify', but a model of the task 'forecast' is"
                + " needed.");
  }

  /// Histories of unequal lengths, so that batches differ in their order.
  @Test
  void sixtyFourThreadsGetTheBitsOfASerialCall() throws Exception {
    SeriesSet data = waves(64, 30);
    ForecastModel model = SMALL.fit(data);
    String together = text(model.predict(data));
    List<String> alone = new ArrayList<>();
    for (Series series : data) {
      alone.add(text(List.of(model.forecast(series, 4))));
    }
    CyclicBarrier start = new CyclicBarrier(64);
    for (boolean virtual : new boolean[] {false, true}) {
      try (ExecutorService threads =
          virtual
              ? Executors.newVirtualThreadPerTaskExecutor()
              : Executors.newFixedThreadPool(64)) {
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
          Series series = data.series().get(i);
          boolean all = i % 2 == 0;
          calls.add(() -> {
            start.await();
            return text(all ? model.predict(data) : List.of(model.forecast(series, 4)));
          });
        }
        List<Future<String>> results = threads.invokeAll(calls);
        for (int i = 0; i < 64; i++) {
          assertThat(results.get(i).get())
              .as("call %d", i)
              .isEqualTo(i % 2 == 0 ? together : alone.get(i));
        }
      }
    }
  }

  @Test
  void aStoppedRunIsResumedWithTheBitsOfOneThatWentThrough(@TempDir Path folder)
      throws IOException {
    Forecaster forecaster = SMALL.ensemble(2).epochs(6);
    forecaster.fit(air).save(folder.resolve("whole"));
    RunFiles files = RunFiles.in(folder);
    List<ForecastRun> running = new ArrayList<>();
    Listener stopper =
        new Listener() {
          @Override
          public void stepped(Progress progress) {
            if (progress.step() == 7) {
              running.getFirst().stop();
            }
          }
        };
    try (ForecastRun run = forecaster.files(files).listener(stopper).run(air)) {
      running.add(run);
      assertThat(run.train().end()).isEqualTo(TrainResult.End.INTERRUPTED);
    }
    try (ForecastRun run = forecaster.files(files).run(air)) {
      run.resume();
      run.model().save(folder.resolve("resumed"));
    }
    assertThat(folder.resolve("resumed/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    try (ForecastRun other = forecaster.files(files).run(air.withoutLast(1))) {
      assertThatThrownBy(other::resume)
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("data = ");
    }
    try (ForecastRun other = forecaster.hiddenSize(7).files(files).run(air)) {
      assertThatThrownBy(other::resume).hasMessageContaining("network.cell.hiddenSize = 6");
    }
  }

  @Test
  void theBestWeightsOfAnEarlyStopAreKept() throws IOException {
    try (ForecastRun run = SMALL.epochs(400).learningRate(0.05).run(air)) {
      TrainResult result = run.train();

      assertThat(run.validationWindows()).isEqualTo(11);
      assertThat(result.end()).isEqualTo(TrainResult.End.STOPPED_EARLY);
      assertThat(result.bestEpoch().getAsInt()).isEqualTo(result.epochs().size() - 20);
    }
  }

  @Test
  void validationTakesNoTargetFromTraining() {
    try (ForecastRun run = SMALL.validation(0.25).run(air)) {
      // 108 steps to learn from, 36 held out.
      assertThat(run.trainingWindows()).isEqualTo(108 - 8 - 4 + 1);
      assertThat(run.validationWindows()).isEqualTo(36 - 4 + 1);
    }
    try (ForecastRun run = SMALL.run(air.withoutLast(36), air)) {
      assertThat(run.trainingWindows()).isEqualTo(108 - 8 - 4 + 1);
      assertThat(run.validationWindows()).isEqualTo(144 - 8 - 4 + 1);
    }
  }

  @Test
  void whatTheSpecLeavesOpenIsChosenFromTheData() {
    try (ForecastRun run = Forecaster.gru().horizon(6).epochs(1).run(air)) {
      assertThat(run.windows().context()).isEqualTo(24);
    }
    // 30 steps, 6 of them held out, 6 ahead: 18 are left to read.
    try (ForecastRun run = Forecaster.gru().horizon(6).epochs(1).run(air.withoutLast(114))) {
      assertThat(run.windows().context()).isEqualTo(18);
    }
  }

  @Test
  void theMeanMayBeTheForecast() {
    ForecastSpec spec = SMALL.spec().withPoint(ForecastSpec.Point.MEAN);
    ForecastModel model = Forecaster.of(spec).fit(air);

    assertThat(model.predict(air)).isNotEmpty();
    assertThat(text(model.predict(air))).isNotEqualTo(text(SMALL.fit(air).predict(air)));
  }

  @Test
  void logarithmsKeepForecastsPositive() {
    Scaling log = new Scaling(Scale.Transform.LOG, Scaling.Measure.LAST, Scaling.Span.CONTEXT);
    Forecast forecast = SMALL.scaling(log).fit(air).predict(air).getFirst();

    assertThat(forecast.intervals().get(1).low(3)).isPositive();
  }

  @Test
  void whatCannotBeIsRefusedInASentence() {
    assertThatThrownBy(() -> Forecaster.lstm().horizon(0))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("The horizon must be at least 1, but got 0.");
    assertThatThrownBy(() -> Forecaster.lstm().hiddenSize(0))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("The hidden size must be 1 or more, not 0.");
    assertThatThrownBy(() -> Forecaster.lstm().context(0))
        .hasMessage("The context must be at least 1, but got 0.");
    assertThatThrownBy(() -> Forecaster.lstm().layers(1, 0.2))
        .hasMessage("dropout 0.2 has no effect with 1 layer: it is applied between layers");
    assertThatThrownBy(() -> Forecaster.lstm().levels(90, 80))
        .hasMessage("The levels of intervals rise from 1 to 99 percent, but they are [90, 80].");
    assertThatThrownBy(() -> Forecaster.lstm().validation(1))
        .hasMessage("The share for validation lies from 0 to below 1, so it cannot be 1.0.");
    assertThatThrownBy(() -> Forecaster.lstm().ensemble(0))
        .hasMessage("The number of networks in an ensemble must be at least 1, but got 0.");
    assertThatThrownBy(() -> SMALL.fit(air.withoutLast(129)))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith(
            "The series 'airpassengers' has 15 steps, but a context of 8, a horizon of 4 and the 4"
                + " steps held out for validation need at least 16.");
    assertThatThrownBy(() -> SMALL.validation(0).fit(air.withoutLast(133)))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith(
            "The series 'airpassengers' has 11 steps, but a context of 8 and a horizon of 4 need at"
                + " least 12.");
    Series flat = Series.of("flat", Frequency.parse("step"), "0", new double[40]);
    assertThatThrownBy(() -> SMALL.fit(SeriesSet.of(List.of(flat))))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage("The series 'flat' is constant, always 0.0: there is nothing to learn.");
  }
}
