package io.github.carouselml.tensor;

import java.util.ArrayList;
import java.util.List;

/// How a parameter's canonical array, the one in files and in the reference, lies in a backend's
/// buffer.
///
/// Units come in blocks of 16, padded with exactly +0. A vector is stored `[block][gate][lane]`. A
/// matrix is stored in panels: its output columns in that same order, up to four vectors of 16 to a
/// panel, `[panel][input][lanes of the panel]`, the last panel as narrow as it must be. A table is
/// stored row by row.
public sealed interface Layout {
  /// The canonical shape.
  List<Integer> shape();

  /// The floats of the canonical array.
  int canonicalSize();

  /// The floats in the buffer, a multiple of 16.
  int packedSize();

  /// Where the canonical element goes in the buffer.
  int packed(int canonical);

  /// A vector `[gates * units]`: a bias or a gain.
  record Vector(int gates, int units) implements Layout {
    /// A vector of one gate.
    public Vector(int units) {
      this(1, units);
    }

    @Override
    public List<Integer> shape() {
      return List.of(gates * units);
    }

    @Override
    public int canonicalSize() {
      return Math.multiplyExact(gates, units);
    }

    @Override
    public int packedSize() {
      return Math.multiplyExact(gates, Sizes.stride(units));
    }

    @Override
    public int packed(int canonical) {
      int unit = canonical % units;
      return ((unit / Sizes.LANES) * gates + canonical / units) * Sizes.LANES + unit % Sizes.LANES;
    }
  }

  /// A matrix `[gates * units, inputs]`: the weights of a dense layer (one gate) or of a recurrent
  /// cell.
  record Matrix(int gates, int units, int inputs) implements Layout {
    /// The vectors of 16 columns in a full panel.
    public static final int PANEL_VECTORS = 4;

    /// A matrix of one gate.
    public Matrix(int units, int inputs) {
      this(1, units, inputs);
    }

    @Override
    public List<Integer> shape() {
      return List.of(gates * units, inputs);
    }

    @Override
    public int canonicalSize() {
      return Math.multiplyExact(Math.multiplyExact(gates, units), inputs);
    }

    @Override
    public int packedSize() {
      long floats = Math.multiplyExact((long) vectors() * Sizes.LANES, inputs);
      // a sentence is made only when it is needed: this is called at every step
      return floats == (int) floats && floats <= Integer.MAX_VALUE - 8
          ? (int) floats
          : Sizes.whole("A matrix of shape " + shape(), floats);
    }

    /// The layout of the transposed matrix that the backward product reads: its inputs are this
    /// one's output columns, padding included, so that it takes packed gradients as they lie.
    public Matrix transposed() {
      return new Matrix(1, inputs, vectors() * Sizes.LANES);
    }

    /// The vectors of 16 columns.
    public int vectors() {
      return Math.multiplyExact(gates, Sizes.blocks(units));
    }

    /// The panels of up to four vectors.
    public int panels() {
      return (vectors() + PANEL_VECTORS - 1) / PANEL_VECTORS;
    }

    /// The vectors of one panel.
    public int width(int panel) {
      return Math.min(PANEL_VECTORS, vectors() - panel * PANEL_VECTORS);
    }

    /// Where a panel begins in the buffer.
    public int panelOffset(int panel) {
      return panel * PANEL_VECTORS * Sizes.LANES * inputs;
    }

    @Override
    public int packed(int canonical) {
      int output = canonical / inputs;
      int input = canonical % inputs;
      int unit = output % units;
      int vector = (unit / Sizes.LANES) * gates + output / units;
      int panel = vector / PANEL_VECTORS;
      return panelOffset(panel)
          + (input * width(panel) + vector % PANEL_VECTORS) * Sizes.LANES
          + unit % Sizes.LANES;
    }
  }

  /// A table `[entries, features]`, one padded row an entry: an embedding.
  record Table(int entries, int features) implements Layout {
    @Override
    public List<Integer> shape() {
      return List.of(entries, features);
    }

    @Override
    public int canonicalSize() {
      return Math.multiplyExact(entries, features);
    }

    @Override
    public int packedSize() {
      return Sizes.grid(
          "A table of " + entries + " entries of " + features + " features", entries, features);
    }

    @Override
    public int packed(int canonical) {
      return (canonical / features) * Sizes.stride(features) + canonical % features;
    }
  }

  /// Layouts one after the other, canonically and in the buffer: the gates of a cell that computes
  /// them in groups, `[gates of all parts * units, inputs]`. Parts are taken by index, because steps
  /// ask for sizes and places and must not allocate.
  record Stack(List<Layout> parts) implements Layout {
    public Stack {
      parts = List.copyOf(parts);
    }

    /// The layout of all gates in one, which has the same canonical form.
    public Layout merged() {
      int gates = parts.stream().mapToInt(Stack::gates).sum();
      return switch (parts.getFirst()) {
        case Vector vector -> new Vector(gates, vector.units());
        case Matrix matrix -> new Matrix(gates, matrix.units(), matrix.inputs());
        default -> throw new IllegalStateException("Parts without gates: " + this);
      };
    }

    private static int gates(Layout part) {
      return switch (part) {
        case Vector vector -> vector.gates();
        case Matrix matrix -> matrix.gates();
        default -> throw new IllegalStateException("A part without gates: " + part);
      };
    }

    @Override
    public List<Integer> shape() {
      List<Integer> shape = new ArrayList<>(parts.getFirst().shape());
      shape.set(0, parts.stream().mapToInt(part -> part.shape().getFirst()).sum());
      return List.copyOf(shape);
    }

    @Override
    public int canonicalSize() {
      int size = 0;
      for (int p = 0; p < parts.size(); p++) {
        size = Math.addExact(size, parts.get(p).canonicalSize());
      }
      return size;
    }

    @Override
    public int packedSize() {
      int size = 0;
      for (int p = 0; p < parts.size(); p++) {
        size = Math.addExact(size, parts.get(p).packedSize());
      }
      return size;
    }

    @Override
    public int packed(int canonical) {
      int from = 0;
      int to = 0;
      for (int p = 0; p < parts.size(); p++) {
        Layout part = parts.get(p);
        if (canonical - from < part.canonicalSize()) {
          return to + part.packed(canonical - from);
        }
        from += part.canonicalSize();
        to += part.packedSize();
      }
      throw new IndexOutOfBoundsException(canonical);
    }
  }
}
