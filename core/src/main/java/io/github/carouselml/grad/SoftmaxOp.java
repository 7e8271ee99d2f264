package io.github.carouselml.grad;

import io.github.carouselml.tensor.Operations;
import java.util.List;
import java.util.Objects;

/// `y_j = e^x_j / Σ_k e^x_k` over the features of each row.
public final class SoftmaxOp extends Op {
  private final Tensor x;
  private final Tensor y;

  private SoftmaxOp(Tensor x) {
    super("softmax", List.of(x), List.of());
    this.x = x;
    this.y = output(x.space(), x.features());
  }

  /// Records a softmax over features.
  public static Tensor of(Tensor x) {
    return record(new SoftmaxOp(x)).y;
  }

  @Override
  protected boolean keepsOutputs() {
    return true;
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y = softmax(x)
  @Override
  protected void forward(Operations operations, int update) {
    operations.elements().softmax(x.rows(), x.features(), x.value(), y.value());
  }

  // dx = y (dy - Σ dy y)
  @Override
  protected void backward(Operations operations, int update) {
    operations
        .elements()
        .softmaxBackward(
            x.rows(),
            x.features(),
            y.value(),
            gradientOfOutput(),
            Objects.requireNonNull(gradientOf(0)),
            adds(0));
  }
}
