package io.github.carouselml.tensor;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.util.List;
import java.util.ServiceLoader;

/// Finds backends, once, at the edge of a program; everywhere else a backend is an argument.
public final class Backends {
  private Backends() {}

  /// This machine's processors with the fastest kernels that can run here. To be closed.
  public static Backend cpu() {
    return open("cpu", new BackendOptions());
  }

  /// The backend of this name. To be closed.
  public static Backend open(String name, BackendOptions options) {
    List<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    for (BackendProvider provider : providers) {
      if (provider.name().equals(name)) {
        return provider.open(options);
      }
    }
    List<String> names = providers.stream().map(BackendProvider::name).toList();
    throw new CarouselException.Request(
        "There is no backend named '" + name + "' here. " + Nearest.hint(name, names));
  }
}
