package io.github.carouselml.cell;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Functions.tanh;
import static io.github.carouselml.kernel.Products.LANES;

import io.github.carouselml.cell.GateGroup.Operand;

/// The simple recurrent network in float (the reference in double is [RnnReference]):
/// ```
/// h = tanh(W x + R h' + b)
/// ```
final class Rnn implements CellKernel {
  private final CellShape shape = CellShape.of(new GateGroup(1, true, Operand.STATE, 0));

  @Override
  public CellShape shape() {
    return shape;
  }

  @Override
  public boolean carries() {
    return false;
  }

  @Override
  public void forward(int stage, CellBlock s) {
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        // h = tanh(a)
        float h = tanh(s.z[at + k]);
        s.z[at + k] = h;
        s.h[s.hAt + state + k] = h;
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        // h = tanh(a)
        float h = s.z[at + k];
        s.z[at + k] = s.dh[s.dhAt + state + k] * Math.fma(-h, h, 1f);
      }
    }
  }
}
