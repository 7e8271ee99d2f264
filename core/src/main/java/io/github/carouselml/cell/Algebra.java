package io.github.carouselml.cell;

import io.github.carouselml.spec.Activation;
import java.util.Arrays;

/// The few operations in double that the references' equations are made of. Matrices are row-major
/// `[rows, columns]`; one of the two sizes is the vector's.
final class Algebra {
  private Algebra() {}

  /// M v, `[rows]`
  static double[] product(double[] M, double[] v) {
    double[] y = new double[M.length / v.length];
    for (int row = 0; row < y.length; row++) {
      for (int k = 0; k < v.length; k++) {
        y[row] += M[row * v.length + k] * v[k];
      }
    }
    return y;
  }

  /// Mᵀ u, `[columns]`
  static double[] transposedProduct(double[] M, double[] u) {
    double[] y = new double[M.length / u.length];
    for (int row = 0; row < u.length; row++) {
      for (int k = 0; k < y.length; k++) {
        y[k] += M[row * y.length + k] * u[row];
      }
    }
    return y;
  }

  /// M += u vᵀ, the gradient of a matrix whose product with v has the gradient u
  static void addOuter(double[] M, double[] u, double[] v) {
    for (int row = 0; row < u.length; row++) {
      for (int k = 0; k < v.length; k++) {
        M[row * v.length + k] += u[row] * v[k];
      }
    }
  }

  /// y += v
  static void add(double[] y, double[] v) {
    for (int k = 0; k < v.length; k++) {
      y[k] += v[k];
    }
  }

  /// u + v
  static double[] sum(double[] u, double[] v) {
    double[] y = u.clone();
    add(y, v);
    return y;
  }

  /// u ⊙ v
  static double[] scaled(double[] u, double[] v) {
    double[] y = new double[u.length];
    for (int k = 0; k < u.length; k++) {
      y[k] = u[k] * v[k];
    }
    return y;
  }

  /// u and v, one after the other
  static double[] concatenated(double[] u, double[] v) {
    double[] y = Arrays.copyOf(u, u.length + v.length);
    System.arraycopy(v, 0, y, u.length, v.length);
    return y;
  }

  /// 1 / (1 + e⁻ˣ)
  static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  static double tanh(double x) {
    return StrictMath.tanh(x);
  }

  /// y = φ(x)
  static double activate(Activation φ, double x) {
    return switch (φ) {
      case Activation.Sigmoid() -> sigmoid(x);
      case Activation.Tanh() -> tanh(x);
      case Activation.Relu() -> Math.max(0, x);
      case Activation.Softsign() -> x / (1 + Math.abs(x));
      case Activation.HardSigmoid(float α, float β) -> Math.max(0, Math.min(1, α * x + β));
      case Activation.LeakyRelu(float α) -> x > 0 ? x : α * x;
      case Activation.Affine(float α, float β) -> α * x + β;
    };
  }

  /// φ'(x), from y = φ(x) alone
  static double slope(Activation φ, double y) {
    return switch (φ) {
      case Activation.Sigmoid() -> y * (1 - y);
      case Activation.Tanh() -> 1 - y * y;
      case Activation.Relu() -> y > 0 ? 1 : 0;
      case Activation.Softsign() -> (1 - Math.abs(y)) * (1 - Math.abs(y));
      case Activation.HardSigmoid(float α, float _) -> y > 0 && y < 1 ? α : 0;
      case Activation.LeakyRelu(float α) -> y > 0 ? 1 : α;
      case Activation.Affine(float α, float _) -> α;
    };
  }
}
