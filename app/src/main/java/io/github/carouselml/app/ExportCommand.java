package io.github.carouselml.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `carousel export FRAMEWORK`.
@Command(
    description = "Write a network's weights for another framework.",
    footer = {
      "%nExample:",
      "  carousel export pytorch model.safetensors --out weights.safetensors"
    },
    subcommands = ExportPyTorchCommand.class)
final class ExportCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine line = spec.commandLine();
    throw new ParameterException(
        line, "Export to where? Known: " + String.join(", ", line.getSubcommands().keySet()));
  }
}
