package io.github.carouselml.cpu;

import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;

/// What the operations of this backend compute with: kernels, and the threads that run them.
public record Engine(Elementwise elementwise, Products products, CellKernels cells, Team team) {}
