package io.github.carouselml.cpu;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/// Finds the kernels of a name. To be called once, at the edge of a program.
public final class Kernels {
  /// The best that is there.
  public static final String AUTO = "auto";

  private static final String ADD_MODULES = "--add-modules jdk.incubator.vector";

  private Kernels() {}

  /// What was chosen, and a sentence about it if it is not the best that could be had.
  public record Choice(KernelProvider provider, List<String> remarks) {}

  /// The kernels of this name: `auto` takes the fastest that can run here and remarks on what it
  /// passed over; any other name is refused if it cannot run.
  public static Choice choose(String name) {
    List<String> remarks = new ArrayList<>();
    List<KernelProvider> found = find(remarks);
    if (name.equals(AUTO)) {
      for (KernelProvider provider : found) {
        if (provider.unavailable().isEmpty()) {
          return new Choice(provider, List.copyOf(remarks));
        }
        remarks.add(provider.unavailable().get());
      }
      throw new IllegalStateException("The plain kernels are always there.");
    }
    for (KernelProvider provider : found) {
      if (provider.name().equals(name)) {
        if (provider.unavailable().isPresent()) {
          throw new CarouselException.Request(provider.unavailable().get());
        }
        return new Choice(provider, List.of());
      }
    }
    if (name.equals("simd")) {
      throw new CarouselException.Request(
          remarks.isEmpty()
              ? "The simd kernels are not on the class path: add the jar carousel-simd and start Java"
                  + " with "
                  + ADD_MODULES
                  + "."
              : remarks.getFirst());
    }
    List<String> names = new ArrayList<>(List.of(AUTO, "simd"));
    names.addAll(found.stream().map(KernelProvider::name).toList());
    throw new CarouselException.Request(
        "There are no kernels named '"
            + name
            + "', only "
            + String.join(", ", names.stream().distinct().toList())
            + "."
            + " "
            + Nearest.hint(name, names));
  }

  /// All providers that load, the preferred first, the plain one among them. One that cannot even be
  /// loaded becomes a remark.
  private static List<KernelProvider> find(List<String> remarks) {
    List<KernelProvider> found = new ArrayList<>();
    found.add(new PlainKernels());
    var providers = ServiceLoader.load(KernelProvider.class).stream().iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          break;
        }
        found.add(providers.next().get());
      } catch (ServiceConfigurationError | LinkageError e) {
        remarks.add(
            "The simd kernels were found but could not be loaded; start Java with "
                + ADD_MODULES
                + ".");
      }
    }
    found.sort(Comparator.comparingInt(KernelProvider::preference).reversed());
    return found;
  }
}
