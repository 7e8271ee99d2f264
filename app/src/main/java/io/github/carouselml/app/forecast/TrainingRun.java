package io.github.carouselml.app.forecast;

import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.app.config.RunFolder;
import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.console.Interruption;
import io.github.carouselml.app.console.ProgressLine;
import io.github.carouselml.app.console.ProgressOnTerminal;
import io.github.carouselml.app.report.ReportPage;
import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastCsv;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.ForecastRun;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.series.Column;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.train.TrainResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One run from its data to its folder: everything that can be refused is refused before anything
/// is written; then it trains, judges, forecasts, and says where things are.
///
/// @param config what was asked for
/// @param data all series, those after the start of the test included
/// @param folder where it goes
/// @param engine what computes
/// @param command the words that the user typed
/// @param maker who may replace the folder later
/// @param version of this program
/// @param memory the bytes that training may hold, if there is a bound
public record TrainingRun(
    RunConfig config,
    SeriesSet data,
    RunFolder folder,
    Engine engine,
    List<String> command,
    String maker,
    String version,
    OptionalLong memory) {
  /// How a run ended.
  ///
  /// @param interrupted whether it can be resumed
  /// @param judgement of the model, where there was something to judge it on
  /// @param json all of it
  public record Outcome(boolean interrupted, Optional<Judgement> judgement, Json.Obj json) {}

  /// Does it.
  ///
  /// @param resume whether the run in the folder goes on
  public Outcome run(Console console, boolean resume) throws IOException {
    Optional<Backtest> test = test();
    SeriesSet known = config.testStart().isPresent() ? beforeTest(test) : data;
    console.say("%s: %s".formatted(Path.of(config.data()).getFileName(), Words.data(data)));
    data.remarks().forEach(console::say);
    Optional<SeriesSet> validation = validation();
    ProgressOnTerminal bar = new ProgressOnTerminal(console);
    try (bar;
        Backend backend = engine.open(console);
        ForecastRun run = prepare(known, validation, backend, console, bar)) {
      console.say(
          ("%s reads %d steps and forecasts %d: %,d parameters, %,d windows to learn from, %,d to"
                  + " watch.")
              .formatted(
                  Words.network(config.forecast()),
                  run.windows().context(),
                  run.windows().horizon(),
                  run.parameters(),
                  run.trainingWindows(),
                  run.validationWindows()));
      console.say("Memory %s Kernels: %s.".formatted(run.memory().words(), engine.words()));
      config
          .forecast()
          .calibration()
          .ifPresent(share ->
              console.say(
                  ("A second training, without the last %.0f %% of each series, will say how far"
                          + " intervals must reach.")
                      .formatted(100 * share)));
      folder.create();
      if (!resume) {
        config.write(folder.config());
        mark();
      }
      TrainResult result;
      try (Interruption _ = Interruption.asks(run::stop)) {
        result = resume ? run.resume() : run.train();
        if (result.end() == TrainResult.End.INTERRUPTED) {
          bar.close();
          console.say(
              ("Interrupted after step %,d; the checkpoint is written. To go on: carousel train"
                      + " forecast --out %s --resume")
                  .formatted(result.steps(), folder.path()));
          return new Outcome(true, Optional.empty(), Json.object());
        }
      }
      return finish(run, test, result);
    }
  }

  /// Before the run ends, the folder says whose it is.
  private void mark() throws IOException {
    AtomicFile.write(
        folder.metrics(),
        RunFolder.marked(maker, Json.object().with("finished", false)).pretty() + "\n");
  }

  private ForecastRun prepare(
      SeriesSet known,
      Optional<SeriesSet> validation,
      Backend backend,
      Console console,
      ProgressOnTerminal bar) {
    Forecaster forecaster =
        Forecaster.of(config.forecast())
            .backend(backend)
            .files(folder.runFiles())
            .listener(console.terminal() ? bar : new ProgressLine(console));
    if (memory.isPresent()) {
      forecaster = forecaster.memory(memory.getAsLong());
    }
    return validation.isPresent() ? forecaster.run(known, validation.get()) : forecaster.run(known);
  }

  private Optional<SeriesSet> validation() throws IOException {
    if (config.validation().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(config.series(Path.of(config.validation().get())));
  }

  /// What the model is judged on: the test, or else what it was validated on, where that is the end
  /// of the data; nothing without either.
  private Optional<Backtest> test() {
    int horizon = config.forecast().horizon();
    if (config.testStart().isPresent()) {
      return Optional.of(Judgement.thinned(Backtest.from(config.testStart().get(), horizon), data));
    }
    int held = config.forecast().validationSteps(data.shortest());
    if (config.validation().isPresent() || held == 0 || held >= data.shortest()) {
      return Optional.empty();
    }
    return Optional.of(Judgement.thinned(Backtest.last(held, horizon), data));
  }

  private SeriesSet beforeTest(Optional<Backtest> test) {
    return test.orElseThrow().training(data);
  }

  private Outcome finish(ForecastRun run, Optional<Backtest> test, TrainResult result)
      throws IOException {
    ForecastModel model = run.model();
    model.save(folder.path());
    Optional<Judgement> judgement = test.map(backtest -> Judgement.of(model, data, backtest));
    List<Forecast> ahead = ahead(model);
    if (ahead.isEmpty()) {
      Files.deleteIfExists(folder.forecast());
    } else {
      ForecastCsv.write(folder.forecast(), ahead);
    }
    Json.Obj metrics =
        Json.object()
            .with("finished", true)
            .with("task", "forecast")
            .with("data", config.data())
            .with("folder", folder.path().toString())
            .with("judged_on", judgedOn())
            .with("training", Metrics.of(result));
    if (judgement.isPresent()) {
      for (var member : Metrics.of(judgement.get()).members().entrySet()) {
        metrics = metrics.with(member.getKey(), member.getValue());
      }
    }
    metrics =
        RunFolder.marked(maker, metrics.with("carousel", version).with("bits", ModelFile.BITS));
    ReportPage.write(
        folder.report(), new RunReport(this, run, judgement, result).report(model, ahead));
    AtomicFile.write(folder.metrics(), metrics.pretty() + "\n");
    return new Outcome(false, judgement, metrics);
  }

  /// What comes after the data; nothing where that takes values that a prediction is told.
  private List<Forecast> ahead(ForecastModel model) {
    return needsFuture() ? List.of() : model.predict(data.atLeast(model.windows().shortest()));
  }

  /// Whether there are columns that must be known ahead.
  boolean needsFuture() {
    return data.columns().stream().anyMatch(Column::future);
  }

  /// `test`, `validation` or `nothing`.
  String judgedOn() {
    if (config.testStart().isPresent()) {
      return "test";
    }
    return config.validation().isPresent() || config.forecast().validation() == 0
        ? "nothing"
        : "validation";
  }

  /// What a person wants to see at the end.
  public static void print(Console console, Outcome outcome, RunFolder folder) {
    outcome
        .judgement()
        .ifPresent(judgement -> {
          console.print("");
          judgement.print(console);
        });
    console.print("");
    console.print("The run is in %s:".formatted(folder.path()));
    console.print("  report.html          everything on one page, for a browser");
    boolean ahead = Files.exists(folder.forecast());
    if (ahead) {
      console.print("  forecast.csv         what comes next, with intervals");
    }
    console.print("  metrics.json         all errors, for programs");
    console.print("  model.safetensors    the model; config.yaml repeats the run");
    if (!ahead) {
      console.print("What comes next depends on the future columns: carousel predict --future.");
    }
  }
}
