package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.sigmoid;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.CellSpec.MinGru;

/// The minGRU (Feng et al. 2024, "Were RNNs all we needed?") in the paper's plain form, not its
/// log-space form: the candidate is linear. Its gate counts the other way round from
/// [GruAfterReference], as the paper has it:
/// ```
/// a = W x + b                                                  [2H], gates in the order z n
/// z = σ(a_z)       n = a_n
/// h = (1 - z) h' + z n
/// ```
/// `W [2H, I]`, `b [2H]`. No gate sees `h'`.
final class MinGruReference extends ReferenceCell {
  private final int H;
  private final double[] W;
  private final double[] b;

  MinGruReference(MinGru spec, int I) {
    super(spec, I);
    H = spec.hiddenSize();
    W = parameters.add("W", 2 * H, I);
    b = parameters.add("b", 2 * H, 1);
  }

  @Override
  public MinGruStep step(double[] x, State before) {
    return new MinGruStep(x, before.h());
  }

  final class MinGruStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] z = new double[H];
    final double[] n = new double[H];
    final double[] h = new double[H];

    MinGruStep(double[] x, double[] hPrev) {
      this.x = x;
      this.hPrev = hPrev;

      // a = W x + b
      double[] a = sum(product(W, x), b);
      for (int k = 0; k < H; k++) {
        // z = σ(a_z)     n = a_n
        z[k] = sigmoid(a[k]);
        n[k] = a[H + k];
        // h = (1 - z) h' + z n
        h[k] = (1 - z[k]) * hPrev[k] + z[k] * n[k];
      }
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] δ = new double[2 * H];
      double[] dhPrev = new double[H];
      for (int k = 0; k < H; k++) {
        double dh = d.h()[k];
        // h = (1 - z) h' + z n
        double dZ = dh * (n[k] - hPrev[k]);
        double dN = dh * z[k];
        dhPrev[k] = dh * (1 - z[k]);
        // z = σ(a_z)     n = a_n
        δ[k] = dZ * z[k] * (1 - z[k]);
        δ[H + k] = dN;
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
