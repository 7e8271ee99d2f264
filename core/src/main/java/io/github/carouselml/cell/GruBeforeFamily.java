package io.github.carouselml.cell;

import io.github.carouselml.spec.CellSpec;

/// The GRU with the reset gate before the product and any activations, in float and in columns (the
/// reference in double is [GruBeforeReference]; the one with σ and tanh is [GruBefore]):
/// ```
/// r = σ(W_r x + R_r h' + b_r)      z = σ(W_z x + R_z h' + b_z)
/// m = r h'
/// n = φ(W_n x + R_n m + b_n)
/// h = n + z (h' - n)
/// ```
final class GruBeforeFamily implements CellKernel {
  private final CellShape shape = new GruBefore().shape();
  private final Bend σ;
  private final Bend φ;

  GruBeforeFamily(CellSpec.Gru spec) {
    σ = Bend.of(spec.gateActivation());
    φ = Bend.of(spec.candidateActivation());
  }

  @Override
  public CellShape shape() {
    return shape;
  }

  @Override
  public boolean carries() {
    return true;
  }

  @Override
  public void forward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] hPrev = s.hPrev();
    if (stage == 0) {
      // r = σ(a_r)   z = σ(a_z)   m = r h'
      float[] r = s.gate(0, 0);
      k.apply(σ, r, r);
      s.putGate(0, 0, r);
      float[] z = s.gate(0, 1);
      k.apply(σ, z, z);
      s.putGate(0, 1, z);
      k.multiply(r, hPrev, hPrev);
      s.putM(hPrev);
    } else {
      // n = φ(a_n)   h = n + z (h' - n)
      float[] n = s.gate(1, 0);
      k.apply(φ, n, n);
      s.putGate(1, 0, n);
      k.subtract(hPrev, n, hPrev);
      k.multiplyAdd(s.gate(0, 1), hPrev, n);
      s.putH(n);
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] hPrev = s.hPrev();
    if (stage == 1) {
      float[] z = s.gate(0, 1);
      float[] n = s.gate(1, 0);
      float[] dh = s.dh();
      // h = n + z (h' - n)
      float[] dZ = hPrev;
      k.subtract(dZ, n, dZ);
      k.multiply(dh, dZ, dZ);
      float[] dN = k.spare();
      k.complement(z, dN);
      k.multiply(dh, dN, dN);
      k.multiply(dh, z, dh);
      s.putCarry(dh);
      // n = φ(a_n)   z = σ(a_z)
      k.slope(φ, n, dN, dN);
      s.putGate(1, 0, dN);
      k.slope(σ, z, dZ, dZ);
      s.putGate(0, 1, dZ);
    } else {
      float[] r = s.gate(0, 0);
      float[] dM = s.dm();
      // m = r h'
      float[] carry = s.carry();
      k.multiplyAdd(dM, r, carry);
      s.putCarry(carry);
      float[] dR = hPrev;
      k.multiply(dM, dR, dR);
      // r = σ(a_r)
      k.slope(σ, r, dR, dR);
      s.putGate(0, 0, dR);
    }
  }
}
