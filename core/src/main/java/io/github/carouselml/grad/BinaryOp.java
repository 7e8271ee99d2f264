package io.github.carouselml.grad;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// `y = f(a, b)`, element by element.
final class BinaryOp extends Op {
  private final Binary f;
  private final Tensor a;
  private final Tensor b;
  private final Tensor y;

  BinaryOp(Binary f, Tensor a, Tensor b) {
    super(f.name().toLowerCase(java.util.Locale.ROOT), List.of(a, b), List.of());
    this.f = f;
    this.a = a;
    this.b = b;
    sameRows(b, a.space());
    features(b, a.features());
    this.y = output(a.space(), a.features());
  }

  Tensor y() {
    return y;
  }

  private boolean readsInputs() {
    return f == Binary.MULTIPLY || f == Binary.DIVIDE;
  }

  @Override
  protected boolean keepsInput(int i) {
    return readsInputs();
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y = f(a, b)
  @Override
  protected void forward(Operations operations, int update) {
    operations.elements().binary(f, a.rows(), a.features(), a.value(), b.value(), y.value());
  }

  @Override
  protected void backward(Operations operations, int update) {
    Slot dy = gradientOfOutput();
    Slot aKept = readsInputs() ? a.value() : dy;
    Slot bKept = readsInputs() ? b.value() : dy;
    // da = dy ∂f/∂a
    Slot da = gradientOf(0);
    if (da != null) {
      operations
          .elements()
          .binaryBackwardFirst(f, a.rows(), a.features(), aKept, bKept, dy, da, adds(0));
    }
    // db = dy ∂f/∂b
    Slot db = gradientOf(1);
    if (db != null) {
      operations
          .elements()
          .binaryBackwardSecond(f, a.rows(), a.features(), aKept, bKept, dy, db, adds(1));
    }
  }
}
