package io.github.carouselml.cell;

import io.github.carouselml.kernel.Functions;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.spec.Activation;

/// An activation as the element-wise kernels have it: which function, and its constants.
record Bend(Unary function, float p, float q) {
  static Bend of(Activation activation) {
    return switch (activation) {
      case Activation.Sigmoid() -> new Bend(Unary.SIGMOID, 0f, 0f);
      case Activation.Tanh() -> new Bend(Unary.TANH, 0f, 0f);
      case Activation.Relu() -> new Bend(Unary.RELU, 0f, 0f);
      case Activation.Softsign() -> new Bend(Unary.SOFTSIGN, 0f, 0f);
      case Activation.HardSigmoid(float α, float β) -> new Bend(Unary.HARD_SIGMOID, α, β);
      case Activation.LeakyRelu(float α) -> new Bend(Unary.LEAKY_RELU, α, 0f);
      case Activation.Affine(float α, float β) -> new Bend(Unary.AFFINE, α, β);
    };
  }

  /// f(x)
  float at(float x) {
    return switch (function) {
      case SIGMOID -> Functions.sigmoid(x);
      case TANH -> Functions.tanh(x);
      case RELU -> Functions.relu(x);
      case SOFTSIGN -> Functions.softsign(x);
      case HARD_SIGMOID -> Functions.hardSigmoid(x, p, q);
      case LEAKY_RELU -> Functions.leakyRelu(x, p);
      case AFFINE -> Math.fma(x, p, q);
      default -> throw new IllegalStateException("No activation: " + function);
    };
  }
}
