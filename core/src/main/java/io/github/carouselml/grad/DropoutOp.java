package io.github.carouselml.grad;

import io.github.carouselml.kernel.Random;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Objects;

/// `y = m x / (1 - rate)`, where m is 0 with probability `rate`, else 1 (Srivastava et al. 2014).
public final class DropoutOp extends Op {
  private final Tensor x;
  private final float rate;
  private final boolean shared;
  private final Random random;
  private final Tensor y;

  private DropoutOp(Tensor x, float rate, boolean shared) {
    super("dropout", List.of(x), List.of());
    this.x = x;
    this.rate = rate;
    this.shared = shared;
    this.random = new Random(x.tape().seed(), Random.Purpose.DROPOUT, x.tape().nextStream());
    this.y = output(x.space(), x.features());
  }

  /// Records dropout with a mask of its own for every step, or with one mask for all steps of a
  /// sequence when `shared` (variational dropout, Gal and Ghahramani 2016). Does nothing on a tape
  /// that predicts.
  public static Tensor of(Tensor x, float rate, boolean shared) {
    if (!(rate >= 0 && rate < 1)) {
      throw new CarouselException.Request(
          "A dropout rate lies from 0 to below 1, so it cannot be " + rate + ".");
    }
    return rate == 0 || !x.tape().isTraining() ? x : record(new DropoutOp(x, rate, shared)).y;
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y = m x / (1 - rate)
  @Override
  protected void forward(Operations operations, int update) {
    apply(operations, update, x.value(), y.value(), false);
  }

  // dx = m dy / (1 - rate)
  @Override
  protected void backward(Operations operations, int update) {
    apply(operations, update, gradientOfOutput(), Objects.requireNonNull(gradientOf(0)), adds(0));
  }

  private void apply(Operations operations, int update, Slot from, Slot to, boolean add) {
    boolean steps = x.space() instanceof RowSpace.Steps;
    operations
        .elements()
        .dropout(
            x.space().rows(), steps, shared, x.features(), rate, random, update, from, to, add);
  }
}
