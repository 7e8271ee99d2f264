package io.github.carouselml.cpu;

import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.cell.PlainCells;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.PlainReducedProducts;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ReducedProducts;
import java.util.Optional;

/// Plain loops: they need nothing but the JDK.
public final class PlainKernels implements KernelProvider {
  @Override
  public String name() {
    return "plain";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public Elementwise elementwise() {
    return new PlainElementwise();
  }

  @Override
  public Products products() {
    return new PlainProducts();
  }

  @Override
  public ReducedProducts reduced() {
    return new PlainReducedProducts();
  }

  @Override
  public CellKernels cells() {
    return new PlainCells();
  }
}
