package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.sigmoid;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.tanh;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.CellSpec.Lstm;

/// The long short-term memory (Hochreiter & Schmidhuber 1997) with forget gates (Gers, Schmidhuber
/// & Cummins 2000) and nothing else; ⊙ is understood between vectors:
/// ```
/// a = W x + R h' + b                                           [4H], gates in the order i f g o
/// i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
/// c = f c' + i g
/// h = o tanh(c)
/// ```
/// `W [4H, I]`, `R [4H, H]`, `b [4H]`. Its relatives are in [LstmFamilyReference].
final class LstmReference extends ReferenceCell {
  private final int H;
  private final double[] W;
  private final double[] R;
  private final double[] b;

  LstmReference(Lstm spec, int I) {
    super(spec, I);
    H = spec.hiddenSize();
    W = parameters.add("W", 4 * H, I);
    R = parameters.add("R", 4 * H, H);
    b = parameters.add("b", 4 * H, 1);
  }

  @Override
  public LstmStep step(double[] x, State before) {
    return new LstmStep(x, before.h(), before.c());
  }

  final class LstmStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] cPrev;
    final double[] i = new double[H];
    final double[] f = new double[H];
    final double[] g = new double[H];
    final double[] o = new double[H];
    final double[] c = new double[H];
    final double[] tanhC = new double[H];
    final double[] h = new double[H];

    LstmStep(double[] x, double[] hPrev, double[] cPrev) {
      this.x = x;
      this.hPrev = hPrev;
      this.cPrev = cPrev;

      // a = W x + R h' + b
      double[] a = sum(sum(product(W, x), product(R, hPrev)), b);
      for (int k = 0; k < H; k++) {
        // i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
        i[k] = sigmoid(a[k]);
        f[k] = sigmoid(a[H + k]);
        g[k] = tanh(a[2 * H + k]);
        o[k] = sigmoid(a[3 * H + k]);
        // c = f c' + i g
        c[k] = f[k] * cPrev[k] + i[k] * g[k];
        // h = o tanh(c)
        tanhC[k] = tanh(c[k]);
        h[k] = o[k] * tanhC[k];
      }
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] δ = new double[4 * H];
      double[] dcPrev = new double[H];
      for (int k = 0; k < H; k++) {
        double dh = d.h()[k];
        // h = o tanh(c)
        double dO = dh * tanhC[k];
        double dC = d.c()[k] + dh * o[k] * (1 - tanhC[k] * tanhC[k]);
        // c = f c' + i g
        double dF = dC * cPrev[k];
        double dI = dC * g[k];
        double dG = dC * i[k];
        dcPrev[k] = dC * f[k];
        // i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o),   σ' = σ (1 - σ),   tanh' = 1 -
        // tanh²
        δ[k] = dI * i[k] * (1 - i[k]);
        δ[H + k] = dF * f[k] * (1 - f[k]);
        δ[2 * H + k] = dG * (1 - g[k] * g[k]);
        δ[3 * H + k] = dO * o[k] * (1 - o[k]);
      }
      // a = W x + R h' + b
      addOuter(gradients.get("W"), δ, x);
      addOuter(gradients.get("R"), δ, hPrev);
      add(gradients.get("b"), δ);
      double[] dx = transposedProduct(W, δ);
      double[] dhPrev = transposedProduct(R, δ);
      return new Back(dx, new State(dhPrev, dcPrev));
    }

    @Override
    public State after() {
      return new State(h, c);
    }
  }
}
