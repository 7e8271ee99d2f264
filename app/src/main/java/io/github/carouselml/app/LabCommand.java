package io.github.carouselml.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `carousel lab EXPERIMENT`.
@Command(
    description = "Measures on this machine what the field argues about.",
    footer = {"%nExample:", "  carousel lab gradients --out gradients"},
    subcommands = LabGradientsCommand.class)
final class LabCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine line = spec.commandLine();
    throw new ParameterException(
        line, "Which experiment? Known: " + String.join(", ", line.getSubcommands().keySet()));
  }
}
