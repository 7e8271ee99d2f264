package io.github.carouselml.cpu;

import io.github.carouselml.cell.PlainCells;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.PlainReducedProducts;
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
    return of(plainEngine(threads));
  }

  /// Plain loops on so many threads.
  public static Engine plainEngine(int threads) {
    return new Engine(
        new PlainElementwise(),
        new PlainProducts(),
        new PlainReducedProducts(),
        new PlainCells(),
        new Team(threads));
  }

  /// The CPU with these kernels; closing it ends the threads.
  public static CpuBackend of(Engine engine) {
    return new CpuBackend(engine);
  }

  /// Plain loops first, then these kernels, on so many threads; to be closed.
  public static CpuBackend warming(KernelProvider kernels, int threads) {
    return of(Engine.warming(kernels, new Team(threads)));
  }
}
