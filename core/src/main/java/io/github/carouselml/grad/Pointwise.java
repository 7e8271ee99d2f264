package io.github.carouselml.grad;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Unary;

/// The element-wise operations by name.
public final class Pointwise {
  private Pointwise() {}

  /// `a + b`
  public static Tensor add(Tensor a, Tensor b) {
    return Op.record(new BinaryOp(Binary.ADD, a, b)).y();
  }

  /// `a - b`
  public static Tensor subtract(Tensor a, Tensor b) {
    return Op.record(new BinaryOp(Binary.SUBTRACT, a, b)).y();
  }

  /// `a b`, element by element
  public static Tensor multiply(Tensor a, Tensor b) {
    return Op.record(new BinaryOp(Binary.MULTIPLY, a, b)).y();
  }

  /// `a / b`, element by element
  public static Tensor divide(Tensor a, Tensor b) {
    return Op.record(new BinaryOp(Binary.DIVIDE, a, b)).y();
  }

  /// `alpha x + beta`
  public static Tensor affine(float alpha, Tensor x, float beta) {
    return Op.record(new UnaryOp(Unary.AFFINE, alpha, beta, x)).y();
  }

  /// `alpha x`
  public static Tensor scale(float alpha, Tensor x) {
    return affine(alpha, x, 0);
  }

  /// A function without parameters of its own.
  public static Tensor map(Unary f, Tensor x) {
    return map(f, 0, 0, x);
  }

  /// A function with its parameters p and q, as [Unary] gives them.
  public static Tensor map(Unary f, float p, float q, Tensor x) {
    return Op.record(new UnaryOp(f, p, q, x)).y();
  }

  /// `1 / (1 + e^-x)`
  public static Tensor sigmoid(Tensor x) {
    return map(Unary.SIGMOID, x);
  }

  /// `tanh x`
  public static Tensor tanh(Tensor x) {
    return map(Unary.TANH, x);
  }

  /// `max(x, 0)`
  public static Tensor relu(Tensor x) {
    return map(Unary.RELU, x);
  }

  /// `e^x`
  public static Tensor exp(Tensor x) {
    return map(Unary.EXP, x);
  }

  /// The natural logarithm.
  public static Tensor log(Tensor x) {
    return map(Unary.LOG, x);
  }

  /// `log(1 + e^x)`
  public static Tensor softplus(Tensor x) {
    return map(Unary.SOFTPLUS, x);
  }

  /// `x²`
  public static Tensor square(Tensor x) {
    return map(Unary.SQUARE, x);
  }

  /// `|x|`
  public static Tensor abs(Tensor x) {
    return map(Unary.ABS, x);
  }
}
