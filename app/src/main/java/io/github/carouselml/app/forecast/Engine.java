package io.github.carouselml.app.forecast;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.cpu.AllocatedBytes;
import io.github.carouselml.cpu.KernelProvider;
import io.github.carouselml.cpu.Kernels;
import io.github.carouselml.inspect.Profile;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;

/// What computes, as it was asked for on the command line.
///
/// @param backend its name
/// @param kernels `simd`, `plain` or `auto`
/// @param threads how many
/// @param profile whether to say where the time went
public record Engine(String backend, String kernels, int threads, boolean profile) {
  /// The same with so many threads.
  public Engine withThreads(int count) {
    return new Engine(backend, kernels, count, profile);
  }

  /// Opens it; what was passed over is said, and at the end the profile if it is wanted. To be
  /// closed.
  public Backend open(Console console) {
    Backend opened =
        Backends.open(
            backend,
            new BackendOptions(kernels, threads, remark -> console.say("carousel: " + remark)));
    return profile
        ? new Profile(AllocatedBytes::onThisThread).of(opened, made -> console.say(made.table()))
        : opened;
  }

  /// `simd (8 floats a vector), 2 threads`.
  public String words() {
    KernelProvider provider = Kernels.choose(kernels).provider();
    String lanes = provider.lanes() > 1 ? " (%d floats a vector)".formatted(provider.lanes()) : "";
    return "%s%s, %d %s"
        .formatted(provider.name(), lanes, threads, threads == 1 ? "thread" : "threads");
  }
}
