package io.github.carouselml.simd;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Products.LANES;
import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.kernel.Functions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The element-wise part of the minGRU in vectors; see [VectorLstm].
// @formatter:off
final class VectorMinGru implements CellKernel {
  private final CellKernel plain;

  VectorMinGru(CellKernel plain) {
    this.plain = plain;
  }

  @Override
  public CellShape shape() {
    return plain.shape();
  }

  @Override
  public boolean carries() {
    return plain.carries();
  }

  @Override
  public void forward(int stage, CellBlock s) {
    float[] gates = s.z;
    float[] hs = s.h;
    float[] hPrevs = s.hPrev;
    FloatVector log2e = FloatVector.broadcast(F, Functions.LOG2_E);
    FloatVector round = FloatVector.broadcast(F, Functions.ROUND);
    FloatVector high = FloatVector.broadcast(F, -Functions.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(F, -Functions.LN2_LOW);
    FloatVector e0 = FloatVector.broadcast(F, Functions.E0);
    FloatVector e1 = FloatVector.broadcast(F, Functions.E1);
    FloatVector e2 = FloatVector.broadcast(F, Functions.E2);
    FloatVector e3 = FloatVector.broadcast(F, Functions.E3);
    FloatVector e4 = FloatVector.broadcast(F, Functions.E4);
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector a = FloatVector.fromArray(F, gates, at + k);
        FloatVector n = FloatVector.fromArray(F, gates, at + 16 + k);
        FloatVector hPrev = FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k);
        // z = σ(a_z)
        FloatVector zU =
            a.blend(-Functions.SIGMOID_CUT, a.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
        zU = zU.blend(Functions.SIGMOID_CUT, zU.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
        FloatVector zT = zU.fma(log2e, round);
        FloatVector zN = zT.sub(round);
        FloatVector zR = zN.fma(low, zN.fma(high, zU));
        FloatVector zP = e4.fma(zR, e3).fma(zR, e2).fma(zR, e1).fma(zR, e0);
        FloatVector zE = zP.fma(zR.mul(zR), zR);
        FloatVector zS =
            zT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector zZ = zE.fma(zS, zS);
        FloatVector z = zZ.div(zZ.add(1f));
        z.intoArray(gates, at + k);
        // h = h' + z (n - h')
        z.fma(n.sub(hPrev), hPrev).intoArray(hs, s.hAt + state + k);
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    float[] gates = s.z;
    float[] hPrevs = s.hPrev;
    float[] dhs = s.dh;
    float[] carries = s.carry;
    FloatVector one = FloatVector.broadcast(F, 1f);
    FloatVector zero = FloatVector.zero(F);
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector z = FloatVector.fromArray(F, gates, at + k);
        FloatVector n = FloatVector.fromArray(F, gates, at + 16 + k);
        FloatVector hPrev = FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k);
        FloatVector dh = FloatVector.fromArray(F, dhs, s.dhAt + state + k);
        // h = h' + z (n - h')
        FloatVector dZ = dh.mul(n.sub(hPrev));
        dh.mul(z).intoArray(gates, at + 16 + k);
        dh.mul(one.sub(z)).intoArray(carries, s.carryAt + state + k);
        // z = σ(a_z)
        dZ.fma(z.mul(one.sub(z)), zero).intoArray(gates, at + k);
      }
    }
  }
}
