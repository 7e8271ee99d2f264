package io.github.carouselml.grad;

import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.RunningSum;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// The end of a tape: a mean `sum / weight` that training makes small. It has no outputs. A program
/// that trains computes its value together with its gradients, in the backward pass, so that
/// nothing is computed twice.
public abstract class Objective extends Op {
  private final float coefficient;
  private float scale = 1;
  private final RunningSum running = new RunningSum();
  private double sum;
  private double weight;

  /// An objective that counts `coefficient` times in the total.
  protected Objective(
      String name, List<Tensor> inputs, List<Parameter> parameters, float coefficient) {
    super(name, inputs, parameters);
    this.coefficient = coefficient;
  }

  @Override
  protected boolean keepsInput(int i) {
    return true;
  }

  /// The sum of numbers of the present rows; over intervals of steps, the last first, that of all
  /// rows so far, with the bits of one sum over all.
  protected final double sum(Operations operations, int count, Slot x) {
    if (!tape().byIntervals()) {
      return operations.losses().sum(count, x);
    }
    if (inputs().getFirst().space().rows().ends()) {
      running.clear();
    }
    operations.losses().add(count, x, running);
    return running.total();
  }

  /// The sum over the batch. Called by both passes.
  protected final void result(double newSum, double newWeight) {
    sum = newSum;
    weight = newWeight;
  }

  /// What every gradient of the sum is multiplied by, so that it is one of the total: `scale
  /// coefficient / weight`, 0 without weight.
  protected final float gradientScale(double totalWeight) {
    return totalWeight == 0 ? 0 : (float) (scale * (double) coefficient / totalWeight);
  }

  final void scale(float newScale) {
    scale = newScale;
  }

  /// The weighted sum of the last run.
  public final double sum() {
    return sum;
  }

  /// The weight of the last run: without given weights, the number of elements.
  public final double weight() {
    return weight;
  }

  /// The mean of the last run; 0 for an empty batch.
  public final double value() {
    return weight == 0 ? 0 : sum / weight;
  }

  final double contribution() {
    return coefficient * value();
  }

  /// The value alone.
  @Override
  protected abstract void forward(Operations operations, int update);

  /// The value and the gradients.
  @Override
  protected abstract void backward(Operations operations, int update);
}
