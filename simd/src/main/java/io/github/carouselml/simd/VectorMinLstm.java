package io.github.carouselml.simd;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Products.LANES;
import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.kernel.Functions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// The element-wise part of the minLSTM in vectors; see [VectorLstm]. Each way is a few short loops
/// over rows still in the first cache, so that the constants of each stay in registers and the loads
/// from far, which are the last one's, overlap.
// @formatter:off
final class VectorMinLstm implements CellKernel {
  private final CellKernel plain;

  VectorMinLstm(CellKernel plain) {
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
    difference(s);
    float[] z = s.z;
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
      int gAt = s.zAt[1] + row * Z_ROW;
      int uAt = s.zAt[2] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector a = FloatVector.fromArray(F, z, uAt + k);
        // u = σ(a)
        FloatVector uU =
            a.blend(-Functions.SIGMOID_CUT, a.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
        uU = uU.blend(Functions.SIGMOID_CUT, uU.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
        FloatVector uT = uU.fma(log2e, round);
        FloatVector uN = uT.sub(round);
        FloatVector uR = uN.fma(low, uN.fma(high, uU));
        FloatVector uP = e4.fma(uR, e3).fma(uR, e2).fma(uR, e1).fma(uR, e0);
        FloatVector uE = uP.fma(uR.mul(uR), uR);
        FloatVector uS =
            uT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector uZ = uE.fma(uS, uS);
        FloatVector u = uZ.div(uZ.add(1f));
        u.intoArray(z, uAt + k);
        // h = g + u (h' - g)
        FloatVector g = FloatVector.fromArray(F, z, gAt + k);
        FloatVector hPrev = FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k);
        u.fma(hPrev.sub(g), g).intoArray(hs, s.hAt + state + k);
      }
    }
  }

  /// softplus(-a_i) - softplus(-a_f), which u is the σ of, in the place of u
  private static void difference(CellBlock s) {
    float[] z = s.z;
    FloatVector zero = FloatVector.zero(F);
    FloatVector log2e = FloatVector.broadcast(F, Functions.LOG2_E);
    FloatVector round = FloatVector.broadcast(F, Functions.ROUND);
    FloatVector high = FloatVector.broadcast(F, -Functions.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(F, -Functions.LN2_LOW);
    FloatVector e0 = FloatVector.broadcast(F, Functions.E0);
    FloatVector e1 = FloatVector.broadcast(F, Functions.E1);
    FloatVector e2 = FloatVector.broadcast(F, Functions.E2);
    FloatVector e3 = FloatVector.broadcast(F, Functions.E3);
    FloatVector e4 = FloatVector.broadcast(F, Functions.E4);
    FloatVector ln2High = FloatVector.broadcast(F, Functions.LN2_HIGH);
    FloatVector ln2Low = FloatVector.broadcast(F, Functions.LN2_LOW);
    FloatVector l0 = FloatVector.broadcast(F, Functions.L0);
    FloatVector l1 = FloatVector.broadcast(F, Functions.L1);
    FloatVector l2 = FloatVector.broadcast(F, Functions.L2);
    FloatVector l3 = FloatVector.broadcast(F, Functions.L3);
    FloatVector l4 = FloatVector.broadcast(F, Functions.L4);
    FloatVector l5 = FloatVector.broadcast(F, Functions.L5);
    FloatVector l6 = FloatVector.broadcast(F, Functions.L6);
    FloatVector l7 = FloatVector.broadcast(F, Functions.L7);
    FloatVector minusHalf = FloatVector.broadcast(F, -0.5f);
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int uAt = s.zAt[2] + row * Z_ROW;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector aI = FloatVector.fromArray(F, z, at + k);
        FloatVector aF = FloatVector.fromArray(F, z, at + 16 + k);
        // p = softplus(-a_i)
        FloatVector pA = aI.abs().neg();
        FloatVector pT = pA.fma(log2e, round);
        FloatVector pN = pT.sub(round);
        FloatVector pR = pN.fma(low, pN.fma(high, pA));
        FloatVector pP = e4.fma(pR, e3).fma(pR, e2).fma(pR, e1).fma(pR, e0);
        FloatVector pE = pP.fma(pR.mul(pR), pR).add(1f);
        FloatVector pZ =
            pE.reinterpretAsInts()
                .add(pT.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
        pZ = pZ.blend(0f, pA.compare(VectorOperators.LT, Functions.EXP_LOW));
        IntVector pK =
            pZ.add(1f)
                .reinterpretAsInts()
                .sub(Functions.ROOT_HALF_BITS)
                .lanewise(VectorOperators.ASHR, 23);
        FloatVector pS =
            pK.lanewise(VectorOperators.LSHL, 23)
                .neg()
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector pF = pZ.fma(pS, pS.sub(1f));
        FloatVector pM = (FloatVector) pK.convert(VectorOperators.I2F, 0);
        FloatVector pQ = pF.mul(pF);
        FloatVector pL =
            l7.fma(pF, l6).fma(pF, l5).fma(pF, l4).fma(pF, l3).fma(pF, l2).fma(pF, l1).fma(pF, l0);
        FloatVector pV = pM.fma(ln2Low, pL.mul(pQ.mul(pF)));
        pV = pM.fma(ln2High, pQ.fma(minusHalf, pV).add(pF));
        pV = pV.add(zero.blend(aI.neg(), aI.compare(VectorOperators.LT, 0f)));
        FloatVector p = pV.blend(aI, aI.compare(VectorOperators.NE, aI));
        // q = softplus(-a_f)
        FloatVector qA = aF.abs().neg();
        FloatVector qT = qA.fma(log2e, round);
        FloatVector qN = qT.sub(round);
        FloatVector qR = qN.fma(low, qN.fma(high, qA));
        FloatVector qP = e4.fma(qR, e3).fma(qR, e2).fma(qR, e1).fma(qR, e0);
        FloatVector qE = qP.fma(qR.mul(qR), qR).add(1f);
        FloatVector qZ =
            qE.reinterpretAsInts()
                .add(qT.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
        qZ = qZ.blend(0f, qA.compare(VectorOperators.LT, Functions.EXP_LOW));
        IntVector qK =
            qZ.add(1f)
                .reinterpretAsInts()
                .sub(Functions.ROOT_HALF_BITS)
                .lanewise(VectorOperators.ASHR, 23);
        FloatVector qS =
            qK.lanewise(VectorOperators.LSHL, 23)
                .neg()
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector qF = qZ.fma(qS, qS.sub(1f));
        FloatVector qM = (FloatVector) qK.convert(VectorOperators.I2F, 0);
        FloatVector qQ = qF.mul(qF);
        FloatVector qL =
            l7.fma(qF, l6).fma(qF, l5).fma(qF, l4).fma(qF, l3).fma(qF, l2).fma(qF, l1).fma(qF, l0);
        FloatVector qV = qM.fma(ln2Low, qL.mul(qQ.mul(qF)));
        qV = qM.fma(ln2High, qQ.fma(minusHalf, qV).add(qF));
        qV = qV.add(zero.blend(aF.neg(), aF.compare(VectorOperators.LT, 0f)));
        FloatVector q = qV.blend(aF, aF.compare(VectorOperators.NE, aF));
        p.sub(q).intoArray(z, uAt + k);
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    factors(s);
    float[] z = s.z;
    float[] hPrevs = s.hPrev;
    float[] dhs = s.dh;
    float[] carries = s.carry;
    FloatVector zero = FloatVector.zero(F);
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int gAt = s.zAt[1] + row * Z_ROW;
      int uAt = s.zAt[2] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector u = FloatVector.fromArray(F, z, uAt + k);
        FloatVector g = FloatVector.fromArray(F, z, gAt + k);
        FloatVector hPrev = FloatVector.fromArray(F, hPrevs, s.hPrevAt + state + k);
        FloatVector dh = FloatVector.fromArray(F, dhs, s.dhAt + state + k);
        // h = g + u (h' - g)
        FloatVector dU = dh.mul(hPrev.sub(g));
        dh.mul(one.sub(u)).intoArray(z, gAt + k);
        dh.mul(u).intoArray(carries, s.carryAt + state + k);
        // u = f / (f + i): dU u (1 - u) times 1 - f for a_f, and times -(1 - i) for a_i
        FloatVector d = dU.fma(u.mul(one.sub(u)), zero);
        d.mul(FloatVector.fromArray(F, z, at + k)).intoArray(z, at + k);
        d.mul(FloatVector.fromArray(F, z, at + 16 + k)).intoArray(z, at + 16 + k);
      }
    }
  }

  /// -(1 - i) and 1 - f in place of a_i and a_f
  private static void factors(CellBlock s) {
    float[] z = s.z;
    FloatVector one = FloatVector.broadcast(F, 1f);
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
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector aI = FloatVector.fromArray(F, z, at + k);
        FloatVector aF = FloatVector.fromArray(F, z, at + 16 + k);
        FloatVector fU =
            aF.blend(
                -Functions.SIGMOID_CUT, aF.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
        fU = fU.blend(Functions.SIGMOID_CUT, fU.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
        FloatVector fT = fU.fma(log2e, round);
        FloatVector fN = fT.sub(round);
        FloatVector fR = fN.fma(low, fN.fma(high, fU));
        FloatVector fP = e4.fma(fR, e3).fma(fR, e2).fma(fR, e1).fma(fR, e0);
        FloatVector fE = fP.fma(fR.mul(fR), fR);
        FloatVector fS =
            fT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector fZ = fE.fma(fS, fS);
        FloatVector f = fZ.div(fZ.add(1f));
        FloatVector iU =
            aI.blend(
                -Functions.SIGMOID_CUT, aI.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
        iU = iU.blend(Functions.SIGMOID_CUT, iU.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
        FloatVector iT = iU.fma(log2e, round);
        FloatVector iN = iT.sub(round);
        FloatVector iR = iN.fma(low, iN.fma(high, iU));
        FloatVector iP = e4.fma(iR, e3).fma(iR, e2).fma(iR, e1).fma(iR, e0);
        FloatVector iE = iP.fma(iR.mul(iR), iR);
        FloatVector iS =
            iT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector iZ = iE.fma(iS, iS);
        FloatVector i = iZ.div(iZ.add(1f));
        i.sub(1f).intoArray(z, at + k);
        one.sub(f).intoArray(z, at + 16 + k);
      }
    }
  }
}
