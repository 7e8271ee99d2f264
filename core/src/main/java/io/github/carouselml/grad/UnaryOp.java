package io.github.carouselml.grad;

import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Objects;

/// `y = f(x; p, q)`, element by element.
final class UnaryOp extends Op {
  private final Unary f;
  private final float p;
  private final float q;
  private final Tensor x;
  private final Tensor y;

  UnaryOp(Unary f, float p, float q, Tensor x) {
    super(f.name().toLowerCase(java.util.Locale.ROOT), List.of(x), List.of());
    this.f = f;
    this.p = p;
    this.q = q;
    this.x = x;
    this.y = output(x.space(), x.features());
  }

  Tensor y() {
    return y;
  }

  @Override
  protected boolean keepsInput(int i) {
    return f.keeps() == Unary.Keeps.INPUT;
  }

  @Override
  protected boolean keepsOutputs() {
    return f.keeps() == Unary.Keeps.OUTPUT;
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y = f(x)
  @Override
  protected void forward(Operations operations, int update) {
    operations.elements().unary(f, p, q, x.rows(), x.features(), x.value(), y.value());
  }

  // dx = dy f'(x)
  @Override
  protected void backward(Operations operations, int update) {
    Slot dy = gradientOfOutput();
    Slot dx = Objects.requireNonNull(gradientOf(0));
    Slot kept =
        switch (f.keeps()) {
          case INPUT -> x.value();
          case OUTPUT -> y.value();
          case NOTHING -> dy;
        };
    operations.elements().unaryBackward(f, p, q, x.rows(), x.features(), kept, dy, dx, adds(0));
  }
}
