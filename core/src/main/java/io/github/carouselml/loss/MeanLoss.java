package io.github.carouselml.loss;

import io.github.carouselml.grad.Objective;
import io.github.carouselml.grad.Region;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `L = Σ w l(p, y) / Σ w` over the elements of all real rows. Target and weights are taken as they
/// are: no gradient flows back through them.
public final class MeanLoss extends Objective {
  private final LossSpec loss;
  private final Tensor prediction;
  private final Tensor target;
  private final @Nullable Tensor weight;
  private final Region values;

  private MeanLoss(
      LossSpec loss, Tensor prediction, Tensor target, @Nullable Tensor weight, float coefficient) {
    super(
        loss.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " loss",
        inputs(prediction, target, weight),
        List.of(),
        coefficient);
    this.loss = loss;
    this.prediction = prediction;
    this.target = target;
    this.weight = weight;
    if (loss instanceof LossSpec.CrossEntropy) {
      throw new CarouselException.Request(
          "Cross-entropy compares with classes, not with numbers: use LinearCrossEntropy.");
    }
    sameRows(target, prediction.space());
    features(prediction, Math.multiplyExact(target.features(), loss.outputBlocks()));
    if (weight != null) {
      sameRows(weight, prediction.space());
      if (weight.features() != 1) {
        features(weight, target.features());
      }
    }
    // the values and their derivatives
    this.values =
        own(
            "values",
            Region.Lifetime.RESERVE,
            2L * Sizes.grid("a loss", tape().capacity(prediction.space()), prediction.features()));
  }

  private static List<Tensor> inputs(Tensor prediction, Tensor target, @Nullable Tensor weight) {
    List<Tensor> inputs = new ArrayList<>(List.of(prediction, target));
    if (weight != null) {
      inputs.add(weight);
    }
    return inputs;
  }

  /// Records a loss that counts `coefficient` times. The prediction has [LossSpec#outputBlocks]
  /// blocks as wide as the target; weights are like the target, or one number a row.
  public static MeanLoss of(
      LossSpec loss, Tensor prediction, Tensor target, @Nullable Tensor weight, float coefficient) {
    return record(new MeanLoss(loss, prediction, target, weight, coefficient));
  }

  /// Records a loss without weights.
  public static MeanLoss of(LossSpec loss, Tensor prediction, Tensor target) {
    return of(loss, prediction, target, null, 1);
  }

  @Override
  protected boolean byRows() {
    return weight == null || weight.isInput();
  }

  @Override
  protected boolean differentiates(int i) {
    return i == 0;
  }

  // L = Σ w l(p, y) / Σ w
  @Override
  protected void forward(Operations operations, int update) {
    run(operations, totalWeight(operations), null, 0, false);
  }

  // dp = w l'(p, y) / Σ w
  @Override
  protected void backward(Operations operations, int update) {
    double total = totalWeight(operations);
    run(operations, total, gradientOf(0), gradientScale(total), adds(0));
  }

  private void run(
      Operations operations, double total, @Nullable Slot gradient, float scale, boolean add) {
    int rows = prediction.rows();
    operations
        .losses()
        .pointwise(
            loss,
            rows,
            target.features(),
            prediction.value(),
            target.value(),
            weight == null ? null : weight.value(),
            weight == null ? 0 : weight.features(),
            values.slot(),
            gradient,
            scale,
            add);
    int count = rows * Sizes.stride(prediction.features());
    result(sum(operations, count, values.slot()), total);
  }

  private double totalWeight(Operations operations) {
    int perTarget =
        switch (loss) {
          case LossSpec.Quantile(var levels) -> levels.size();
          case LossSpec.Squared() -> 1;
          case LossSpec.Absolute() -> 1;
          case LossSpec.Huber _ -> 1;
          case LossSpec.Gaussian() -> 1;
          case LossSpec.CrossEntropy() -> 1;
        };
    if (weight == null) {
      return (double) perTarget * prediction.space().allRows() * target.features();
    }
    int count = prediction.space().allRows() * Sizes.stride(weight.features());
    double sum = operations.losses().sum(count, weight.all());
    int targetsPerWeight = target.features() / weight.features();
    return perTarget * sum * targetsPerWeight;
  }
}
