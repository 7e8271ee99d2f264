package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.activate;
import static io.github.carouselml.cell.Algebra.add;
import static io.github.carouselml.cell.Algebra.addOuter;
import static io.github.carouselml.cell.Algebra.product;
import static io.github.carouselml.cell.Algebra.scaled;
import static io.github.carouselml.cell.Algebra.slope;
import static io.github.carouselml.cell.Algebra.sum;
import static io.github.carouselml.cell.Algebra.transposedProduct;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec.Lstm;

/// The LSTM with any of its options; without one it is [LstmReference], which is the one to read
/// first. ⊙ is understood between vectors; σ, φ = tanh and ψ = tanh unless others are chosen.
/// ```
/// a = W x + R h' + b                                           [GH], gates in the order i f g o
/// i = σ(a_i + p_i c')      f = σ(a_f + p_f c')      g = φ(a_g)
/// c = f c' + i g
/// o = σ(a_o + p_o c)
/// y = o ψ(c)
/// h = P y
/// ```
/// - no peepholes: p = 0 (`p [3H]` in the order i f o)
/// - no projection: P is the identity (`P [outputs, H]`)
/// - coupled input and forget gate: `f = 1 - i`; there is no a_f and no p_f; gates i g o
/// - layer norm: `a = gainW LN(W x) + gainR LN(R h') + b`, each over the whole vector of GH as in
///   Ba et al. 2016 (their two biases and b are one here: only their sum can be told), and
///   `y = o ψ(gainC LN(c) + biasC)`; what is carried on is c, as it was
/// - clip: every argument of σ and φ is first cut to ± clip; neither c nor what ψ gets is, as in
///   ONNX Runtime
///
/// `W [GH, I]`, `R [GH, outputs]`, `b [GH]`; `gainW gainR [GH]`, `gainC biasC [H]`.
final class LstmFamilyReference extends ReferenceCell {
  private final int H;
  private final Lstm lstm;
  private final Activation σ;
  private final Activation φ;
  private final Activation ψ;

  /// Where the gates begin in a; F is not used when input and forget gate are coupled.
  private final int I;

  private final int F;
  private final int G;
  private final int O;
  private final int all;

  /// Where the peepholes of i, f, o begin in p.
  private final int pI;

  private final int pF;
  private final int pO;

  private final double[] W;
  private final double[] R;
  private final double[] b;
  private final double[] p;
  private final double[] P;
  private final double[] gainW;
  private final double[] gainR;
  private final double[] gainC;
  private final double[] biasC;

  LstmFamilyReference(Lstm spec, int inputSize) {
    super(spec, inputSize);
    lstm = spec;
    H = spec.hiddenSize();
    σ = spec.gateActivation();
    φ = spec.candidateActivation();
    ψ = spec.outputActivation();
    boolean coupled = spec.coupledInputForget();
    I = 0;
    F = H;
    G = coupled ? H : 2 * H;
    O = G + H;
    all = O + H;
    pI = 0;
    pF = H;
    pO = coupled ? H : 2 * H;
    W = parameters.add("W", all, inputSize);
    R = parameters.add("R", all, spec.outputSize());
    b = parameters.add("b", all, 1);
    p = spec.peepholes() ? parameters.add("p", pO + H, 1) : NONE;
    P = spec.projectionSize().isPresent() ? parameters.add("P", spec.outputSize(), H) : NONE;
    gainW = spec.layerNorm() ? parameters.add("gainW", all, 1) : NONE;
    gainR = spec.layerNorm() ? parameters.add("gainR", all, 1) : NONE;
    gainC = spec.layerNorm() ? parameters.add("gainC", H, 1) : NONE;
    biasC = spec.layerNorm() ? parameters.add("biasC", H, 1) : NONE;
  }

  /// p ⊙ c at one place, 0 without peepholes
  private double peep(int place, double c) {
    return lstm.peepholes() ? p[place] * c : 0;
  }

  private double clip(double a) {
    return Math.max(-lstm.cellClip(), Math.min(lstm.cellClip(), a));
  }

  /// clip'(a)
  private double open(double a) {
    return Math.abs(a) < lstm.cellClip() ? 1 : 0;
  }

  @Override
  public LstmFamilyStep step(double[] x, State before) {
    return new LstmFamilyStep(x, before.h(), before.c());
  }

  final class LstmFamilyStep extends Step {
    final double[] x;
    final double[] hPrev;
    final double[] cPrev;
    final LayerNormReference normW;
    final LayerNormReference normR;
    final LayerNormReference normC;
    final double[] a;
    final double[] i = new double[H];
    final double[] f = new double[H];
    final double[] g = new double[H];
    final double[] o = new double[H];
    final double[] c = new double[H];
    final double[] m;
    final double[] ψm = new double[H];
    final double[] y = new double[H];
    final double[] h;

    LstmFamilyStep(double[] x, double[] hPrev, double[] cPrev) {
      this.x = x;
      this.hPrev = hPrev;
      this.cPrev = cPrev;

      // a = W x + R h' + b, or gainW LN(W x) + gainR LN(R h') + b
      double[] Wx = product(W, x);
      double[] Rh = product(R, hPrev);
      normW = new LayerNormReference(Wx);
      normR = new LayerNormReference(Rh);
      a =
          lstm.layerNorm()
              ? sum(sum(scaled(gainW, normW.y), scaled(gainR, normR.y)), b)
              : sum(sum(Wx, Rh), b);
      for (int k = 0; k < H; k++) {
        // i = σ(a_i + p_i c')
        a[I + k] += peep(pI + k, cPrev[k]);
        i[k] = activate(σ, clip(a[I + k]));
        // f = σ(a_f + p_f c'), or 1 - i
        if (lstm.coupledInputForget()) {
          f[k] = 1 - i[k];
        } else {
          a[F + k] += peep(pF + k, cPrev[k]);
          f[k] = activate(σ, clip(a[F + k]));
        }
        // g = φ(a_g)
        g[k] = activate(φ, clip(a[G + k]));
        // c = f c' + i g
        c[k] = f[k] * cPrev[k] + i[k] * g[k];
        // o = σ(a_o + p_o c)
        a[O + k] += peep(pO + k, c[k]);
        o[k] = activate(σ, clip(a[O + k]));
      }
      // m = c, or gainC LN(c) + biasC
      normC = new LayerNormReference(c);
      m = lstm.layerNorm() ? sum(scaled(gainC, normC.y), biasC) : c;
      for (int k = 0; k < H; k++) {
        // y = o ψ(m)
        ψm[k] = activate(ψ, m[k]);
        y[k] = o[k] * ψm[k];
      }
      // h = P y
      h = lstm.projectionSize().isPresent() ? product(P, y) : y;
    }

    @Override
    public Back backward(State d, ReferenceParameters gradients) {
      double[] dy = d.h();
      // h = P y
      if (lstm.projectionSize().isPresent()) {
        addOuter(gradients.get("P"), d.h(), y);
        dy = transposedProduct(P, d.h());
      }
      double[] dO = new double[H];
      double[] dm = new double[H];
      for (int k = 0; k < H; k++) {
        // y = o ψ(m)
        dO[k] = dy[k] * ψm[k];
        dm[k] = dy[k] * o[k] * slope(ψ, ψm[k]);
      }
      // m = c, or gainC LN(c) + biasC
      double[] dcOut = dm;
      if (lstm.layerNorm()) {
        add(gradients.get("gainC"), scaled(dm, normC.y));
        add(gradients.get("biasC"), dm);
        dcOut = normC.backward(scaled(dm, gainC));
      }
      double[] δ = new double[all];
      double[] dcPrev = new double[H];
      for (int k = 0; k < H; k++) {
        // o = σ(a_o + p_o c)
        δ[O + k] = dO[k] * slope(σ, o[k]) * open(a[O + k]);
        double dC = d.c()[k] + dcOut[k] + peep(pO + k, δ[O + k]);
        // c = f c' + i g
        double dF = dC * cPrev[k];
        double dI = dC * g[k];
        double dG = dC * i[k];
        dcPrev[k] = dC * f[k];
        // g = φ(a_g)
        δ[G + k] = dG * slope(φ, g[k]) * open(a[G + k]);
        // f = σ(a_f + p_f c'), or 1 - i
        if (lstm.coupledInputForget()) {
          dI -= dF;
        } else {
          δ[F + k] = dF * slope(σ, f[k]) * open(a[F + k]);
          dcPrev[k] += peep(pF + k, δ[F + k]);
        }
        // i = σ(a_i + p_i c')
        δ[I + k] = dI * slope(σ, i[k]) * open(a[I + k]);
        dcPrev[k] += peep(pI + k, δ[I + k]);
      }
      if (lstm.peepholes()) {
        double[] dp = gradients.get("p");
        for (int k = 0; k < H; k++) {
          dp[pI + k] += δ[I + k] * cPrev[k];
          if (!lstm.coupledInputForget()) {
            dp[pF + k] += δ[F + k] * cPrev[k];
          }
          dp[pO + k] += δ[O + k] * c[k];
        }
      }
      // a = W x + R h' + b, or gainW LN(W x) + gainR LN(R h') + b
      add(gradients.get("b"), δ);
      double[] dWx = δ;
      double[] dRh = δ;
      if (lstm.layerNorm()) {
        add(gradients.get("gainW"), scaled(δ, normW.y));
        add(gradients.get("gainR"), scaled(δ, normR.y));
        dWx = normW.backward(scaled(δ, gainW));
        dRh = normR.backward(scaled(δ, gainR));
      }
      addOuter(gradients.get("W"), dWx, x);
      addOuter(gradients.get("R"), dRh, hPrev);
      double[] dx = transposedProduct(W, dWx);
      double[] dhPrev = transposedProduct(R, dRh);
      return new Back(dx, new State(dhPrev, dcPrev));
    }

    @Override
    public State after() {
      return new State(h, c);
    }
  }
}
