package io.github.carouselml.simd;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Products.LANES;
import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.cell.RowKernel;
import io.github.carouselml.kernel.Functions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The LSTM's element-wise part in vectors, operation by operation that of the plain loop. One flat
/// method each way: a helper that takes vectors would box them (see [VectorFunctions]).
// @formatter:off
final class VectorLstm implements RowKernel {
  private final CellKernel plain;

  VectorLstm(CellKernel plain) {
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
    float[] cs = s.c;
    float[] hs = s.h;
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
      int at = s.zAt[0] + row * Z_ROW;
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
        // h = o tanh(c)
        FloatVector cU =
            c.blend(-Functions.TANH_CUT, c.compare(VectorOperators.LT, -Functions.TANH_CUT));
        cU = cU.blend(Functions.TANH_CUT, cU.compare(VectorOperators.GT, Functions.TANH_CUT));
        cU = cU.add(cU);
        FloatVector cT = cU.fma(log2e, round);
        FloatVector cN = cT.sub(round);
        FloatVector cR = cN.fma(low, cN.fma(high, cU));
        FloatVector cP = e4.fma(cR, e3).fma(cR, e2).fma(cR, e1).fma(cR, e0);
        FloatVector cE = cP.fma(cR.mul(cR), cR);
        FloatVector cS =
            cT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector cQ = cE.fma(cS, cS.sub(1f));
        FloatVector tanhC = cQ.div(cQ.add(2f));
        o.mul(tanhC).intoArray(hs, s.hAt + state + k);
        c.intoArray(cs, s.cAt + state + k);
        i.intoArray(z, at + k);
        f.intoArray(z, at + 16 + k);
        g.intoArray(z, at + 32 + k);
        o.intoArray(z, at + 48 + k);
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    float[] z = s.z;
    float[] cs = s.c;
    float[] cPrevs = s.cPrev;
    float[] dhs = s.dh;
    float[] dcs = s.dc;
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
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k += F.length()) {
        FloatVector i = FloatVector.fromArray(F, z, at + k);
        FloatVector f = FloatVector.fromArray(F, z, at + 16 + k);
        FloatVector g = FloatVector.fromArray(F, z, at + 32 + k);
        FloatVector o = FloatVector.fromArray(F, z, at + 48 + k);
        FloatVector c = FloatVector.fromArray(F, cs, s.cAt + state + k);
        FloatVector dh = FloatVector.fromArray(F, dhs, s.dhAt + state + k);
        FloatVector cU =
            c.blend(-Functions.TANH_CUT, c.compare(VectorOperators.LT, -Functions.TANH_CUT));
        cU = cU.blend(Functions.TANH_CUT, cU.compare(VectorOperators.GT, Functions.TANH_CUT));
        cU = cU.add(cU);
        FloatVector cT = cU.fma(log2e, round);
        FloatVector cN = cT.sub(round);
        FloatVector cR = cN.fma(low, cN.fma(high, cU));
        FloatVector cP = e4.fma(cR, e3).fma(cR, e2).fma(cR, e1).fma(cR, e0);
        FloatVector cE = cP.fma(cR.mul(cR), cR);
        FloatVector cS =
            cT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector cQ = cE.fma(cS, cS.sub(1f));
        FloatVector tanhC = cQ.div(cQ.add(2f));
        // h = o tanh(c)
        FloatVector dO = dh.mul(tanhC);
        FloatVector dC =
            dh.mul(o)
                .fma(
                    tanhC.neg().fma(tanhC, one), FloatVector.fromArray(F, dcs, s.dcAt + state + k));
        // c = f c' + i g
        FloatVector dF = dC.mul(FloatVector.fromArray(F, cPrevs, s.cPrevAt + state + k));
        FloatVector dI = dC.mul(g);
        FloatVector dG = dC.mul(i);
        dC.mul(f).intoArray(dcs, s.dcAt + state + k);
        // a = W x + R h' + b,  σ' = σ(1-σ),  tanh' = 1-tanh²
        dI.mul(i.mul(one.sub(i))).intoArray(z, at + k);
        dF.mul(f.mul(one.sub(f))).intoArray(z, at + 16 + k);
        dG.mul(g.neg().fma(g, one)).intoArray(z, at + 32 + k);
        dO.mul(o.mul(one.sub(o))).intoArray(z, at + 48 + k);
      }
    }
  }

  @Override
  public void forwardRow(CellBlock s, int blocks, int inner, float[] r, int rAt, int hPrevAt) {
    if (F.length() < LANES) {
      rowInPasses(s, blocks, inner, r, rAt, hPrevAt);
      return;
    }
    float[] z = s.z;
    float[] hPrevs = s.hPrev;
    float[] cs = s.c;
    float[] hs = s.h;
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
    int zPanel = s.zPanel;
    for (int step = 0; step < s.steps; step++) {
      int zAt = s.zAt[0] + step * s.zStep;
      int hBefore = hPrevAt + step * s.hStep;
      int hAt = s.hAt + step * s.hStep;
      int cBefore = s.cPrevAt + step * s.cStep;
      int cAt = s.cAt + step * s.cStep;
      for (int block = 0; block < blocks; block++) {
        int at = zAt + block * zPanel;
        int state = block * LANES;
        FloatVector aI = FloatVector.fromArray(F, z, at);
        FloatVector aF = FloatVector.fromArray(F, z, at + 16);
        FloatVector aG = FloatVector.fromArray(F, z, at + 32);
        FloatVector aO = FloatVector.fromArray(F, z, at + 48);
        // a += R h'
        int panel = rAt + block * inner * Z_ROW;
        int m = 0;
        do {
          int b = panel + m * 64;
          FloatVector h = FloatVector.broadcast(F, hPrevs[hBefore + m]);
          aI = h.fma(FloatVector.fromArray(F, r, b), aI);
          aF = h.fma(FloatVector.fromArray(F, r, b + 16), aF);
          aG = h.fma(FloatVector.fromArray(F, r, b + 32), aG);
          aO = h.fma(FloatVector.fromArray(F, r, b + 48), aO);
        } while (++m < inner);
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
        FloatVector c = f.fma(FloatVector.fromArray(F, cPrevs, cBefore + state), i.mul(g));
        // h = o tanh(c)
        FloatVector cU =
            c.blend(-Functions.TANH_CUT, c.compare(VectorOperators.LT, -Functions.TANH_CUT));
        cU = cU.blend(Functions.TANH_CUT, cU.compare(VectorOperators.GT, Functions.TANH_CUT));
        cU = cU.add(cU);
        FloatVector cT = cU.fma(log2e, round);
        FloatVector cN = cT.sub(round);
        FloatVector cR = cN.fma(low, cN.fma(high, cU));
        FloatVector cP = e4.fma(cR, e3).fma(cR, e2).fma(cR, e1).fma(cR, e0);
        FloatVector cE = cP.fma(cR.mul(cR), cR);
        FloatVector cS =
            cT.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(Functions.ONE_BITS)
                .reinterpretAsFloats();
        FloatVector cQ = cE.fma(cS, cS.sub(1f));
        FloatVector tanhC = cQ.div(cQ.add(2f));
        o.mul(tanhC).intoArray(hs, hAt + state);
        c.intoArray(cs, cAt + state);
        i.intoArray(z, at);
        f.intoArray(z, at + 16);
        g.intoArray(z, at + 32);
        o.intoArray(z, at + 48);
      }
    }
  }

  /// On narrow vectors a block's gates do not fit the registers.
  private void rowInPasses(CellBlock s, int blocks, int inner, float[] r, int rAt, int hPrevAt) {
    int zAt = s.zAt[0];
    int hAt = s.hAt;
    int cAt = s.cAt;
    int cPrevAt = s.cPrevAt;
    for (int step = 0; step < s.steps; step++) {
      int h = hPrevAt + step * s.hStep;
      for (int block = 0; block < blocks; block++) {
        int at = zAt + step * s.zStep + block * s.zPanel;
        int panel = rAt + block * inner * Z_ROW;
        NarrowTiles.multiply(4, 1, 1, inner, s.hPrev, h, 0, 0, r, panel, s.z, at, 0, s.z, at, 0);
        s.zAt[0] = at;
        s.hAt = hAt + step * s.hStep + block * LANES;
        s.cAt = cAt + step * s.cStep + block * LANES;
        s.cPrevAt = cPrevAt + step * s.cStep + block * LANES;
        forward(0, s);
      }
    }
  }
}
