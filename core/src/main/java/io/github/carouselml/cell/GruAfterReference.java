package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.activate;
import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.slope;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec.Gru;

/// The gated recurrent unit with the reset gate after the product, as PyTorch, cuDNN and Keras have
/// it; σ and φ = tanh unless others are chosen, ⊙ is understood between vectors:
/// ```
/// a = W x + b     q = R h'                                     [3H], gates in the order r z n
/// r = σ(a_r + q_r)            z = σ(a_z + q_z)
/// m = q_n + bR
/// n = φ(a_n + r m)
/// h = (1 - z) n + z h'
/// ```
/// `W [3H, I]`, `R [3H, H]`, `b [3H]`, and the bias inside the reset gate's reach, `bR [H]`, apart.
final class GruAfterReference extends ReferenceCell {
  private final int H;
  private final Activation σ;
  private final Activation φ;
  private final double[] W;
  private final double[] R;
  private final double[] b;
  private final double[] bR;

  GruAfterReference(Gru spec, int I) {
    super(spec, I);
    H = spec.hiddenSize();
    σ = spec.gateActivation();
    φ = spec.candidateActivation();
    W = parameters.add("W", 3 * H, I);
    R = parameters.add("R", 3 * H, H);
    b = parameters.add("b", 3 * H, 1);
    bR = parameters.add("bR", H, 1);
  }

  @Override
  public GruAfterStep step(double[] x, State before) {
    return new GruAfterStep(x, before.h());
  }

  final class GruAfterStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] r = new double[H];
    final double[] z = new double[H];
    final double[] m = new double[H];
    final double[] n = new double[H];
    final double[] h = new double[H];

    GruAfterStep(double[] x, double[] hPrev) {
      this.x = x;
      this.hPrev = hPrev;

      // a = W x + b     q = R h'
      double[] a = sum(product(W, x), b);
      double[] q = product(R, hPrev);
      for (int k = 0; k < H; k++) {
        // r = σ(a_r + q_r)     z = σ(a_z + q_z)
        r[k] = activate(σ, a[k] + q[k]);
        z[k] = activate(σ, a[H + k] + q[H + k]);
        // m = q_n + bR
        m[k] = q[2 * H + k] + bR[k];
        // n = φ(a_n + r m)
        n[k] = activate(φ, a[2 * H + k] + r[k] * m[k]);
        // h = (1 - z) n + z h'
        h[k] = (1 - z[k]) * n[k] + z[k] * hPrev[k];
      }
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] δ = new double[3 * H];
      double[] dq = new double[3 * H];
      double[] dbR = gradients.get("bR");
      double[] dhPrev = new double[H];
      for (int k = 0; k < H; k++) {
        double dh = d.h()[k];
        // h = (1 - z) n + z h'
        double dZ = dh * (hPrev[k] - n[k]);
        double dN = dh * (1 - z[k]);
        dhPrev[k] = dh * z[k];
        // n = φ(a_n + r m)
        double δN = dN * slope(φ, n[k]);
        double dR = δN * m[k];
        double dM = δN * r[k];
        // m = q_n + bR
        dq[2 * H + k] = dM;
        dbR[k] += dM;
        // r = σ(a_r + q_r)     z = σ(a_z + q_z)
        double δZ = dZ * slope(σ, z[k]);
        double δR = dR * slope(σ, r[k]);
        dq[k] = δR;
        dq[H + k] = δZ;
        δ[k] = δR;
        δ[H + k] = δZ;
        δ[2 * H + k] = δN;
      }
      // a = W x + b     q = R h'
      addOuter(gradients.get("W"), δ, x);
      addOuter(gradients.get("R"), dq, hPrev);
      add(gradients.get("b"), δ);
      double[] dx = transposedProduct(W, δ);
      add(dhPrev, transposedProduct(R, dq));
      return new Back(dx, new State(dhPrev, NONE));
    }

    @Override
    public State after() {
      return new State(h, NONE);
    }
  }
}
