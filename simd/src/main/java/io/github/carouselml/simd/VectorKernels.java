package io.github.carouselml.simd;

import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.cpu.KernelProvider;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ReducedProducts;
import java.util.Optional;

/// The kernels in the Vector API. The class itself touches no vector, so that it can say what is
/// missing where they are not to be had.
public final class VectorKernels implements KernelProvider {
  private static final int NARROWEST = 4;

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Optional<String> unavailable() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "The simd kernels need the Vector API: start Java with --add-modules"
              + " jdk.incubator.vector.");
    }
    if (lanes() < NARROWEST) {
      return Optional.of(
          "The simd kernels need vectors of at least "
              + NARROWEST
              + " floats, and this machine offers "
              + lanes()
              + ".");
    }
    return Optional.empty();
  }

  @Override
  public int lanes() {
    return Lanes.F.length();
  }

  @Override
  public Elementwise elementwise() {
    return new VectorElementwise();
  }

  @Override
  public Products products() {
    return new VectorProducts();
  }

  @Override
  public ReducedProducts reduced() {
    return new VectorReducedProducts();
  }

  @Override
  public CellKernels cells() {
    return new VectorCells();
  }
}
