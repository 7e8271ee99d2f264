package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Sizes;

/// The δ that the backward products of a [Sweep] multiply, copied into the form that they read
/// fastest ([Products#pack]) and kept while all panels of transposed weights need them.
///
/// The rows of a copy are counted by *place*: by sequences every thread has [SweepSpace#CHUNK] places
/// of its own, by units the place is the rank.
final class PackedGradients {
  private static final int ROW = 64;

  private final Products products;
  private final GatePlan[] gates;
  private final int[] widths;
  private final int[] begins;
  final float[] floats;

  /// @param places how many rows of every group of gates
  PackedGradients(Products products, GatePlan[] gates, int places, Memory memory) {
    this.products = products;
    this.gates = gates;
    widths = new int[gates.length];
    begins = new int[gates.length];
    long end = 0;
    for (int g = 0; g < gates.length; g++) {
      widths[g] = gates[g].input.vectors() * Sizes.LANES;
      begins[g] = (int) end;
      boolean multiplied = gates[g].hasOperand() || gates[g].group.input();
      end += multiplied ? (long) places * widths[g] : 0;
    }
    floats = memory.take(Sizes.whole("The gate gradients of " + places + " sequences", end));
  }

  /// Where a group's row of this place is; the place is a multiple of 4.
  int at(int g, int place) {
    return begins[g] + place * widths[g];
  }

  /// Copies rows of one group, whose panels lie `panel` apart.
  void copy(int g, int place, int rows, float[] δ, int δAt, int panel) {
    GatePlan gate = gates[g];
    for (int p = 0; p < gate.panels; p++) {
      int columns = gate.input.width(p) * Sizes.LANES;
      int to = at(g, place) + Products.PACKED_ROWS * ROW * p;
      products.pack(rows, columns, δ, δAt + p * panel, ROW, floats, to, widths[g]);
    }
  }
}
