package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Functions;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Paths;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// A linear-chain CRF: sums by sequences, the gradient of the transitions by their targets j, so
/// that each of its sums is one chain over ascending rows.
/// ```
/// f_0(j) = start(j) + e_0(j)      f_t(j) = e_t(j) + ln Σ_i e^(f_t-1(i) + A_ji)
/// ln Z   = ln Σ_j e^(f_T-1(j) + end(j))
/// P_t(i|j) = e^(f_t-1(i) + A_ji) / Σ_i'           γ_t-1(i) = Σ_j γ_t(j) P_t(i|j)
/// de_t(j) = γ_t(j) - [j = y_t]                     dA_ji = Σ_t γ_t(j) P_t(i|j) - [i j = y_t-1 y_t]
/// ```
/// f is kept with its maximum of each step taken off, which is added up in double. A sum over i is
/// a dot product of `a = e^f` and `E_j = e^(A_j - max A_j)`; only where that is so small that terms
/// may have been lost is it computed from the logarithms.
final class CpuCrf extends Work {
  /// Products below 2⁻¹²⁶ are lost, so a sum above this has lost nothing that a float could show.
  private static final float LOST = 1e-20f;

  private enum Kind {
    EXPONENTIALS,
    SEQUENCES,
    EMISSIONS,
    TRANSITIONS
  }

  private final Elementwise kernels;

  // the arguments of the running operation
  private Kind kind = Kind.SEQUENCES;
  private Rows batch = new Rows(0, 0);
  private int used;
  private int count;
  private int ld;
  private int[] tags = {};
  private float[] emission = {};
  private int emissionAt;
  private float[] A = {};
  private int aAt;
  private float[] start = {};
  private int startAt;
  private float[] end = {};
  private int endAt;
  private float[] value = {};
  private int valueAt;
  private boolean derive;
  private float[] scratch = {};
  private int fAt; // f of each row, its maximum taken off
  private int expAt; // a = e^f
  private int sumAt; // a · E_j
  private int gammaAt;
  private int eAt; // E
  private int maxAt; // max A_j
  private int placeAt;
  private float[] gradient = {};
  private int gradientAt;
  private float scale;
  private boolean add;

  CpuCrf(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  private void arguments(Rows rows, int states, int[] target, Slot space) {
    batch = rows;
    count = states;
    ld = Sizes.stride(states);
    tags = target;
    scratch = floats(space);
    int grid = rows.maxSteps() * rows.maxSequences() * ld;
    fAt = at(space);
    expAt = fAt + grid;
    sumAt = expAt + grid;
    gammaAt = sumAt + grid;
    eAt = gammaAt + grid;
    maxAt = eAt + states * ld;
    placeAt = maxAt + ld;
  }

  void run(
      Rows rows,
      int states,
      int[] target,
      Slot emissions,
      Slot transitions,
      Slot first,
      Slot last,
      Slot values,
      Slot space,
      boolean slopes) {
    arguments(rows, states, target, space);
    emission = floats(emissions);
    emissionAt = at(emissions);
    A = floats(transitions);
    aAt = at(transitions);
    start = floats(first);
    startAt = at(first);
    end = floats(last);
    endAt = at(last);
    value = floats(values);
    valueAt = at(values);
    derive = slopes;
    kind = Kind.EXPONENTIALS;
    split(states, 8L * ld);
    kind = Kind.SEQUENCES;
    used = Math.min(Paths.PLACES, rows.sequences());
    split(used, (long) rows.steps() * states * ld);
  }

  void emissions(
      Rows rows, int states, int[] target, Slot space, Slot slopes, float factor, boolean more) {
    arguments(rows, states, target, space);
    gradient = floats(slopes);
    gradientAt = at(slopes);
    scale = factor;
    add = more;
    kind = Kind.EMISSIONS;
    split(rows.count(), ld);
  }

  void parameters(
      Rows rows,
      int states,
      int[] target,
      Slot transitions,
      Slot space,
      @Nullable Slot transitionGradient,
      @Nullable Slot startGradient,
      @Nullable Slot endGradient,
      float factor) {
    arguments(rows, states, target, space);
    A = floats(transitions);
    aAt = at(transitions);
    scale = factor;
    if (transitionGradient != null) {
      gradient = floats(transitionGradient);
      gradientAt = at(transitionGradient);
      kind = Kind.TRANSITIONS;
      split(states, (long) rows.count() * ld);
    }
    ends(
        floatsOrNone(startGradient), at(startGradient), floatsOrNone(endGradient), at(endGradient));
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int i = from; i < to; i++) {
      switch (kind) {
        case EXPONENTIALS -> exponentials(i);
        case SEQUENCES -> {
          for (int rank = i; rank < batch.sequences(); rank += used) {
            sequence(rank, placeAt + i * ld);
          }
        }
        case EMISSIONS -> emission(i);
        case TRANSITIONS -> transitions(i);
      }
    }
  }

  /// E_j = e^(A_j - max A_j)
  private void exponentials(int j) {
    float max = kernels.max(A, aAt + j * ld, count);
    int to = eAt + j * ld;
    if (max == Float.NEGATIVE_INFINITY) {
      max = 0; // no way leads to j: every e^A is 0
    }
    scratch[maxAt + j] = max;
    kernels.forward(Unary.AFFINE, 1, -max, A, aAt + j * ld, scratch, to, count);
    kernels.forward(Unary.EXP, 0, 0, scratch, to, scratch, to, count);
    kernels.fill(0, scratch, to + count, ld - count);
  }

  private void sequence(int rank, int place) {
    int T = batch.length(rank);
    if (T == 0) {
      value[valueAt + rank] = 0;
      return;
    }
    double taken = 0;
    double score = 0;
    int previous = -1;
    for (int t = 0; t < T; t++) {
      int row = batch.first(t) + rank;
      int e = emissionAt + row * ld;
      int f = fAt + row * ld;
      int tag = tags[row];
      score += emission[e + tag];
      if (t == 0) {
        // f = start + e
        kernels.forward(Binary.ADD, start, startAt, emission, e, scratch, f, count);
        score += start[startAt + tag];
      } else {
        step(row, previous, e, place);
        score += A[aAt + tag * ld + tags[previous]];
      }
      // f = f - max f   a = e^f
      float max = kernels.max(scratch, f, count);
      taken += max;
      kernels.forward(Unary.AFFINE, 1, -max, scratch, f, scratch, f, count);
      kernels.forward(Unary.EXP, 0, 0, scratch, f, scratch, expAt + row * ld, count);
      kernels.fill(0, scratch, f + count, ld - count);
      kernels.fill(0, scratch, expAt + row * ld + count, ld - count);
      previous = row;
    }
    score += end[endAt + tags[previous]];
    // ln Z = ln Σ e^(f + end)   γ = softmax(f + end)
    int gamma = gammaAt + previous * ld;
    kernels.forward(Binary.ADD, scratch, fAt + previous * ld, end, endAt, scratch, place, count);
    double rest = kernels.softmax(scratch, place, scratch, gamma, count);
    kernels.fill(0, scratch, gamma + count, ld - count);
    value[valueAt + rank] = (float) (taken + rest - score);
    if (derive) {
      backward(rank, T, place);
    }
  }

  /// f(j) = e(j) + max A_j + ln (a · E_j)
  private void step(int row, int previous, int e, int place) {
    int f = fAt + row * ld;
    for (int j = 0; j < count; j++) {
      float sum = (float) kernels.dot(scratch, expAt + previous * ld, scratch, eAt + j * ld, ld);
      scratch[sumAt + row * ld + j] = sum;
      float log = sum >= LOST ? Functions.log(sum) + scratch[maxAt + j] : exact(previous, j, place);
      scratch[f + j] = emission[e + j] + log;
    }
  }

  /// ln Σ_i e^(f(i) + A_ji), and the shares of that sum at `place`.
  private float exact(int previous, int j, int place) {
    kernels.forward(
        Binary.ADD, scratch, fAt + previous * ld, A, aAt + j * ld, scratch, place, count);
    float max = kernels.max(scratch, place, count);
    if (max == Float.NEGATIVE_INFINITY) {
      kernels.fill(0, scratch, place, ld);
      return max;
    }
    float log = (float) kernels.softmax(scratch, place, scratch, place, count);
    kernels.fill(0, scratch, place + count, ld - count);
    return log;
  }

  /// P(·|j) at `place`, but for the factor that is returned.
  private float shares(int row, int previous, int j, int place) {
    float sum = scratch[sumAt + row * ld + j];
    if (sum >= LOST) {
      kernels.forward(
          Binary.MULTIPLY,
          scratch,
          expAt + previous * ld,
          scratch,
          eAt + j * ld,
          scratch,
          place,
          ld);
      return 1 / sum;
    }
    exact(previous, j, place);
    return 1;
  }

  /// γ_t-1 = Σ_j γ_t(j) P_t(·|j)
  private void backward(int rank, int T, int place) {
    for (int t = T - 1; t > 0; t--) {
      int row = batch.first(t) + rank;
      int previous = batch.first(t - 1) + rank;
      int to = gammaAt + previous * ld;
      kernels.fill(0, scratch, to, ld);
      for (int j = 0; j < count; j++) {
        float gamma = scratch[gammaAt + row * ld + j];
        if (gamma != 0) {
          float factor = shares(row, previous, j, place);
          kernels.axpy(gamma * factor, scratch, place, scratch, to, ld);
        }
      }
    }
  }

  /// de (+)= scale (γ - [j = y])
  private void emission(int row) {
    int to = gradientAt + row * ld;
    if (!add) {
      kernels.fill(0, gradient, to, ld);
    }
    kernels.axpy(scale, scratch, gammaAt + row * ld, gradient, to, count);
    gradient[to + tags[row]] -= scale;
  }

  /// dA_j += scale Σ (γ(j) P(·|j) - [y = j, y' = ·])
  private void transitions(int j) {
    int to = gradientAt + j * ld;
    int place = placeAt + j * ld;
    int rows = batch.count();
    for (int row = 0; row < rows; row++) {
      int t = batch.step(row);
      if (t == 0) {
        continue;
      }
      int previous = batch.first(t - 1) + row - batch.first(t);
      float gamma = scratch[gammaAt + row * ld + j];
      if (gamma != 0) {
        float factor = shares(row, previous, j, place);
        kernels.axpy(scale * gamma * factor, scratch, place, gradient, to, ld);
      }
      if (tags[row] == j) {
        gradient[to + tags[previous]] -= scale;
      }
    }
  }

  /// dStart += scale Σ (γ_0 - [· = y_0])   dEnd += scale Σ (γ_T-1 - [· = y_T-1])
  private void ends(float[] first, int firstAt, float[] last, int lastAt) {
    for (int rank = 0; rank < batch.sequences(); rank++) {
      int T = batch.length(rank);
      if (T > 0) {
        end(batch.first(0) + rank, first, firstAt);
        end(batch.first(T - 1) + rank, last, lastAt);
      }
    }
  }

  private void end(int row, float[] slopes, int to) {
    if (slopes.length > 0) {
      kernels.axpy(scale, scratch, gammaAt + row * ld, slopes, to, ld);
      slopes[to + tags[row]] -= scale;
    }
  }
}
