package io.github.carouselml.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `carousel import FRAMEWORK`.
@Command(
    description = "Bring in the weights of another framework.",
    footer = {
      "%nExample:",
      "  carousel import pytorch weights.safetensors --out model.safetensors --probe in.npy,out.npy"
    },
    subcommands = ImportPyTorchCommand.class)
final class ImportCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine line = spec.commandLine();
    throw new ParameterException(
        line, "Import from where? Known: " + String.join(", ", line.getSubcommands().keySet()));
  }
}
