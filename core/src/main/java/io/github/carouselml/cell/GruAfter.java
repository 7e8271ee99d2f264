package io.github.carouselml.cell;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Functions.sigmoid;
import static io.github.carouselml.kernel.Functions.tanh;
import static io.github.carouselml.kernel.Products.LANES;

import io.github.carouselml.cell.GateGroup.Operand;

/// The GRU with the reset gate after the product, in float (the reference in double is
/// [GruAfterReference]):
/// ```
/// a = W x + b           q = R h' + bR
/// r = σ(a_r + q_r)      z = σ(a_z + q_z)
/// n = tanh(a_n + r q_n)
/// h = n + z (h' - n)
/// ```
/// Three groups: r z, into which both products go; a_n; q_n.
final class GruAfter implements CellKernel {
  private final CellShape shape =
      CellShape.of(
          new GateGroup(2, true, Operand.STATE, 0),
          new GateGroup(1, true, Operand.NONE, 0),
          new GateGroup(1, false, Operand.STATE, 0));

  @Override
  public CellShape shape() {
    return shape;
  }

  @Override
  public boolean carries() {
    return true;
  }

  // @formatter:off
  @Override
  public void forward(int stage, CellBlock s) {
    float[] a = s.z;
    for (int row = 0; row < s.rows; row++) {
      int rz = s.zAt[0] + row * Z_ROW;
      int an = s.zAt[1] + row * Z_ROW;
      int qn = s.zAt[2] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        float hPrev = s.hPrev[s.hPrevAt + state + k];
        // r = σ(a_r)   z = σ(a_z)
        float r = sigmoid(a[rz + k]);
        float z = sigmoid(a[rz + 16 + k]);
        // n = tanh(a_n + r q_n)
        float n = tanh(Math.fma(r, a[qn + k], a[an + k]));
        // h = n + z (h' - n)
        s.h[s.hAt + state + k] = Math.fma(z, hPrev - n, n);
        a[rz + k] = r;
        a[rz + 16 + k] = z;
        a[an + k] = n;
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    float[] a = s.z;
    for (int row = 0; row < s.rows; row++) {
      int rz = s.zAt[0] + row * Z_ROW;
      int an = s.zAt[1] + row * Z_ROW;
      int qn = s.zAt[2] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        float r = a[rz + k];
        float z = a[rz + 16 + k];
        float n = a[an + k];
        float dh = s.dh[s.dhAt + state + k];
        // h = n + z (h' - n)
        float dZ = dh * (s.hPrev[s.hPrevAt + state + k] - n);
        float dN = dh * (1f - z);
        s.carry[s.carryAt + state + k] = dh * z;
        // n = tanh(a_n + r q_n)
        float δN = dN * Math.fma(-n, n, 1f);
        float dR = δN * a[qn + k];
        // r = σ(a_r)   z = σ(a_z)
        a[rz + k] = dR * (r * (1f - r));
        a[rz + 16 + k] = dZ * (z * (1f - z));
        a[an + k] = δN;
        a[qn + k] = δN * r;
      }
    }
  }
}
