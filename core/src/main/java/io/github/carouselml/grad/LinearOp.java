package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `y = W x + b`, rows alike.
public final class LinearOp extends Op {
  private final Tensor x;
  private final Parameter W;
  private final @Nullable Parameter b;
  private final Layout.Matrix layout;
  private final Layout.Matrix turned;
  private final Region transposed;
  private final Tensor y;

  private LinearOp(Tensor x, Parameter W, @Nullable Parameter b) {
    super("linear " + W.name(), List.of(x), b == null ? List.of(W) : List.of(W, b));
    this.x = x;
    this.W = W;
    this.b = b;
    this.layout = matrix(W);
    this.turned = layout.transposed();
    features(x, layout.inputs());
    // Wᵀ, packed like W
    this.transposed =
        own("transposed", Region.Lifetime.BACKWARD, x.needsGradient ? turned.packedSize() : 0);
    this.y = output(x.space(), layout.units());
  }

  /// Records `W x + b`; W is `[outputs, inputs]`, b `[outputs]`.
  public static Tensor of(Tensor x, Parameter W, @Nullable Parameter b) {
    return record(new LinearOp(x, W, b)).y;
  }

  /// The layout of a weight matrix of one gate.
  public static Layout.Matrix matrix(Parameter W) {
    if (W.spec().layout() instanceof Layout.Matrix matrix && matrix.gates() == 1) {
      return matrix;
    }
    throw new CarouselException.Request(
        "A linear operation needs a matrix of one gate, but parameter '"
            + W.name()
            + "' has layout "
            + W.spec().layout()
            + ".");
  }

  @Override
  protected boolean keepsInput(int i) {
    return W.isTrained();
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y = W x + b
  @Override
  protected void forward(Operations operations, int update) {
    operations
        .dense()
        .forward(x.rows(), layout, x.value(), W.value(), b == null ? null : b.value(), y.value());
  }

  @Override
  protected void backward(Operations operations, int update) {
    Slot dy = gradientOfOutput();
    // dx = Wᵀ dy
    if (wants(0)) {
      Slot dx = Objects.requireNonNull(gradientOf(0));
      operations.dense().transpose(layout, turned, W.value(), transposed.slot());
      operations.dense().backwardData(x.rows(), turned, dy, transposed.slot(), dx, adds(0));
    }
    // dW += dy xᵀ   db += dy
    Slot dW = gradientOf(W);
    Slot db = b == null ? null : gradientOf(b);
    if (dW != null || db != null) {
      operations.dense().backwardWeights(x.rows(), layout, x.value(), dy, dW, db);
    }
  }
}
