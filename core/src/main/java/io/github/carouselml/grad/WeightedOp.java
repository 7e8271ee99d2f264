package io.github.carouselml.grad;

import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// `y[r] = w[r] x[r]`: every row times its own number. With numbers 0 and 1 it is a mask.
public final class WeightedOp extends Op {
  private final Tensor w;
  private final Tensor x;
  private final Tensor y;

  private WeightedOp(Tensor w, Tensor x) {
    super("weighted", List.of(w, x), List.of());
    this.w = w;
    this.x = x;
    features(w, 1);
    sameRows(w, x.space());
    this.y = output(x.space(), x.features());
  }

  /// Records rows `x` times the numbers `w [rows, 1]`.
  public static Tensor of(Tensor w, Tensor x) {
    return record(new WeightedOp(w, x)).y;
  }

  @Override
  protected boolean keepsInput(int i) {
    return true;
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y = w x
  @Override
  protected void forward(Operations operations, int update) {
    operations
        .elements()
        .multiplyRows(x.rows(), x.features(), w.value(), x.value(), y.value(), false);
  }

  @Override
  protected void backward(Operations operations, int update) {
    Slot dy = gradientOfOutput();
    // dw = Σ_f dy x
    Slot dw = gradientOf(0);
    if (dw != null) {
      operations.elements().dotRows(x.rows(), x.features(), dy, x.value(), dw, adds(0));
    }
    // dx = w dy
    Slot dx = gradientOf(1);
    if (dx != null) {
      operations.elements().multiplyRows(x.rows(), x.features(), w.value(), dy, dx, adds(1));
    }
  }
}
