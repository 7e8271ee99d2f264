package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.Serving;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastCsv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `carousel predict`.
@Command(
    sortOptions = false,
    description = "Forecast what comes after the last step of each series.",
    footer = {
      "%nThe forecast is a CSV: unique_id,ds,y_hat,y_hat-lo-90,y_hat-hi-90.",
      "%nExamples:",
      "  carousel predict run --data sales.csv",
      "  carousel predict run --data shops.csv --future prices-of-june.csv",
      "  carousel predict run --data sales.csv --out forecast.csv --overwrite"
    })
final class PredictCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelInput input = new ModelInput();

  @Option(
      names = "--future",
      paramLabel = "FILE",
      description = "The future columns for the steps to forecast, for a model that has some.")
  private @Nullable Path future;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the forecast goes (default: printed).")
  private @Nullable Path out;

  @Option(names = "--overwrite", description = "Replace the file.")
  private boolean overwrite;

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(names = "--json", description = "Print the forecast as one JSON object.")
  private boolean json;

  PredictCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (out != null) {
      OutputFile.refuse(out, overwrite);
    }
    Path model = input.model();
    List<Forecast> forecasts =
        Serving.predict(
            model, loaded -> input.series(loaded, future), engine.engine(console), console);
    if (out != null) {
      ForecastCsv.write(out, forecasts);
      console.say("The forecast of %,d series is in %s.".formatted(forecasts.size(), out));
    }
    if (json) {
      console.print(Serving.json(forecasts));
    } else if (out == null) {
      console.out().print(ForecastCsv.text(forecasts));
    }
    return Failures.DONE;
  }
}
