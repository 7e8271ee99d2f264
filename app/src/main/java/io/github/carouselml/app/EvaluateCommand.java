package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.Judgement;
import io.github.carouselml.app.forecast.Serving;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `carousel evaluate`.
@Command(
    sortOptions = false,
    description = {
      "Judge a model beside the baselines: on the last steps of each series, or in a backtest",
      "with an origin after the other."
    },
    footer = {
      "%nExamples:",
      "  carousel evaluate run --data sales.csv",
      "  carousel evaluate run --data sales.csv --backtest --start 2024-01 --step 1 --json"
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelInput input = new ModelInput();

  @Option(names = "--backtest", description = "Forecast from one origin after the other.")
  private boolean backtest;

  @Option(
      names = "--start",
      paramLabel = "STAMP",
      description = "The first step that is forecast (default: two horizons before the end).")
  private @Nullable String start;

  @Option(
      names = "--step",
      paramLabel = "STEPS",
      description = "From one origin to the next (default: 1).")
  private @Nullable Integer step;

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  EvaluateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (!backtest && (start != null || step != null)) {
      throw new CarouselException.Request(
          "%s belongs to a backtest; ask for one with --backtest."
              .formatted(start != null ? "--start" : "--step"));
    }
    Judgement judgement =
        Serving.evaluate(
            input.model(),
            input::series,
            new Serving.Origins(
                backtest, start, step == null ? OptionalInt.empty() : OptionalInt.of(step)),
            engine.engine(console),
            console);
    if (json) {
      console.print(Serving.json(judgement));
    } else {
      judgement.print(console);
    }
    return Failures.DONE;
  }
}
