package io.github.carouselml.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command `carousel`.
@Command(
    name = "carousel",
    mixinStandardHelpOptions = true,
    version = "carousel 0.1.0-SNAPSHOT",
    description = "Trains, inspects and serves recurrent networks.")
public final class Main implements Runnable {

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
