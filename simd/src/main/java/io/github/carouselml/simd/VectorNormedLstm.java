package io.github.carouselml.simd;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Products.LANES;
import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.kernel.Functions;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The element-wise part of the layer-normalised LSTM in vectors; see [VectorLstm]. What sees whole
/// rows and the gains is the plain kernel's, with the element-wise kernels of the machine.
// @formatter:off
final class VectorNormedLstm implements CellKernel {
  /// The groups of the gates and of m.
  private static final int GATES = 2;

  private static final int M = 3;

  private final CellKernel plain;

  VectorNormedLstm(CellKernel plain) {
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
  public List<Integer> vectors() {
    return plain.vectors();
  }

  @Override
  public int rowNumbers() {
    return plain.rowNumbers();
  }

  @Override
  public void forwardRows(int stage, CellBlock s) {
    plain.forwardRows(stage, s);
  }

  @Override
  public void backwardRows(int stage, CellBlock s) {
    plain.backwardRows(stage, s);
  }

  @Override
  public void vectorGradients(CellBlock s) {
    plain.vectorGradients(s);
  }

  @Override
  public void forward(int stage, CellBlock s) {
    if (stage == 1) {
      gates(s);
    } else if (stage == 2) {
      outputs(s);
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    if (stage == 2) {
      outputsBack(s);
    } else if (stage == 1) {
      gatesBack(s);
    }
  }

  /// Gates and c from their pre-activations.
  private static void gates(CellBlock s) {
    float[] z = s.z;
    float[] cs = s.c;
    float[] cPrevs = s.cPrev;
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
      int at = s.zAt[GATES] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector aI = FloatVector.fromArray(F, z, at + k);
        FloatVector aF = FloatVector.fromArray(F, z, at + 16 + k);
        FloatVector aG = FloatVector.fromArray(F, z, at + 32 + k);
        FloatVector aO = FloatVector.fromArray(F, z, at + 48 + k);
        // i = σ(a_i)
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
        // f = σ(a_f)
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
        // g = tanh(a_g)
        FloatVector gU =
            aG.blend(-Functions.TANH_CUT, aG.compare(VectorOperators.LT, -Functions.TANH_CUT));
        gU = gU.blend(Functions.TANH_CUT, gU.compare(VectorOperators.GT, Functions.TANH_CUT));
        gU = gU.add(gU);
        FloatVector gT = gU.fma(log2e, round);
        FloatVector gN = gT.sub(round);
        FloatVector gR = gN.fma(low, gN.fma(high, gU));
        FloatVector gP = e4.fma(gR, e3).fma(gR, e2).fma(gR, e1).fma(gR, e0);
        FloatVector gE = gP.fma(gR.mul(gR), gR);
        FloatVector gS =
            gT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector gQ = gE.fma(gS, gS.sub(1f));
        FloatVector g = gQ.div(gQ.add(2f));
        // o = σ(a_o)
        FloatVector oU =
            aO.blend(
                -Functions.SIGMOID_CUT, aO.compare(VectorOperators.LT, -Functions.SIGMOID_CUT));
        oU = oU.blend(Functions.SIGMOID_CUT, oU.compare(VectorOperators.GT, Functions.SIGMOID_CUT));
        FloatVector oT = oU.fma(log2e, round);
        FloatVector oN = oT.sub(round);
        FloatVector oR = oN.fma(low, oN.fma(high, oU));
        FloatVector oP = e4.fma(oR, e3).fma(oR, e2).fma(oR, e1).fma(oR, e0);
        FloatVector oE = oP.fma(oR.mul(oR), oR);
        FloatVector oS =
            oT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector oZ = oE.fma(oS, oS);
        FloatVector o = oZ.div(oZ.add(1f));
        // c = f c' + i g
        FloatVector c = f.fma(FloatVector.fromArray(F, cPrevs, s.cPrevAt + state + k), i.mul(g));
        c.intoArray(cs, s.cAt + state + k);
        i.intoArray(z, at + k);
        f.intoArray(z, at + 16 + k);
        g.intoArray(z, at + 32 + k);
        o.intoArray(z, at + 48 + k);
      }
    }
  }

  /// h from o and m.
  private static void outputs(CellBlock s) {
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
      int at = s.zAt[GATES] + row * Z_ROW;
      int mAt = s.zAt[M] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector o = FloatVector.fromArray(F, z, at + 48 + k);
        FloatVector m = FloatVector.fromArray(F, z, mAt + k);
        // h = o tanh(m)
        FloatVector mU =
            m.blend(-Functions.TANH_CUT, m.compare(VectorOperators.LT, -Functions.TANH_CUT));
        mU = mU.blend(Functions.TANH_CUT, mU.compare(VectorOperators.GT, Functions.TANH_CUT));
        mU = mU.add(mU);
        FloatVector mT = mU.fma(log2e, round);
        FloatVector mN = mT.sub(round);
        FloatVector mR = mN.fma(low, mN.fma(high, mU));
        FloatVector mP = e4.fma(mR, e3).fma(mR, e2).fma(mR, e1).fma(mR, e0);
        FloatVector mE = mP.fma(mR.mul(mR), mR);
        FloatVector mS =
            mT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector mQ = mE.fma(mS, mS.sub(1f));
        FloatVector tanhM = mQ.div(mQ.add(2f));
        o.mul(tanhM).intoArray(hs, s.hAt + state + k);
      }
    }
  }

  /// δO and ∂L/∂m
  private static void outputsBack(CellBlock s) {
    float[] z = s.z;
    float[] dhs = s.dh;
    FloatVector zero = FloatVector.zero(F);
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
      int at = s.zAt[GATES] + row * Z_ROW;
      int mAt = s.zAt[M] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector o = FloatVector.fromArray(F, z, at + 48 + k);
        FloatVector m = FloatVector.fromArray(F, z, mAt + k);
        FloatVector dh = FloatVector.fromArray(F, dhs, s.dhAt + state + k);
        FloatVector mU =
            m.blend(-Functions.TANH_CUT, m.compare(VectorOperators.LT, -Functions.TANH_CUT));
        mU = mU.blend(Functions.TANH_CUT, mU.compare(VectorOperators.GT, Functions.TANH_CUT));
        mU = mU.add(mU);
        FloatVector mT = mU.fma(log2e, round);
        FloatVector mN = mT.sub(round);
        FloatVector mR = mN.fma(low, mN.fma(high, mU));
        FloatVector mP = e4.fma(mR, e3).fma(mR, e2).fma(mR, e1).fma(mR, e0);
        FloatVector mE = mP.fma(mR.mul(mR), mR);
        FloatVector mS =
            mT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector mQ = mE.fma(mS, mS.sub(1f));
        FloatVector tanhM = mQ.div(mQ.add(2f));
        // h = o tanh(m)
        FloatVector dO = dh.mul(tanhM);
        FloatVector dM = dh.mul(o);
        dM.fma(tanhM.neg().fma(tanhM, one), zero).intoArray(z, mAt + k);
        dO.fma(o.mul(one.sub(o)), zero).intoArray(z, at + 48 + k);
      }
    }
  }

  /// δI, δF, δG and ∂L/∂c'
  private static void gatesBack(CellBlock s) {
    float[] z = s.z;
    float[] cPrevs = s.cPrev;
    float[] dcs = s.dc;
    FloatVector zero = FloatVector.zero(F);
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[GATES] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector i = FloatVector.fromArray(F, z, at + k);
        FloatVector f = FloatVector.fromArray(F, z, at + 16 + k);
        FloatVector g = FloatVector.fromArray(F, z, at + 32 + k);
        FloatVector dC = FloatVector.fromArray(F, dcs, s.dcAt + state + k);
        // c = f c' + i g
        FloatVector dF = dC.mul(FloatVector.fromArray(F, cPrevs, s.cPrevAt + state + k));
        FloatVector dI = dC.mul(g);
        FloatVector dG = dC.mul(i);
        dC.mul(f).intoArray(dcs, s.dcAt + state + k);
        // σ' = σ(1-σ),  tanh' = 1-tanh²
        dI.fma(i.mul(one.sub(i)), zero).intoArray(z, at + k);
        dF.fma(f.mul(one.sub(f)), zero).intoArray(z, at + 16 + k);
        dG.fma(g.neg().fma(g, one), zero).intoArray(z, at + 32 + k);
      }
    }
  }
}
