package io.github.carouselml.cell;

import io.github.carouselml.spec.CellSpec;

/// Gives the element-wise part of each cell.
public interface CellKernels {
  /// The kernel for a cell, the plain one where there is no faster.
  CellKernel of(CellSpec cell);
}
