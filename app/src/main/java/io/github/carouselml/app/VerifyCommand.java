package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.verify.Findings;
import io.github.carouselml.app.verify.Proof;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `carousel verify`.
@Command(
    description = {
      "Proves on this machine: gradients by finite differences, kernels by their references, and that"
          + " the bits are those of every other machine.",
      "%nThe table counts the cases that passed. Exit code 1 if any failed."
    },
    footer = {"%nExamples:", "  carousel verify", "  carousel verify --full --json"})
final class VerifyCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--full",
      description = "Everything, with narrower vectors too: minutes instead of seconds.")
  private boolean full;

  @Option(
      names = "--kernels",
      paramLabel = "simd|plain|auto",
      description = "Only these kernels (default: all that can run here).")
  private String kernels;

  @Option(names = "--bits-only", hidden = true)
  private boolean bitsOnly;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  VerifyCommand(Console console) {
    this.console = console;
    this.kernels = console.kernels();
  }

  @Override
  public Integer call() throws IOException {
    Findings findings = Proof.run(kernels, full, bitsOnly, json ? _ -> {} : this::line);
    if (json) {
      console.print(findings.json());
    } else {
      console.out().print(findings.text());
    }
    return findings.hold() ? Failures.DONE : Failures.FAILED;
  }

  private void line(String line) {
    console.print(line);
    console.out().flush();
  }
}
