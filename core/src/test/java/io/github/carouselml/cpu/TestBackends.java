package io.github.carouselml.cpu;

import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.Team;

/// Backends for tests.
public final class TestBackends {
  private TestBackends() {}

  /// The CPU with plain loops on the calling thread.
  public static CpuBackend plain() {
    return plain(1);
  }

  /// The CPU with plain loops on so many threads; to be closed.
  public static CpuBackend plain(int threads) {
    return new CpuBackend(
        new Engine(new PlainElementwise(), new PlainProducts(), new Team(threads)));
  }
}
