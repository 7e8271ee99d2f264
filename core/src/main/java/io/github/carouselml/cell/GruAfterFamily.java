package io.github.carouselml.cell;

import io.github.carouselml.spec.CellSpec;

/// The GRU with the reset gate after the product and any activations, in float and in columns (the
/// reference in double is [GruAfterReference]; the one with σ and tanh is [GruAfter]):
/// ```
/// a = W x + b           q = R h' + bR
/// r = σ(a_r + q_r)      z = σ(a_z + q_z)
/// n = φ(a_n + r q_n)
/// h = n + z (h' - n)
/// ```
final class GruAfterFamily implements CellKernel {
  private final CellShape shape = new GruAfter().shape();
  private final Bend σ;
  private final Bend φ;

  GruAfterFamily(CellSpec.Gru spec) {
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
    // r = σ(a_r)   z = σ(a_z)
    float[] r = s.gate(0, 0);
    k.apply(σ, r, r);
    s.putGate(0, 0, r);
    float[] z = s.gate(0, 1);
    k.apply(σ, z, z);
    s.putGate(0, 1, z);
    // n = φ(a_n + r q_n)
    float[] n = s.gate(1, 0);
    k.multiplyAdd(r, s.gate(2, 0), n);
    k.apply(φ, n, n);
    s.putGate(1, 0, n);
    // h = n + z (h' - n)
    float[] h = s.hPrev();
    k.subtract(h, n, h);
    k.multiplyAdd(z, h, n);
    s.putH(n);
  }

  @Override
  public void backward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] r = s.gate(0, 0);
    float[] z = s.gate(0, 1);
    float[] n = s.gate(1, 0);
    float[] dh = s.dh();
    // h = n + z (h' - n)
    float[] dZ = s.hPrev();
    k.subtract(dZ, n, dZ);
    k.multiply(dh, dZ, dZ);
    float[] dN = k.spare();
    k.complement(z, dN);
    k.multiply(dh, dN, dN);
    k.multiply(dh, z, dh);
    s.putCarry(dh);
    // n = φ(a_n + r q_n)
    k.slope(φ, n, dN, dN);
    s.putGate(1, 0, dN);
    float[] dR = s.gate(2, 0);
    k.multiply(dN, dR, dR);
    k.multiply(dN, r, dN);
    s.putGate(2, 0, dN);
    // r = σ(a_r)   z = σ(a_z)
    k.slope(σ, r, dR, dR);
    s.putGate(0, 0, dR);
    k.slope(σ, z, dZ, dZ);
    s.putGate(0, 1, dZ);
  }
}
