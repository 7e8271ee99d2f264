package io.github.carouselml.cpu;

import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ReducedProducts;
import io.github.carouselml.kernel.Team;

/// What the operations of this backend compute with: kernels, and the threads that run them.
public record Engine(
    Elementwise elementwise,
    Products products,
    ReducedProducts reduced,
    CellKernels cells,
    Team team) {
  /// These kernels, from the first call on.
  static Engine of(KernelProvider kernels, Team team) {
    return new Engine(
        kernels.elementwise(), kernels.products(), kernels.reduced(), kernels.cells(), team);
  }

  /// Plain loops first, and of these kernels each that is used, as soon as it is compiled.
  static Engine warming(KernelProvider kernels, Team team) {
    WarmUp warmUp = new WarmUp();
    PlainKernels plain = new PlainKernels();
    CellKernels loops = plain.cells();
    CellKernels vectors = kernels.cells();
    return new Engine(
        new WarmingElementwise(warmUp, plain.elementwise(), kernels.elementwise()),
        new WarmingProducts(warmUp, plain.products(), kernels.products()),
        new WarmingReducedProducts(warmUp, plain.reduced(), kernels.reduced()),
        cell -> WarmingCell.of(warmUp, loops.of(cell), vectors.of(cell)),
        team);
  }
}
