package io.github.carouselml.cell;

import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.spec.CellSpec;

/// The simple recurrent network with any activation, in float and in columns (the reference in
/// double is [RnnReference]; the one with tanh is [Rnn]):
/// ```
/// h = φ(W x + R h' + b)
/// ```
final class RnnFamily implements CellKernel {
  private final CellShape shape = CellShape.of(new GateGroup(1, true, Operand.STATE, 0));

  private final Bend φ;

  RnnFamily(CellSpec.Rnn spec) {
    φ = Bend.of(spec.activation());
  }

  @Override
  public CellShape shape() {
    return shape;
  }

  @Override
  public boolean carries() {
    return false;
  }

  @Override
  public void forward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] h = s.gate(0, 0);
    // h = φ(a)
    k.apply(φ, h, h);
    s.putGate(0, 0, h);
    s.putH(h);
  }

  @Override
  public void backward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] h = s.gate(0, 0);
    // h = φ(a)
    k.slope(φ, h, s.dh(), h);
    s.putGate(0, 0, h);
  }
}
