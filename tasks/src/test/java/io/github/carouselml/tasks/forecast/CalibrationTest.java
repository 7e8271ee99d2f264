package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.RunFiles;
import io.github.carouselml.train.TrainResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationTest {
  private static final Forecaster SMALL =
      Forecaster.gru().hiddenSize(6).horizon(3).context(8).epochs(2);

  /// One level, one step, these scores.
  private static List<double[][]> scores(double... values) {
    List<double[][]> scores = new ArrayList<>();
    for (double value : values) {
      scores.add(new double[][] {{value}});
    }
    return scores;
  }

  @Test
  void theShiftIsTheScoreOfTheRankThatThePaperNames() {
    double[] oneToNineteen = IntStream.rangeClosed(1, 19).mapToDouble(i -> 20 - i).toArray();

    // ⌈20 · 0.8⌉ = 16, ⌈20 · 0.9⌉ = 18, ⌈20 · 0.95⌉ = 19
    assertThat(shift(80, oneToNineteen)).isEqualTo(16);
    assertThat(shift(90, oneToNineteen)).isEqualTo(18);
    assertThat(shift(95, oneToNineteen)).isEqualTo(19);
    assertThat(Calibration.of(List.of(96), scores(oneToNineteen))).isEmpty();
    assertThat(shift(50, -3, -2, -1)).isEqualTo(-2);
  }

  private static double shift(int level, double... values) {
    return Calibration.of(List.of(level), scores(values)).orElseThrow().shifts().get(0).get(0);
  }

  @Test
  void fewWindowsShareOneShiftOverAllSteps() {
    List<double[][]> scores =
        List.of(new double[][] {{1, 2, 3}}, new double[][] {{4, 5, 6}}, new double[][] {{7, 8, 9}});
    Calibration together = Calibration.of(List.of(80), scores).orElseThrow();
    Calibration byStep = Calibration.of(List.of(50), scores).orElseThrow();

    assertThat(together)
        .isEqualTo(new Calibration(3, false, List.of(80), List.of(List.of(8.0, 8.0, 8.0))));
    assertThat(byStep.byStep()).isTrue();
    assertThat(byStep.shifts()).containsExactly(List.of(4.0, 5.0, 6.0));
    assertThat(Calibration.of(List.of(95), scores)).isEmpty();
    assertThat(Calibration.of(List.of(), scores)).isEmpty();
    assertThat(Calibration.of(List.of(80), List.of())).isEmpty();
  }

  @Test
  void intervalsStayAroundTheMedianAndWithinEachOther() {
    Calibration calibration =
        new Calibration(
            40, true, List.of(50, 80, 90), List.of(List.of(-9.0), List.of(1.0), List.of(-5.0)));
    double[] quantiles = {-4, -3, -2, 0, 2, 3, 4};
    calibration.move(quantiles, 0);

    assertThat(quantiles).containsExactly(-4, -4, 0, 0, 0, 4, 4);
    assertThat(Calibration.score(-1, 2, 5)).isEqualTo(3);
    assertThat(Calibration.score(-1, 2, -3)).isEqualTo(2);
    assertThat(Calibration.score(-1, 2, 1)).isEqualTo(-1);
  }

  /// A network that has hardly learned: its own intervals hold far from as often as they say.
  @Test
  void intervalsHoldAsOftenAsTheySay() {
    SplittableRandom random = new SplittableRandom(3);
    List<Series> noise = new ArrayList<>();
    for (int s = 0; s < 20; s++) {
      double[] values = random.doubles(150).map(u -> 50 + 100 * u * u).toArray();
      noise.add(Series.of("noise " + s, Frequency.parse("step"), "0", values));
    }
    SeriesSet data = SeriesSet.of(noise);
    Backtest backtest = Backtest.last(40, 3);
    ForecastModel model =
        SMALL
            .scaling(Scaling.standard())
            .learningRate(1e-4)
            .validation(0.25)
            .fit(backtest.training(data));

    List<IntervalAccuracy> before = backtest.run(data, model.uncalibrated()).intervals();
    List<IntervalAccuracy> after = backtest.run(data, model).intervals();
    for (int l = 0; l < 2; l++) {
      int level = after.get(l).level();
      assertThat(Math.abs(before.get(l).coverage().value() - level))
          .as("seed 1, data 3, before")
          .isGreaterThan(5);
      assertThat(after.get(l).coverage().value())
          .as("seed 1, data 3, after")
          .isCloseTo(level, within(3.0));
    }
    assertThat(model.calibration().orElseThrow().byStep()).isTrue();
    assertThat(model.predict(data).getFirst().values())
        .isEqualTo(model.uncalibrated().predict(data).getFirst().values());
  }

  @Test
  void theCalibrationIsSavedAndMustFit(@TempDir Path folder) throws IOException {
    SeriesSet air = AirPassengers.series();
    ForecastModel model = SMALL.validation(0.2).fit(air);
    model.save(folder);
    ForecastModel loaded = Forecaster.load(folder);

    assertThat(model.calibration()).isPresent();
    assertThat(loaded.calibration()).isEqualTo(model.calibration());
    assertThat(ForecastCsv.text(loaded.predict(air)))
        .isEqualTo(ForecastCsv.text(model.predict(air)));
    assertThat(ForecastCsv.text(model.uncalibrated().predict(air)))
        .isNotEqualTo(ForecastCsv.text(model.predict(air)));

    Path path = folder.resolve("model.safetensors");
    ModelFile file = ModelFile.read(path);
    Json.Obj task = (Json.Obj) file.task();
    Json.Obj calibration = (Json.Obj) task.get("calibration").orElseThrow();
    Json.Obj other = calibration.with("levels", new Json.Arr(List.of(Json.of(50), Json.of(60))));
    new ModelFile(file.weights(), file.spec(), task.with("calibration", other), file.provenance())
        .write(path);
    assertThatThrownBy(() -> Forecaster.load(folder))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage(
            "In %s the network and its calibration do not belong together.".formatted(path));
  }

  @Test
  void withoutAnythingHeldOutTheIntervalsAreTheNetworksOwn() {
    assertThat(SMALL.validation(0).fit(AirPassengers.series()).calibration()).isEmpty();
  }

  @Test
  void aSecondNetworkTellsWhereNothingIsHeldOut(@TempDir Path folder) throws IOException {
    SeriesSet air = AirPassengers.series();
    ForecastModel plain = SMALL.validation(0).fit(air);
    ForecastModel model = SMALL.validation(0).calibration(0.25).fit(air);

    // 36 steps without the second network, 3 ahead.
    assertThat(model.calibration().orElseThrow().windows()).isEqualTo(34);
    assertThat(ForecastCsv.text(model.uncalibrated().predict(air)))
        .isEqualTo(ForecastCsv.text(plain.predict(air)));
    double[] changed = air.series().getFirst().values();
    for (int t = 108; t < changed.length; t++) {
      changed[t] *= t % 2 == 0 ? 2 : 0.5;
    }
    SeriesSet other =
        SeriesSet.of(
            List.of(Series.of("airpassengers", Frequency.parse("monthly"), "1949-01", changed)));
    assertThat(SMALL.validation(0).calibration(0.25).fit(other).calibration())
        .isPresent()
        .isNotEqualTo(model.calibration());

    Forecaster kept = SMALL.validation(0).calibration(0.25).files(RunFiles.in(folder));
    try (ForecastRun run = kept.run(air)) {
      assertThat(run.train().end()).isEqualTo(TrainResult.End.COMPLETE);
    }
    try (ForecastRun again = kept.run(air)) {
      again.resume();
      assertThat(again.model().calibration()).isEqualTo(model.calibration());
    }
    assertThatThrownBy(() -> SMALL.validation(0).calibration(0.95).fit(air))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith(
            "Without the share of 0.95 whose errors say how far intervals must reach: The series"
                + " 'airpassengers' has 7 steps");
    assertThatThrownBy(() -> SMALL.calibration(1))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("The share for calibration lies between 0 and 1, so it cannot be 1.0.");
  }

  /// The second training is not in the checkpoint: it begins anew.
  @Test
  void aSecondTrainingThatWasStoppedIsDoneWhenTheRunGoesOn(@TempDir Path folder)
      throws IOException {
    SeriesSet air = AirPassengers.series();
    Forecaster forecaster = SMALL.validation(0).calibration(0.25).files(RunFiles.in(folder));
    List<ForecastRun> running = new ArrayList<>();
    Listener stopper =
        new Listener() {
          @Override
          public void finished(Progress progress, TrainResult result) {
            running.getFirst().stop();
          }
        };
    try (ForecastRun run = forecaster.listener(stopper).run(air)) {
      running.add(run);
      assertThat(run.train().end()).isEqualTo(TrainResult.End.INTERRUPTED);
    }
    try (ForecastRun run = forecaster.run(air)) {
      assertThat(run.resume().end()).isEqualTo(TrainResult.End.COMPLETE);
      assertThat(run.model().calibration())
          .isEqualTo(SMALL.validation(0).calibration(0.25).fit(air).calibration())
          .isPresent();
    }
  }
}
