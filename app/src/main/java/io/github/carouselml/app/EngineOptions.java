package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.Engine;
import io.github.carouselml.spec.CarouselException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What computes. Whatever is chosen, the bits of the results are the same.
final class EngineOptions {
  @Option(
      names = "--kernels",
      paramLabel = "simd|plain|auto",
      description = "The loops that compute (default: auto, the fastest that can run here).")
  private @Nullable String kernels;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads (default: as many as there are processors).")
  private @Nullable Integer threads;

  @Option(names = "--backend", paramLabel = "NAME", description = "Where (default: cpu).")
  private String backend = "cpu";

  @Option(
      names = "--profile",
      description = "At the end, say where the time went, operation by operation.")
  private boolean profile;

  Engine engine(Console console) {
    if (threads != null && threads < 1) {
      throw new CarouselException.Request(
          "The number of threads must be 1 or more, not " + threads + ".");
    }
    return new Engine(
        backend,
        kernels == null ? console.kernels() : kernels,
        threads == null ? Runtime.getRuntime().availableProcessors() : threads,
        profile);
  }
}
