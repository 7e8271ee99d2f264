package io.github.carouselml.cell;

import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.kernel.Unary;

/// The minGRU in float and in columns (the reference in double is [MinGruReference]):
/// ```
/// z = σ(W_z x + b_z)     n = W_n x + b_n
/// h = h' + z (n - h')
/// ```
/// No gate sees h': the products of all steps are one, and each unit then scans through time.
final class MinGru implements CellKernel {
  private final CellShape shape = CellShape.of(new GateGroup(2, true, Operand.NONE, 0));

  private static final Bend σ = new Bend(Unary.SIGMOID, 0f, 0f);

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
    float[] h = s.hPrev();
    // z = σ(a_z)   n = a_n
    float[] z = s.gate(0, 0);
    k.apply(σ, z, z);
    s.putGate(0, 0, z);
    float[] n = s.gate(0, 1);
    // h = h' + z (n - h')
    k.subtract(n, h, n);
    k.multiplyAdd(z, n, h);
    s.putH(h);
  }

  @Override
  public void backward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] z = s.gate(0, 0);
    float[] dZ = s.gate(0, 1);
    float[] dh = s.dh();
    // h = h' + z (n - h')
    k.subtract(dZ, s.hPrev(), dZ);
    k.multiply(dh, dZ, dZ);
    float[] dN = k.spare();
    k.multiply(dh, z, dN);
    s.putGate(0, 1, dN);
    float[] carry = k.spare();
    k.complement(z, carry);
    k.multiply(dh, carry, carry);
    s.putCarry(carry);
    // z = σ(a_z)
    k.slope(σ, z, dZ, dZ);
    s.putGate(0, 0, dZ);
  }
}
