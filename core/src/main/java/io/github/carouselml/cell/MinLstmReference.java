package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.sigmoid;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.CellSpec.MinLstm;

/// The minLSTM (Feng et al. 2024, "Were RNNs all we needed?") in the paper's plain form, not its
/// log-space form: the candidate is linear, and the two gates are scaled so that they add up to 1.
/// ```
/// a = W x + b                                                  [3H], gates in the order i f g
/// i = σ(a_i)       f = σ(a_f)       g = a_g
/// u = f / (f + i)                                              the forget gate, scaled
/// h = u h' + (1 - u) g
/// ```
/// `W [3H, I]`, `b [3H]`. No gate sees `h'`, and there is no cell state besides h. In float,
/// `u = σ(softplus(-a_i) - softplus(-a_f))` is the same number and safe where i and f underflow.
final class MinLstmReference extends ReferenceCell {
  private final int H;
  private final double[] W;
  private final double[] b;

  MinLstmReference(MinLstm spec, int I) {
    super(spec, I);
    H = spec.hiddenSize();
    W = parameters.add("W", 3 * H, I);
    b = parameters.add("b", 3 * H, 1);
  }

  @Override
  public MinLstmStep step(double[] x, State before) {
    return new MinLstmStep(x, before.h());
  }

  final class MinLstmStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] i = new double[H];
    final double[] f = new double[H];
    final double[] g = new double[H];
    final double[] u = new double[H];
    final double[] h = new double[H];

    MinLstmStep(double[] x, double[] hPrev) {
      this.x = x;
      this.hPrev = hPrev;

      // a = W x + b
      double[] a = sum(product(W, x), b);
      for (int k = 0; k < H; k++) {
        // i = σ(a_i)   f = σ(a_f)   g = a_g
        i[k] = sigmoid(a[k]);
        f[k] = sigmoid(a[H + k]);
        g[k] = a[2 * H + k];
        // u = f / (f + i)
        u[k] = f[k] / (f[k] + i[k]);
        // h = u h' + (1 - u) g
        h[k] = u[k] * hPrev[k] + (1 - u[k]) * g[k];
      }
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] δ = new double[3 * H];
      double[] dhPrev = new double[H];
      for (int k = 0; k < H; k++) {
        double dh = d.h()[k];
        // h = u h' + (1 - u) g
        double dU = dh * (hPrev[k] - g[k]);
        double dG = dh * (1 - u[k]);
        dhPrev[k] = dh * u[k];
        // u = f / (f + i)
        double dF = dU * i[k] / ((f[k] + i[k]) * (f[k] + i[k]));
        double dI = -dU * f[k] / ((f[k] + i[k]) * (f[k] + i[k]));
        // i = σ(a_i)   f = σ(a_f)   g = a_g
        δ[k] = dI * i[k] * (1 - i[k]);
        δ[H + k] = dF * f[k] * (1 - f[k]);
        δ[2 * H + k] = dG;
      }
      // a = W x + b
      addOuter(gradients.get("W"), δ, x);
      add(gradients.get("b"), δ);
      double[] dx = transposedProduct(W, δ);
      return new Back(dx, new State(dhPrev, NONE));
    }

    @Override
    public State after() {
      return new State(h, NONE);
    }
  }
}
