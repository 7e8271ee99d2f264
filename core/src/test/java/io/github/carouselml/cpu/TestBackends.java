package io.github.carouselml.cpu;

import io.github.carouselml.kernel.PlainElementwise;

/// Backends for tests.
public final class TestBackends {
  private TestBackends() {}

  /// The CPU with plain loops on the calling thread.
  public static CpuBackend plain() {
    return new CpuBackend(new Engine(new PlainElementwise()));
  }
}
