package io.github.carouselml.cell;

/// Layer normalisation of one vector (Ba, Kiros & Hinton 2016), without gain and bias:
/// ```
/// μ = mean(v)     s = √(mean((v - μ)²) + ε)
/// y = (v - μ) / s
/// ```
/// ε = 1e-5; the variance is that of the vector itself, divided by its size.
final class LayerNormReference {
  static final double ε = 1e-5;

  final double[] y;
  private final double s;

  LayerNormReference(double[] v) {
    double μ = mean(v);
    double[] squares = new double[v.length];
    for (int k = 0; k < v.length; k++) {
      squares[k] = (v[k] - μ) * (v[k] - μ);
    }
    s = Math.sqrt(mean(squares) + ε);
    y = new double[v.length];
    for (int k = 0; k < v.length; k++) {
      y[k] = (v[k] - μ) / s;
    }
  }

  /// dv = (dy - mean(dy) - y mean(dy ⊙ y)) / s
  double[] backward(double[] dy) {
    double[] dyy = new double[dy.length];
    for (int k = 0; k < dy.length; k++) {
      dyy[k] = dy[k] * y[k];
    }
    double[] dv = new double[dy.length];
    for (int k = 0; k < dy.length; k++) {
      dv[k] = (dy[k] - mean(dy) - y[k] * mean(dyy)) / s;
    }
    return dv;
  }

  private static double mean(double[] v) {
    double sum = 0;
    for (double value : v) {
      sum += value;
    }
    return sum / v.length;
  }
}
