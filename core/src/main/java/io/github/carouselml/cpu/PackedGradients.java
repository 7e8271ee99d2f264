package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Sizes;

/// The δ that the backward products of a [Sweep] multiply, copied into the form that they read
/// fastest ([Products#pack]) and kept while all panels of transposed weights need them.
///
/// The rows of a copy are counted by *place*: by sequences every thread has [SweepSpace#CHUNK] places
/// of its own, by units the place is the rank. What a step copies lies beside what the step after it
/// did, which is still being multiplied: even steps have one half of the places, odd ones the other.
final class PackedGradients {
  private static final int ROW = 64;

  private final Products products;
  private final GatePlan[] gates;
  private final int places;
  private final int[] widths;
  private final int[] begins;
  final float[] floats;

  /// @param places how many rows of every group of gates, of one step
  PackedGradients(Products products, GatePlan[] gates, int places, Memory memory) {
    this.products = products;
    this.gates = gates;
    this.places = places;
    widths = new int[gates.length];
    begins = new int[gates.length];
    long end = 0;
    for (int g = 0; g < gates.length; g++) {
      widths[g] = gates[g].input.vectors() * Sizes.LANES;
      begins[g] = (int) end;
      int steps = gates[g].hasOperand() ? 2 : gates[g].group.input() ? 1 : 0;
      end += (long) steps * places * widths[g];
    }
    floats = memory.take(Sizes.whole("The gate gradients of " + places + " sequences", end));
  }

  /// Where a step's row of this group and place is; the place is a multiple of 4.
  int at(int g, int step, int place) {
    return begins[g] + ((step & 1) * places + place) * widths[g];
  }

  /// Copies rows of the panels [first, end) of one group, which lie `panel` apart, that of panel 0
  /// at `δAt`.
  void copy(
      int g, int step, int place, int rows, int first, int end, float[] δ, int δAt, int panel) {
    GatePlan gate = gates[g];
    for (int p = first; p < end; p++) {
      int columns = gate.input.width(p) * Sizes.LANES;
      int to = at(g, step, place) + Products.PACKED_ROWS * ROW * p;
      products.pack(rows, columns, δ, δAt + p * panel, ROW, floats, to, widths[g]);
    }
  }
}
