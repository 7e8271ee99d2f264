package io.github.carouselml.tensor;

import io.github.carouselml.spec.CarouselException;
import java.util.function.Consumer;

/// What a user may wish of a backend.
///
/// @param kernels `auto` for the fastest that can run here, starting on plain loops until each is
///     compiled; or the name of a set, used from the first call on: `simd`, `plain`
/// @param threads threads, the calling one included
/// @param remarks is told, in a sentence, what was passed over and what would help
public record BackendOptions(String kernels, int threads, Consumer<String> remarks) {
  public BackendOptions {
    if (threads < 1) {
      throw new CarouselException.Request(
          "The number of threads must be 1 or more, not " + threads + ".");
    }
  }

  /// The fastest kernels on all processors that the process may use, a container's limit included;
  /// remarks go to the system's log.
  public BackendOptions() {
    this(
        "auto",
        Runtime.getRuntime().availableProcessors(),
        remark -> System.getLogger("io.github.carouselml").log(System.Logger.Level.INFO, remark));
  }

  public BackendOptions withKernels(String name) {
    return new BackendOptions(name, threads, remarks);
  }

  public BackendOptions withThreads(int count) {
    return new BackendOptions(kernels, count, remarks);
  }

  public BackendOptions withRemarks(Consumer<String> sink) {
    return new BackendOptions(kernels, threads, sink);
  }
}
