package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.activate;
import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.slope;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec.Rnn;

/// The simple recurrent network (Elman 1990), with φ = tanh unless another is chosen:
/// ```
/// a = W x + R h' + b
/// h = φ(a)
/// ```
/// `W [H, I]`, `R [H, H]`, `b [H]`.
final class RnnReference extends ReferenceCell {
  private final int H;
  private final Activation φ;
  private final double[] W;
  private final double[] R;
  private final double[] b;

  RnnReference(Rnn spec, int I) {
    super(spec, I);
    H = spec.hiddenSize();
    φ = spec.activation();
    W = parameters.add("W", H, I);
    R = parameters.add("R", H, H);
    b = parameters.add("b", H, 1);
  }

  @Override
  public RnnStep step(double[] x, State before) {
    return new RnnStep(x, before.h());
  }

  final class RnnStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] h = new double[H];

    RnnStep(double[] x, double[] hPrev) {
      this.x = x;
      this.hPrev = hPrev;

      // a = W x + R h' + b
      double[] a = sum(sum(product(W, x), product(R, hPrev)), b);
      for (int k = 0; k < H; k++) {
        // h = φ(a)
        h[k] = activate(φ, a[k]);
      }
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] δ = new double[H];
      for (int k = 0; k < H; k++) {
        // h = φ(a)
        δ[k] = d.h()[k] * slope(φ, h[k]);
      }
      // a = W x + R h' + b
      addOuter(gradients.get("W"), δ, x);
      addOuter(gradients.get("R"), δ, hPrev);
      add(gradients.get("b"), δ);
      double[] dx = transposedProduct(W, δ);
      double[] dhPrev = transposedProduct(R, δ);
      return new Back(dx, new State(dhPrev, NONE));
    }

    @Override
    public State after() {
      return new State(h, NONE);
    }
  }
}
