package io.github.carouselml.cell;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Functions.sigmoid;
import static io.github.carouselml.kernel.Functions.tanh;
import static io.github.carouselml.kernel.Products.LANES;

import io.github.carouselml.cell.GateGroup.Operand;

/// The GRU with the reset gate before the product, in float (the reference in double is
/// [GruBeforeReference]):
/// ```
/// r = σ(W_r x + R_r h' + b_r)      z = σ(W_z x + R_z h' + b_z)
/// m = r h'
/// n = tanh(W_n x + R_n m + b_n)
/// h = n + z (h' - n)
/// ```
/// Two stages, because `R_n m` needs m of all units.
final class GruBefore implements CellKernel {
  private final CellShape shape =
      CellShape.of(
          new GateGroup(2, true, Operand.STATE, 0), new GateGroup(1, true, Operand.MADE, 1));

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
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        float hPrev = s.hPrev[s.hPrevAt + state + k];
        if (stage == 0) {
          // r = σ(a_r)   z = σ(a_z)   m = r h'
          float r = sigmoid(a[rz + k]);
          a[rz + k] = r;
          a[rz + 16 + k] = sigmoid(a[rz + 16 + k]);
          s.m[s.mAt + state + k] = r * hPrev;
        } else {
          // n = tanh(a_n)   h = n + z (h' - n)
          float n = tanh(a[an + k]);
          a[an + k] = n;
          s.h[s.hAt + state + k] = Math.fma(a[rz + 16 + k], hPrev - n, n);
        }
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    float[] a = s.z;
    for (int row = 0; row < s.rows; row++) {
      int rz = s.zAt[0] + row * Z_ROW;
      int an = s.zAt[1] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        float hPrev = s.hPrev[s.hPrevAt + state + k];
        if (stage == 1) {
          float z = a[rz + 16 + k];
          float n = a[an + k];
          float dh = s.dh[s.dhAt + state + k];
          // h = n + z (h' - n)
          float dZ = dh * (hPrev - n);
          float dN = dh * (1f - z);
          s.carry[s.carryAt + state + k] = dh * z;
          // n = tanh(a_n)   z = σ(a_z)
          a[an + k] = dN * Math.fma(-n, n, 1f);
          a[rz + 16 + k] = dZ * (z * (1f - z));
        } else {
          float r = a[rz + k];
          float dM = s.dm[s.dmAt + state + k];
          // m = r h'
          float dR = dM * hPrev;
          s.carry[s.carryAt + state + k] = Math.fma(dM, r, s.carry[s.carryAt + state + k]);
          // r = σ(a_r)
          a[rz + k] = dR * (r * (1f - r));
        }
      }
    }
  }
}
