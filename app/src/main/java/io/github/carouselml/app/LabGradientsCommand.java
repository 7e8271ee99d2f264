package io.github.carouselml.app;

import io.github.carouselml.app.config.RunFolder;
import io.github.carouselml.app.config.RunFolder.Permission;
import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.lab.GradientExperiment;
import io.github.carouselml.app.report.GradientReport;
import io.github.carouselml.inspect.GradientLab;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `carousel lab gradients`.
@Command(
    name = "gradients",
    description = {
      "How far back does a gradient reach? Measures it in an RNN, a GRU and LSTMs with forget biases 0,"
          + " 1, 3 and 5, under inputs of scale 0, 0.1 and 1, from three beginnings, before and after"
          + " training, and confirms it by finite differences.",
      "%nLeaves gradients.html, one page with pictures and tables, and the numbers in gradients.csv and"
          + " gradients.json."
    },
    footer = {
      "%nExamples:",
      "  carousel lab gradients --out gradients",
      "  carousel lab gradients --out two --seed 2"
    })
final class LabGradientsCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The folder of the results.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path out;

  @Option(names = "--overwrite", description = "Replace the results that are in it.")
  private boolean overwrite;

  @Option(names = "--seed", paramLabel = "N", description = "Names all random numbers.")
  private long seed = 1;

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  LabGradientsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    RunFolder folder = new RunFolder(out);
    folder.require(overwrite ? Permission.OVERWRITE : Permission.EMPTY, "carousel lab");
    GradientReport report =
        new GradientExperiment(
                new GradientLab().withSeed(seed),
                engine.engine(console),
                Typed.words(spec),
                Version.text())
            .run(console);
    folder.create();
    GradientExperiment.write(report, out);
    if (json) {
      console.print(GradientExperiment.figures(report));
    } else {
      console.out().print(GradientExperiment.text(report));
      console.print("");
      console.print("Wrote " + GradientExperiment.page(out));
    }
    return Failures.DONE;
  }
}
