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

/// The element-wise part of the GRU with the reset gate before the product, in vectors; see
/// [VectorLstm].
// @formatter:off
final class VectorGruBefore implements CellKernel {
  private final CellKernel plain;

  VectorGruBefore(CellKernel plain) {
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
    if (stage == 0) {
      gates(s);
    } else {
      candidate(s);
    }
  }

  private static void gates(CellBlock s) {
    float[] a = s.z;
    float[] hPrevs = s.hPrev;
    float[] ms = s.m;
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
      int rz = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector aR = FloatVector.fromArray(F, a, rz + k);
        FloatVector aZ = FloatVector.fromArray(F, a, rz + 16 + k);
        // r = σ(a_r)
        FloatVector rU =
            aR.blend(
                -Functions.SIGMOID_CUT, aR.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
        rU = rU.blend(Functions.SIGMOID_CUT, rU.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
        FloatVector rT = rU.fma(log2e, round);
        FloatVector rN = rT.sub(round);
        FloatVector rR = rN.fma(low, rN.fma(high, rU));
        FloatVector rP = e4.fma(rR, e3).fma(rR, e2).fma(rR, e1).fma(rR, e0);
        FloatVector rE = rP.fma(rR.mul(rR), rR);
        FloatVector rS =
            rT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector rZ = rE.fma(rS, rS);
        FloatVector r = rZ.div(rZ.add(1f));
        // z = σ(a_z)
        FloatVector zU =
            aZ.blend(
                -Functions.SIGMOID_CUT, aZ.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
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
        // m = r h'
        r.mul(FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k))
            .intoArray(ms, s.mAt + state + k);
        r.intoArray(a, rz + k);
        z.intoArray(a, rz + 16 + k);
      }
    }
  }

  private static void candidate(CellBlock s) {
    float[] a = s.z;
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
      int rz = s.zAt[0] + row * Z_ROW;
      int an = s.zAt[1] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector z = FloatVector.fromArray(F, a, rz + 16 + k);
        FloatVector aN = FloatVector.fromArray(F, a, an + k);
        // n = tanh(a_n)
        FloatVector nU =
            aN.blend(-Functions.TANH_CUT, aN.compare(VectorOperators.LT, -Functions.TANH_CUT));
        nU = nU.blend(Functions.TANH_CUT, nU.compare(VectorOperators.GT, Functions.TANH_CUT));
        nU = nU.add(nU);
        FloatVector nT = nU.fma(log2e, round);
        FloatVector nN = nT.sub(round);
        FloatVector nR = nN.fma(low, nN.fma(high, nU));
        FloatVector nP = e4.fma(nR, e3).fma(nR, e2).fma(nR, e1).fma(nR, e0);
        FloatVector nE = nP.fma(nR.mul(nR), nR);
        FloatVector nS =
            nT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector nQ = nE.fma(nS, nS.sub(1f));
        FloatVector n = nQ.div(nQ.add(2f));
        // h = n + z (h' - n)
        z.fma(FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k).sub(n), n)
            .intoArray(hs, s.hAt + state + k);
        n.intoArray(a, an + k);
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    if (stage == 1) {
      candidateBack(s);
    } else {
      resetBack(s);
    }
  }

  private static void candidateBack(CellBlock s) {
    float[] a = s.z;
    float[] hPrevs = s.hPrev;
    float[] dhs = s.dh;
    float[] carries = s.carry;
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int row = 0; row < s.rows; row++) {
      int rz = s.zAt[0] + row * Z_ROW;
      int an = s.zAt[1] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector z = FloatVector.fromArray(F, a, rz + 16 + k);
        FloatVector n = FloatVector.fromArray(F, a, an + k);
        FloatVector dh = FloatVector.fromArray(F, dhs, s.dhAt + state + k);
        // h = n + z (h' - n)
        FloatVector dZ = dh.mul(FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k).sub(n));
        FloatVector dN = dh.mul(one.sub(z));
        dh.mul(z).intoArray(carries, s.carryAt + state + k);
        // n = tanh(a_n)   z = σ(a_z)
        dN.mul(n.neg().fma(n, one)).intoArray(a, an + k);
        dZ.mul(z.mul(one.sub(z))).intoArray(a, rz + 16 + k);
      }
    }
  }

  private static void resetBack(CellBlock s) {
    float[] a = s.z;
    float[] hPrevs = s.hPrev;
    float[] dms = s.dm;
    float[] carries = s.carry;
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int row = 0; row < s.rows; row++) {
      int rz = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector r = FloatVector.fromArray(F, a, rz + k);
        FloatVector dM = FloatVector.fromArray(F, dms, s.dmAt + state + k);
        // m = r h'
        FloatVector dR = dM.mul(FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k));
        dM.fma(r, FloatVector.fromArray(F, carries, s.carryAt + state + k))
            .intoArray(carries, s.carryAt + state + k);
        // r = σ(a_r)
        dR.mul(r.mul(one.sub(r))).intoArray(a, rz + k);
      }
    }
  }
}
