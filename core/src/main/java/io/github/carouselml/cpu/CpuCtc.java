package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Paths;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Connectionist temporal classification by sequences.
///
/// State s of a label of L symbols is blank where s is even, symbol s/2 where it is odd; S = 2L+1.
/// From s a path stays, goes to s+1, or skips the blank to s+2 where that is another symbol.
/// ```
/// β_t(s) = y_t(s) (β_t+1(s) + β_t+1(s+1) + [may skip] β_t+1(s+2))       Z = β_0(0) + β_0(1)
/// q1 = β_t+1(s+1) / Σ,  q2 = β_t+1(s+2) / Σ                             P(next state | s, label)
/// γ_t+1(s) = γ_t(s) q0(s) + γ_t(s-1) q1(s-1) + γ_t(s-2) q2(s-2)         P(state | label)
/// L = -ln Z                            dL/dz_t(k) = softmax(z_t)(k) - Σ_s:l(s)=k γ_t(s)
/// ```
/// β spans more than any floating-point number can hold, and one scale for all states of a step
/// does not help, because what is small now may be all that is left in the end. So each β has an
/// exponent of its own: `m 2^e`, 1 ≤ m < 2. γ are probabilities and need none.
///
/// The recursion is the same Java code for plain and vector kernels; of states only those are
/// visited that can be reached from the begin and can reach the end.
final class CpuCtc extends Work {
  /// The exponent of 0: smaller than any other, and sums of two such are still an int.
  private static final int NOTHING = -1 << 29;

  /// Below this logarithm a probability counts as 0.
  private static final double LEAST = -1e6;

  private static final double LN2 = 0x1.62e42fefa39efp-1;
  private static final double LN2_HIGH = 0x1.62e42fefp-1;
  private static final double LN2_LOW = 0x1.473de6af278edp-34;
  private static final double LOG2_E = 0x1.71547652b82fep0;

  /// Added and subtracted again it rounds to an integer, which is then also in the low bits.
  private static final double ROUND = 0x1.8p52;

  private static final long FRACTION = (1L << 52) - 1;
  private static final long ONE = 1023L << 52;

  /// What one sequence works on.
  private static final class Place {
    final double[] m;
    final int[] e;
    final double[] nextM;
    final int[] nextE;
    final double[] gamma;
    final double[] nextGamma;

    Place(int states) {
      m = new double[states + 2];
      e = new int[states + 2];
      nextM = new double[states + 2];
      nextE = new int[states + 2];
      gamma = new double[states + 2];
      nextGamma = new double[states + 2];
    }
  }

  private final Elementwise kernels;
  private final @Nullable Place[] places = new Place[Paths.PLACES];
  private int states = -1; // of each place

  // the arguments of the running operation
  private Rows batch = new Rows(0, 0);
  private int used; // places
  private int classes;
  private int ld;
  private int blank;
  private int[] labels = {};
  private int[] lengths = {};
  private int maxLabels;
  private float[] z = {};
  private int zAt;
  private float[] value = {};
  private int valueAt;
  private float[] scratch = {};
  private int scratchAt;
  private int perPlace;
  private int ldq;
  private float[] gradient = {};
  private int gradientAt;
  private boolean derive;
  private float scale;
  private boolean add;

  CpuCtc(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  void run(
      Rows batch,
      int classes,
      int blank,
      int[] labels,
      int[] lengths,
      int maxLabels,
      Slot logits,
      Slot values,
      Slot scratch,
      @Nullable Slot gradient,
      float scale,
      boolean add) {
    this.batch = batch;
    this.classes = classes;
    ld = Sizes.stride(classes);
    this.blank = blank;
    this.labels = labels;
    this.lengths = lengths;
    this.maxLabels = maxLabels;
    z = floats(logits);
    zAt = at(logits);
    value = floats(values);
    valueAt = at(values);
    this.scratch = floats(scratch);
    scratchAt = at(scratch);
    ldq = Paths.ctcStates(maxLabels);
    perPlace = ld + batch.maxSteps() * 2 * ldq;
    derive = gradient != null;
    this.gradient = floatsOrNone(gradient);
    gradientAt = at(gradient);
    this.scale = scale;
    this.add = add;
    if (states < 2 * maxLabels + 1) {
      states = 2 * maxLabels + 1;
      Arrays.fill(places, null);
    }
    used = Math.min(Paths.PLACES, batch.sequences());
    for (int i = 0; i < used; i++) {
      if (places[i] == null) {
        places[i] = new Place(states);
      }
    }
    split(used, (long) batch.steps() * (4L * ld + 16L * ldq));
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int place = from; place < to; place++) {
      Place p = places[place];
      if (p == null) {
        throw new IllegalStateException("place " + place + " was not made");
      }
      for (int rank = place; rank < batch.sequences(); rank += used) {
        sequence(p, scratchAt + place * perPlace, rank);
      }
    }
  }

  private void sequence(Place p, int at, int rank) {
    int T = batch.length(rank);
    int b = batch.sequence(rank);
    int L = lengths[b];
    value[valueAt + rank] = 0;
    if (L < 0 || T == 0) {
      fill(rank, T, 0, !add);
      return;
    }
    int label = b * maxLabels;
    int q = at + ld;
    if (!backward(p, at, q, rank, T, label, 2 * L + 1)) {
      value[valueAt + rank] = Float.NaN;
      fill(rank, T, Float.NaN, true);
      return;
    }
    // Z = β_0(0) + β_0(1)
    int e = Math.max(p.e[0], p.e[1]);
    double Z = p.m[0] * power(p.e[0] - e) + p.m[1] * power(p.e[1] - e);
    value[valueAt + rank] =
        Z == 0 ? Float.POSITIVE_INFINITY : (float) -(StrictMath.log(Z) + e * LN2);
    if (derive) {
      p.gamma[0] = Z == 0 ? 0 : p.m[0] * power(p.e[0] - e) / Z;
      p.gamma[1] = Z == 0 ? 0 : p.m[1] * power(p.e[1] - e) / Z;
      forward(p, at, q, rank, T, label, 2 * L + 1);
    }
  }

  /// Sets the gradient of a sequence.
  private void fill(int rank, int T, float by, boolean overwrite) {
    if (derive && overwrite) {
      for (int t = 0; t < T; t++) {
        int row = gradientAt + (batch.first(t) + rank) * ld;
        kernels.fill(by, gradient, row, classes);
        kernels.fill(0, gradient, row + classes, ld - classes);
      }
    }
  }

  /// Where the softmax of a row goes: to its gradient, or where that is taken, to scratch.
  private boolean inPlace() {
    return derive && !add;
  }

  /// β and q, the last step first; false where a row has no finite softmax.
  private boolean backward(Place p, int at, int q, int rank, int T, int label, int S) {
    double[] m = p.m;
    int[] e = p.e;
    double[] nextM = p.nextM;
    int[] nextE = p.nextE;
    // beyond the last step, only the two last states have nothing left to do
    Arrays.fill(nextM, 0, S + 2, 0);
    Arrays.fill(nextE, 0, S + 2, NOTHING);
    for (int t = T - 1; t >= 0; t--) {
      int row = (batch.first(t) + rank) * ld;
      float[] y = inPlace() ? gradient : scratch;
      double logSum = kernels.softmax(z, zAt + row, y, inPlace() ? gradientAt + row : at, classes);
      if (!(Math.abs(logSum) < Double.POSITIVE_INFINITY)) {
        return false;
      }
      double blankM = mantissa(z[zAt + row + blank] - logSum);
      int blankE = exponent(z[zAt + row + blank] - logSum);
      int low = Math.max(0, S - 2 * (T - t));
      int high = Math.min(S, 2 * t + 2);
      int q1 = q + t * 2 * ldq;
      int q2 = q1 + ldq;
      for (int s = low; s < high; s++) {
        boolean symbol = (s & 1) == 1;
        double sum;
        int top;
        if (t == T - 1) {
          sum = 1;
          top = 0;
        } else {
          boolean skips = symbol && s + 2 < S && label(label, s) != label(label, s + 2);
          int e0 = nextE[s];
          int e1 = nextE[s + 1];
          int e2 = skips ? nextE[s + 2] : NOTHING;
          top = Math.max(e0, Math.max(e1, e2));
          double m1 = nextM[s + 1] * power(e1 - top);
          double m2 = skips ? nextM[s + 2] * power(e2 - top) : 0;
          sum = nextM[s] * power(e0 - top) + m1 + m2;
          if (derive) {
            scratch[q1 + s] = sum == 0 ? 0 : (float) (m1 / sum);
            scratch[q2 + s] = sum == 0 ? 0 : (float) (m2 / sum);
          }
        }
        // β = y Σ
        double log = symbol ? z[zAt + row + label(label, s)] - logSum : 0;
        double product = sum * (symbol ? mantissa(log) : blankM);
        int power = top + (symbol ? exponent(log) : blankE);
        long bits = Double.doubleToRawLongBits(product);
        boolean none = product == 0;
        m[s] = none ? 0 : Double.longBitsToDouble(bits & FRACTION | ONE);
        e[s] = none ? NOTHING : power + (int) (bits >> 52) - 1023;
      }
      for (int s = Math.max(0, low - 2); s < low; s++) {
        m[s] = 0;
        e[s] = NOTHING;
      }
      for (int s = high; s < high + 2; s++) {
        m[s] = 0;
        e[s] = NOTHING;
      }
      double[] swapM = m;
      m = nextM;
      nextM = swapM;
      int[] swapE = e;
      e = nextE;
      nextE = swapE;
    }
    if (T % 2 == 0) { // the last row lies in the other arrays
      System.arraycopy(nextM, 0, p.m, 0, 2);
      System.arraycopy(nextE, 0, p.e, 0, 2);
    }
    return true;
  }

  /// γ and the gradient, the first step first.
  private void forward(Place p, int at, int q, int rank, int T, int label, int S) {
    double[] g = p.gamma;
    double[] next = p.nextGamma;
    for (int t = 0; t < T; t++) {
      int row = (batch.first(t) + rank) * ld;
      float[] y = inPlace() ? gradient : scratch;
      int yAt = inPlace() ? gradientAt + row : at;
      if (!inPlace()) {
        kernels.softmax(z, zAt + row, y, yAt, classes);
      }
      int low = Math.max(0, S - 2 * (T - t));
      int high = Math.min(S, 2 * t + 2);
      // softmax(z) - γ
      double ofBlank = 0;
      for (int s = low; s < high; s++) {
        if ((s & 1) == 0) {
          ofBlank += g[s];
        } else {
          y[yAt + label(label, s)] -= (float) g[s];
        }
      }
      y[yAt + blank] -= (float) ofBlank;
      if (inPlace()) {
        kernels.forward(Unary.AFFINE, scale, 0, y, yAt, y, yAt, classes);
        kernels.fill(0, y, yAt + classes, ld - classes);
      } else {
        kernels.axpy(scale, y, yAt, gradient, gradientAt + row, classes);
      }
      if (t == T - 1) {
        return;
      }
      // γ_t+1(s) = γ_t(s) q0(s) + γ_t(s-1) q1(s-1) + γ_t(s-2) q2(s-2)
      int q1 = q + t * 2 * ldq;
      int q2 = q1 + ldq;
      int nextLow = Math.max(0, S - 2 * (T - t - 1));
      int nextHigh = Math.min(S, 2 * t + 4);
      for (int s = nextLow; s < nextHigh; s++) {
        double sum = 0;
        if (s < high) {
          sum = g[s] * Math.max(0, 1.0 - scratch[q1 + s] - scratch[q2 + s]);
        }
        if (s > low && s - 1 < high) {
          sum += g[s - 1] * scratch[q1 + s - 1];
        }
        if (s > low + 1 && s - 2 < high) {
          sum += g[s - 2] * scratch[q2 + s - 2];
        }
        next[s] = sum;
      }
      double[] swap = g;
      g = next;
      next = swap;
    }
  }

  private int label(int from, int s) {
    return labels[from + (s >> 1)];
  }

  /// 2^e for e ≤ 0, and 0 where that is no normal number.
  private static double power(int e) {
    return e < -1022 ? 0 : Double.longBitsToDouble((e + 1023L) << 52);
  }

  /// n of eˣ = 2ⁿ eʳ, |r| ≤ ln 2 / 2
  private static int exponent(double x) {
    return x < LEAST ? NOTHING : (int) (Math.fma(x, LOG2_E, ROUND) - ROUND);
  }

  /// eʳ of eˣ = 2ⁿ eʳ, by its Taylor series: 7e-12 of it at most is left out.
  private static double mantissa(double x) {
    if (x < LEAST) {
      return 0;
    }
    double n = Math.fma(x, LOG2_E, ROUND) - ROUND;
    double r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    double p = Math.fma(r, 1.0 / 362880, 1.0 / 40320);
    p = Math.fma(p, r, 1.0 / 5040);
    p = Math.fma(p, r, 1.0 / 720);
    p = Math.fma(p, r, 1.0 / 120);
    p = Math.fma(p, r, 1.0 / 24);
    p = Math.fma(p, r, 1.0 / 6);
    p = Math.fma(p, r, 0.5);
    return Math.fma(p, r * r, r) + 1;
  }
}
