package io.github.carouselml.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `carousel train TASK`.
@Command(
    description = "Train a model for a task.",
    footer = {"%nExample:", "  carousel train forecast --data sales.csv --horizon 12 --out run"},
    subcommands = TrainForecastCommand.class)
final class TrainCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine line = spec.commandLine();
    throw new ParameterException(
        line, "Train for which task? Known: " + String.join(", ", line.getSubcommands().keySet()));
  }
}
