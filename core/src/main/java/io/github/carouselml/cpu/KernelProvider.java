package io.github.carouselml.cpu;

import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ReducedProducts;
import java.util.Optional;

/// A set of kernels, found by [java.util.ServiceLoader]. All sets give the same bits; they differ in
/// speed and in what they need.
public interface KernelProvider {
  /// The name that a user asks for it by.
  String name();

  /// The faster of two sets is preferred.
  int preference();

  /// Why it cannot be used here and what would help, as a sentence; empty if it can.
  Optional<String> unavailable();

  /// The floats of a vector register that it uses; 1 for plain loops.
  int lanes();

  /// Element-wise operations.
  Elementwise elementwise();

  /// Matrix products.
  Products products();

  /// Products of a row with weights in fewer bits.
  ReducedProducts reduced();

  /// The cells' element-wise parts.
  CellKernels cells();
}
