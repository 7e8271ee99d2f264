package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;

/// Dropout on what R multiplies, with one mask for all steps of a sequence: `R (m ⊙ h')`. The
/// products of a sweep read a masked copy of the states, and the gradient that comes back through R
/// is masked on its way.
final class OperandMask {
  private static final int ROW = 64;

  private final Elementwise elementwise;
  private final int ldh;

  /// m ⊙ h at every step, and at the first state
  final float[] states;

  final float[] first;
  private final float[] back;

  // bound for a pass
  private float[] mask = {};
  private int maskAt;

  OperandMask(Elementwise elementwise, int outputs, int rows, int sequences, Memory memory) {
    this.elementwise = elementwise;
    ldh = Sizes.stride(outputs);
    String what = "The masked states of " + rows + " steps";
    states = memory.take(Sizes.grid(what, rows, outputs));
    first = memory.take(Sizes.grid(what, sequences, outputs));
    back = memory.take(Sizes.grid(what, sequences, outputs));
  }

  void bind(float[] newMask, int newMaskAt) {
    mask = newMask;
    maskAt = newMaskAt;
  }

  /// The first states of all sequences.
  void begin(Rows rows, float[] h0, int h0At) {
    for (int rank = 0; rank < rows.sequences(); rank++) {
      apply(h0, h0At + rank * ldh, first, rank * ldh, rank, 0, ldh);
    }
  }

  /// Rows of a step, some columns of n ranks.
  void step(float[] y, int yAt, int row, int rank, int n, int column, int width) {
    for (int i = 0; i < n; i++) {
      int at = (row + i) * ldh + column;
      apply(y, yAt + at, states, at, rank + i, column, width);
    }
  }

  /// x ⊙= m in place, rows of n ranks, `at` being the first's column; for an operand as wide as h.
  void inPlace(float[] x, int at, int rank, int n, int column, int width) {
    for (int i = 0; i < n; i++) {
      apply(x, at + i * ldh, x, at + i * ldh, rank + i, column, width);
    }
  }

  private void apply(float[] x, int xAt, float[] y, int yAt, int rank, int column, int width) {
    for (int k = 0; k < width; k++) {
      y[yAt + k] = x[xAt + k] * mask[maskAt + rank * ldh + column + k];
    }
  }

  /// What comes back through R for 64 units of n ranks is gathered here, from 0.
  float[] beginBack(int rank, int n, int q) {
    int width = Math.min(ROW, ldh - q * ROW);
    for (int i = 0; i < n; i++) {
      elementwise.fill(0, back, (rank + i) * ldh + q * ROW, width);
    }
    return back;
  }

  /// to += m ⊙ what came back
  void endBack(int rank, int n, int q, float[] to, int toAt) {
    int width = Math.min(ROW, ldh - q * ROW);
    for (int i = 0; i < n; i++) {
      int at = (rank + i) * ldh + q * ROW;
      elementwise.multiplyAdd(back, at, mask, maskAt + at, to, toAt + i * ldh, width);
    }
  }
}
