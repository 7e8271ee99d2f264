package io.github.carouselml.app;

import io.github.carouselml.app.config.Overlay;
import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.app.config.RunFolder;
import io.github.carouselml.app.config.RunFolder.Permission;
import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.TrainingRun;
import io.github.carouselml.app.forecast.TrainingRun.Outcome;
import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.tasks.series.AirPassengers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `carousel quickstart`.
@Command(
    description = {
      "Train on the monthly airline passengers of 1949 to 1958, judge on 1959 and 1960,",
      "and fill a folder with the model, its forecast and a report. Takes less than a minute."
    },
    footer = {"%nExamples:", "  carousel quickstart", "  carousel quickstart --out try --seed 2"})
final class QuickstartCommand implements Callable<Integer> {
  private static final String MAKER = "carousel quickstart";
  private static final String DATA = "airpassengers.csv";

  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The folder (default: carousel-quickstart); one that quickstart made before is"
              + " replaced.")
  private Path out = Path.of("carousel-quickstart");

  @Option(names = "--seed", paramLabel = "N", description = "Names all random numbers.")
  private @Nullable Long seed;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How often all windows are seen, at most.")
  private @Nullable Integer epochs;

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  QuickstartCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    RunFolder folder = new RunFolder(out);
    folder.require(Permission.OWN, MAKER);
    RunConfig config =
        Quickstart.config(out.resolve(DATA).toAbsolutePath().normalize())
            .with(
                new Overlay()
                    .set("forecast.training.seed", seed)
                    .set("forecast.training.epochs", epochs)
                    .choices());
    folder.create();
    AtomicFile.write(out.resolve(DATA), AirPassengers.csv());
    Outcome outcome =
        new TrainingRun(
                config,
                AirPassengers.series(),
                folder,
                engine.engine(console),
                Typed.words(spec),
                MAKER,
                Version.text(),
                OptionalLong.empty())
            .run(console, false);
    if (outcome.interrupted()) {
      return Failures.INTERRUPTED;
    }
    if (json) {
      console.print(outcome.json());
    } else {
      TrainingRun.print(console, outcome, folder);
      next();
    }
    return Failures.DONE;
  }

  private void next() {
    console.print("");
    console.print("To try next:");
    // the launcher tells how it was called: from a checkout that is ./carousel
    String carousel = System.getProperty("carousel.command", "carousel");
    Path data = out.resolve(DATA);
    console.print("  %s predict %s --data %s".formatted(carousel, out, data));
    console.print(
        "  %s train forecast --data %s --horizon 12 --test-start 1959-01 --out my-run"
            .formatted(carousel, data));
    console.print("  %s train forecast --help".formatted(carousel));
  }
}
