package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.doctor.Diagnosis;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `carousel doctor`.
@Command(
    description = "What this machine offers, which kernels are in use, and why.",
    footer = {"%nExamples:", "  carousel doctor", "  carousel doctor --kernels simd --json"})
final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--kernels",
      paramLabel = "simd|plain|auto",
      description = "Look at these kernels instead of those that would be chosen.")
  private String kernels;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  DoctorCommand(Console console) {
    this.console = console;
    this.kernels = console.kernels();
  }

  @Override
  public Integer call() {
    Diagnosis diagnosis = Diagnosis.here(kernels);
    if (json) {
      console.print(diagnosis.json());
    } else {
      console.out().print(diagnosis.text());
    }
    return Failures.DONE;
  }
}
