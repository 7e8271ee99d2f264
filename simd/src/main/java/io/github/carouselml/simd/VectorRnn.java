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

/// The element-wise part of the simple recurrent network in vectors; see [VectorLstm].
// @formatter:off
final class VectorRnn implements CellKernel {
  private final CellKernel plain;

  VectorRnn(CellKernel plain) {
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
    float[] z = s.z;
    float[] hs = s.h;
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
      int state = s.hAt + row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector a = FloatVector.fromArray(F, z, at + k);
        // h = tanh(a)
        FloatVector hU =
            a.blend(-Functions.TANH_CUT, a.compare(VectorOperators.LT, -Functions.TANH_CUT));
        hU = hU.blend(Functions.TANH_CUT, hU.compare(VectorOperators.GT, Functions.TANH_CUT));
        hU = hU.add(hU);
        FloatVector hT = hU.fma(log2e, round);
        FloatVector hN = hT.sub(round);
        FloatVector hR = hN.fma(low, hN.fma(high, hU));
        FloatVector hP = e4.fma(hR, e3).fma(hR, e2).fma(hR, e1).fma(hR, e0);
        FloatVector hE = hP.fma(hR.mul(hR), hR);
        FloatVector hS =
            hT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector hQ = hE.fma(hS, hS.sub(1f));
        FloatVector h = hQ.div(hQ.add(2f));
        h.intoArray(z, at + k);
        h.intoArray(hs, state + k);
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    float[] z = s.z;
    float[] dhs = s.dh;
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = s.dhAt + row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        // h = tanh(a)
        FloatVector h = FloatVector.fromArray(F, z, at + k);
        FloatVector.fromArray(F, dhs, state + k).mul(h.neg().fma(h, one)).intoArray(z, at + k);
      }
    }
  }
}
