package io.github.carouselml.app;

import io.github.carouselml.app.config.Overlay;
import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.app.config.RunFolder;
import io.github.carouselml.app.config.RunFolder.Permission;
import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.TrainingRun;
import io.github.carouselml.app.forecast.TrainingRun.Outcome;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `carousel train forecast`.
@Command(
    name = "forecast",
    sortOptions = false,
    customSynopsis = {
      "carousel train forecast --data FILE --out DIR [OPTIONS]",
      "carousel train forecast --out DIR --resume"
    },
    description = "Train a network that continues series.",
    footer = {
      "%nThe data is a long CSV: unique_id,ds,y (one series needs no unique_id).",
      "%nExamples:",
      "  carousel train forecast --data sales.csv --horizon 12 --out run",
      "  carousel train forecast --data load.csv --freq hourly --horizon 48 --context 336 \\",
      "      --test-start 2024-06-01T00:00 --hidden-size 64 --out run",
      "  carousel train forecast --data shops.csv --past-cols visitors --future-cols price \\",
      "      --static towns.csv --horizon 14 --out run",
      "  carousel train forecast --out run --resume",
      "  carousel train forecast --config run/config.yaml --seed 2 --out run2"
    })
final class TrainForecastCommand implements Callable<Integer> {
  private static final String MAKER = "carousel train";

  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(names = "--data", paramLabel = "FILE", description = "The series.")
  private @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The run's folder, which is new or empty.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path out;

  @Option(names = "--overwrite", description = "Replace the run in the folder.")
  private boolean overwrite;

  @Option(names = "--resume", description = "Go on with the run in the folder.")
  private boolean resume;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration in YAML; options here go before it.")
  private @Nullable Path config;

  @Option(
      names = "--valid",
      paramLabel = "FILE|SHARE",
      description = "Series to validate on, or a share of each series' end (default: 0.1).")
  private @Nullable String valid;

  @Option(
      names = "--test-start",
      paramLabel = "STAMP",
      description = "Keep everything from this time stamp on out of training, and judge on it.")
  private @Nullable String testStart;

  @Mixin private NetworkOptions network = new NetworkOptions();

  @Mixin private ColumnOptions columns = new ColumnOptions();

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "At most so much, such as 512MB: training computes again what it cannot keep, to the same"
              + " bits (default: no bound).")
  private @Nullable String memory;

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  TrainForecastCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    RunFolder folder = new RunFolder(out);
    if (overwrite && resume) {
      throw new CarouselException.Request(
          "--overwrite and --resume cannot both be: one replaces the run, the other goes on with"
              + " it.");
    }
    folder.require(
        resume ? Permission.RESUME : overwrite ? Permission.OVERWRITE : Permission.NEW, MAKER);
    RunConfig wanted = config(folder);
    SeriesSet series = wanted.series(Path.of(wanted.data()));
    Outcome outcome =
        new TrainingRun(
                wanted,
                series,
                folder,
                engine.engine(console),
                Typed.words(spec),
                MAKER,
                Version.text(),
                memory == null ? OptionalLong.empty() : OptionalLong.of(Bytes.of(memory)))
            .run(console, resume);
    if (outcome.interrupted()) {
      return Failures.INTERRUPTED;
    }
    if (json) {
      console.print(outcome.json());
    } else {
      TrainingRun.print(console, outcome, folder);
    }
    return Failures.DONE;
  }

  /// Options before the configuration that is named, and that before what a run that goes on had.
  private RunConfig config(RunFolder folder) throws IOException {
    RunConfig base = RunConfig.standard();
    if (resume && Files.exists(folder.config())) {
      base = RunConfig.read(folder.config(), base);
    }
    if (config != null) {
      base = RunConfig.read(config, base);
    }
    Overlay overlay = new Overlay();
    overlay.set("data", data == null ? null : data.toAbsolutePath().normalize());
    overlay.set("testStart", testStart);
    columns
        .statics()
        .ifPresent(table -> overlay.set("staticData", table.toAbsolutePath().normalize()));
    validation(overlay);
    network.addTo(overlay, base);
    columns.addTo(overlay);
    RunConfig wanted = base.with(overlay.choices());
    if (wanted.data().isEmpty()) {
      throw new CarouselException.Request("Which series? Name their file with --data.");
    }
    return wanted;
  }

  private void validation(Overlay overlay) {
    if (valid == null) {
      return;
    }
    try {
      double share = Double.parseDouble(valid);
      overlay.set("validation", new Json.Null());
      overlay.set("forecast.validation", share);
      if (share == 0) {
        overlay.set("forecast.training.earlyStopping", new Json.Null());
      }
    } catch (NumberFormatException e) {
      overlay.set("validation", Path.of(valid).toAbsolutePath().normalize());
    }
  }
}
