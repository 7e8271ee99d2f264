package io.github.carouselml.cell;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cell.ReferenceCell.Back;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceCell.Step;
import io.github.carouselml.layer.GradientCheck;
import io.github.carouselml.layer.GradientCheck.Difference;
import io.github.carouselml.layer.ReferenceSequence.Gradients;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A check that cannot fail proves nothing: gradients as they are often written, each wrong in one
/// place, must fail the finite-difference check, and by far. docs/math/common-errors.md tells of
/// them.
class WrongBackwardTest {
  private static final int I = 3;
  private static final int H = 5;
  private static final int T = 4;
  private static final List<Long> SEEDS = List.of(11L, 12L, 13L);

  /// One step backward, written otherwise than in the reference.
  private interface Rule {
    Back backward(ReferenceCell cell, Step step, State d, ReferenceParameters gradients);
  }

  @Test
  void theRightOnePasses() {
    for (CellSpec spec : List.of(new Lstm(H), new Gru(H), new Rnn(H))) {
      for (long seed : SEEDS) {
        Difference worst =
            worst(spec, seed, (_, step, d, gradients) -> step.backward(d, gradients));
        assertThat(worst.error())
            .as("%s, seed %d: %s", spec, seed, worst)
            .isLessThanOrEqualTo(1e-6);
      }
    }
  }

  /// "∂L/∂h_{t-1} = Σ_k R_kᵀ ∂L/∂k": the gates' own gradients in place of the pre-activations'
  @Test
  void theGradientOfTheStateNeedsTheFactorOfTheActivation() {
    fails(
        new Lstm(H),
        (cell, step, d, gradients) -> {
          Back right = step.backward(d, gradients);
          double[] dGates = gatesOf((LstmReference.LstmStep) step, d);
          double[] dhPrev = Algebra.transposedProduct(cell.parameters().get("R"), dGates);
          return new Back(right.dx(), new State(dhPrev, right.dBefore().c()));
        });
  }

  /// "∂L/∂h_{t-1} = Σ_k W_kᵀ δ_k", with the columns of the input
  @Test
  void theGradientOfTheStateNeedsTheRecurrentColumns() {
    CellSpec square = new Lstm(I);
    fails(
        square,
        (cell, step, d, gradients) -> {
          Back right = step.backward(d, gradients);
          return new Back(right.dx(), new State(right.dx(), right.dBefore().c()));
        });
  }

  /// The loss at a step in the middle forgotten: only what comes back from the step after
  @Test
  void theGradientOfTheStateNeedsTheLossAtEveryStep() {
    for (long seed : SEEDS) {
      GradientCheck check = GradientCheck.random(new Lstm(H), I, T, seed);
      double[][] dh = check.dh().clone();
      dh[1] = new double[H];
      GradientCheck without =
          new GradientCheck(check.cell(), check.x(), check.initial(), dh, check.dLast());
      assertFar(check.worst(without.derived()), seed);
    }
  }

  /// "∂L/∂g = ∂L/∂c ⊙ i ⊙ (1 - g²)", and then the factor once more in the pre-activation's gradient
  @Test
  void theFactorOfTheCandidateCountsOnce() {
    fails(
        new Lstm(H),
        (cell, step, d, gradients) -> {
          LstmReference.LstmStep lstm = (LstmReference.LstmStep) step;
          double[] δ = δOf(lstm, d);
          for (int k = 0; k < H; k++) {
            δ[2 * H + k] *= 1 - lstm.g[k] * lstm.g[k];
          }
          return through(cell, lstm, δ, step.backward(d, cell.parameters().zeros()), gradients);
        });
  }

  /// "δ_f = ∂L/∂f", and likewise i and o: the gate's gradient taken for that of its pre-activation
  @Test
  void everyGateNeedsItsFactor() {
    for (int gate : new int[] {0, 1, 3}) {
      fails(
          new Lstm(H),
          (cell, step, d, gradients) -> {
            LstmReference.LstmStep lstm = (LstmReference.LstmStep) step;
            double[] δ = δOf(lstm, d);
            System.arraycopy(gatesOf(lstm, d), gate * H, δ, gate * H, H);
            return through(cell, lstm, δ, step.backward(d, cell.parameters().zeros()), gradients);
          });
    }
  }

  /// The path of the cell state alone, without what comes back through R
  @Test
  void theStateComesBackThroughTheRecurrentWeightsToo() {
    fails(
        new Lstm(H),
        (cell, step, d, gradients) -> {
          Back right = step.backward(d, gradients);
          return new Back(right.dx(), new State(new double[H], right.dBefore().c()));
        });
  }

  /// The direct path z ⊙ dh of the GRU forgotten
  @Test
  void theGruHasADirectPath() {
    fails(
        new Gru(H),
        (_, step, d, gradients) -> {
          Back right = step.backward(d, gradients);
          GruAfterReference.GruAfterStep gru = (GruAfterReference.GruAfterStep) step;
          double[] dhPrev = right.dBefore().h().clone();
          for (int k = 0; k < H; k++) {
            dhPrev[k] -= d.h()[k] * gru.z[k];
          }
          return new Back(right.dx(), new State(dhPrev, right.dBefore().c()));
        });
  }

  /// "∂h_t/∂h_{t-1} = R": the RNN without diag(1 - h²)
  @Test
  void theRnnNeedsTheDerivativeOfTanh() {
    fails(
        new Rnn(H),
        (cell, step, d, gradients) -> {
          Back right = step.backward(d, gradients);
          double[] dhPrev = Algebra.transposedProduct(cell.parameters().get("R"), d.h());
          return new Back(right.dx(), new State(dhPrev, right.dBefore().c()));
        });
  }

  /// dI dF dG dO, [4H]
  private static double[] gatesOf(LstmReference.LstmStep s, State d) {
    double[] dGates = new double[4 * H];
    for (int k = 0; k < H; k++) {
      double dC = d.c()[k] + d.h()[k] * s.o[k] * (1 - s.tanhC[k] * s.tanhC[k]);
      dGates[k] = dC * s.g[k];
      dGates[H + k] = dC * s.cPrev[k];
      dGates[2 * H + k] = dC * s.i[k];
      dGates[3 * H + k] = d.h()[k] * s.tanhC[k];
    }
    return dGates;
  }

  /// δI δF δG δO, [4H]
  private static double[] δOf(LstmReference.LstmStep s, State d) {
    double[] δ = gatesOf(s, d);
    for (int k = 0; k < H; k++) {
      δ[k] *= s.i[k] * (1 - s.i[k]);
      δ[H + k] *= s.f[k] * (1 - s.f[k]);
      δ[2 * H + k] *= 1 - s.g[k] * s.g[k];
      δ[3 * H + k] *= s.o[k] * (1 - s.o[k]);
    }
    return δ;
  }

  /// a = W x + R h' + b backward, for a δ of one's own
  private static Back through(
      ReferenceCell cell,
      LstmReference.LstmStep s,
      double[] δ,
      Back right,
      ReferenceParameters gradients) {
    Algebra.addOuter(gradients.get("W"), δ, s.x);
    Algebra.addOuter(gradients.get("R"), δ, s.hPrev);
    Algebra.add(gradients.get("b"), δ);
    return new Back(
        Algebra.transposedProduct(cell.parameters().get("W"), δ),
        new State(Algebra.transposedProduct(cell.parameters().get("R"), δ), right.dBefore().c()));
  }

  private static void fails(CellSpec spec, Rule rule) {
    for (long seed : SEEDS) {
      assertFar(worst(spec, seed, rule), seed);
    }
  }

  /// Far: ten thousand times the bound
  private static void assertFar(Difference worst, long seed) {
    assertThat(worst.error()).as("seed %d: %s", seed, worst).isGreaterThan(1e-2);
  }

  private static Difference worst(CellSpec spec, long seed, Rule rule) {
    GradientCheck check = GradientCheck.random(spec, I, T, seed);
    Deque<Step> steps = new ArrayDeque<>();
    State state = check.initial();
    for (double[] x : check.x()) {
      steps.push(check.cell().step(x, state));
      state = steps.getFirst().after();
    }
    double[][] dx = new double[T][];
    ReferenceParameters gradients = check.cell().parameters().zeros();
    State d = check.dLast();
    for (int t = T - 1; t >= 0; t--) {
      State dAfter = new State(Algebra.sum(check.dh()[t], d.h()), d.c());
      Back back = rule.backward(check.cell(), steps.pop(), dAfter, gradients);
      dx[t] = back.dx();
      d = back.dBefore();
    }
    return check.worst(new Gradients(dx, d, gradients));
  }
}
