package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.activate;
import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.concatenated;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.slope;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec.Gru;
import java.util.Arrays;

/// The gated recurrent unit (Cho et al. 2014) with the reset gate before the product, as the paper
/// and ONNX have it; σ and φ = tanh unless others are chosen, ⊙ is understood between vectors:
/// ```
/// a = W x + b                                                  [3H], gates in the order r z n
/// r = σ(a_r + R_r h')         z = σ(a_z + R_z h')
/// s = r h'
/// n = φ(a_n + R_n s)
/// h = (1 - z) n + z h'
/// ```
/// `W [3H, I]`, `R [3H, H]`, `b [3H]`. The second product waits for the first.
final class GruBeforeReference extends ReferenceCell {
  private final int H;
  private final Activation σ;
  private final Activation φ;
  private final double[] W;
  private final double[] R;
  private final double[] b;

  GruBeforeReference(Gru spec, int I) {
    super(spec, I);
    H = spec.hiddenSize();
    σ = spec.gateActivation();
    φ = spec.candidateActivation();
    W = parameters.add("W", 3 * H, I);
    R = parameters.add("R", 3 * H, H);
    b = parameters.add("b", 3 * H, 1);
  }

  /// The rows of the recurrent weights that make r and z, [2H, H]
  private double[] Rrz() {
    return Arrays.copyOf(R, 2 * H * H);
  }

  /// The rows of the recurrent weights that make n, [H, H]
  private double[] Rn() {
    return Arrays.copyOfRange(R, 2 * H * H, 3 * H * H);
  }

  @Override
  public GruBeforeStep step(double[] x, State before) {
    return new GruBeforeStep(x, before.h());
  }

  final class GruBeforeStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] r = new double[H];
    final double[] z = new double[H];
    final double[] s = new double[H];
    final double[] n = new double[H];
    final double[] h = new double[H];

    GruBeforeStep(double[] x, double[] hPrev) {
      this.x = x;
      this.hPrev = hPrev;

      // a = W x + b
      double[] a = sum(product(W, x), b);
      double[] q = product(Rrz(), hPrev);
      for (int k = 0; k < H; k++) {
        // r = σ(a_r + R_r h')     z = σ(a_z + R_z h')
        r[k] = activate(σ, a[k] + q[k]);
        z[k] = activate(σ, a[H + k] + q[H + k]);
        // s = r h'
        s[k] = r[k] * hPrev[k];
      }
      double[] qn = product(Rn(), s);
      for (int k = 0; k < H; k++) {
        // n = φ(a_n + R_n s)
        n[k] = activate(φ, a[2 * H + k] + qn[k]);
        // h = (1 - z) n + z h'
        h[k] = (1 - z[k]) * n[k] + z[k] * hPrev[k];
      }
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] δrz = new double[2 * H];
      double[] δn = new double[H];
      double[] dhPrev = new double[H];
      for (int k = 0; k < H; k++) {
        double dh = d.h()[k];
        // h = (1 - z) n + z h'
        double dZ = dh * (hPrev[k] - n[k]);
        double dN = dh * (1 - z[k]);
        dhPrev[k] = dh * z[k];
        // n = φ(a_n + R_n s)
        δn[k] = dN * slope(φ, n[k]);
        // z = σ(a_z + R_z h')
        δrz[H + k] = dZ * slope(σ, z[k]);
      }
      double[] ds = transposedProduct(Rn(), δn);
      for (int k = 0; k < H; k++) {
        // s = r h'
        double dR = ds[k] * hPrev[k];
        dhPrev[k] += ds[k] * r[k];
        // r = σ(a_r + R_r h')
        δrz[k] = dR * slope(σ, r[k]);
      }
      double[] dRrz = new double[2 * H * H];
      double[] dRn = new double[H * H];
      addOuter(dRrz, δrz, hPrev);
      addOuter(dRn, δn, s);
      add(gradients.get("R"), concatenated(dRrz, dRn));
      add(dhPrev, transposedProduct(Rrz(), δrz));
      // a = W x + b
      double[] δ = concatenated(δrz, δn);
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
