package io.github.carouselml.cell;

import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.kernel.Unary;

/// The minLSTM in float and in columns (the reference in double is [MinLstmReference]):
/// ```
/// i = σ(W_i x + b_i)     f = σ(W_f x + b_f)     g = W_g x + b_g
/// u = f / (f + i) = σ(softplus(-a_i) - softplus(-a_f))
/// h = g + u (h' - g)
/// ```
/// No gate sees h': the products of all steps are one, and each unit then scans through time.
/// u is kept beside g. Backward computes i and f again, which is cheaper than keeping them too.
final class MinLstm implements CellKernel {
  private final CellShape shape =
      CellShape.of(
          new GateGroup(2, true, Operand.NONE, 0),
          new GateGroup(1, true, Operand.NONE, 0),
          GateGroup.room(1, 0));

  private static final Bend σ = new Bend(Unary.SIGMOID, 0f, 0f);
  private static final Bend MINUS_ONE = new Bend(Unary.AFFINE, 1f, -1f);

  @Override
  public CellShape shape() {
    return shape;
  }

  @Override
  public boolean carries() {
    return true;
  }

  /// u = σ(softplus(-a_i) - softplus(-a_f))
  private static float[] u(Columns k, float[] ai, float[] af) {
    float[] u = k.spare();
    float[] v = k.spare();
    k.softplusOfMinus(ai, u);
    k.softplusOfMinus(af, v);
    k.subtract(u, v, u);
    k.apply(σ, u, u);
    return u;
  }

  @Override
  public void forward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] u = u(k, s.gate(0, 0), s.gate(0, 1));
    s.putGate(2, 0, u);
    // h = g + u (h' - g)
    float[] g = s.gate(1, 0);
    float[] h = s.hPrev();
    k.subtract(h, g, h);
    k.multiplyAdd(u, h, g);
    s.putH(g);
  }

  @Override
  public void backward(int stage, CellBlock s) {
    Columns k = s.begin();
    float[] i = s.gate(0, 0);
    float[] f = s.gate(0, 1);
    float[] u = s.gate(2, 0);
    float[] dh = s.dh();
    // h = g + u (h' - g)
    float[] dU = s.hPrev();
    k.subtract(dU, s.gate(1, 0), dU);
    k.multiply(dh, dU, dU);
    float[] dG = k.spare();
    k.complement(u, dG);
    k.multiply(dh, dG, dG);
    s.putGate(1, 0, dG);
    k.multiply(dh, u, dh);
    s.putCarry(dh);
    // u = f / (f + i): dU u (1 - u) times 1 - f for a_f, and times -(1 - i) for a_i
    k.slope(σ, u, dU, dU);
    k.apply(σ, f, f);
    k.complement(f, f);
    k.multiply(dU, f, f);
    s.putGate(0, 1, f);
    k.apply(σ, i, i);
    k.apply(MINUS_ONE, i, i);
    k.multiply(dU, i, i);
    s.putGate(0, 0, i);
  }
}
