package io.github.carouselml.inspect;

import io.github.carouselml.layer.ArrayLayer;
import io.github.carouselml.layer.ArrayLayer.State;
import io.github.carouselml.spec.CarouselException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How much of a gradient arrives how far back: `‖∂L/∂(h_t, c_t)‖` at every step t of a network, for
/// `L = Σ_b p_b · h_T` of a batch's sequences. With probes p of length 1 the norm is 1 at the end.
///
/// The network itself computes it, in float, one step at a time from the last to the first: what
/// comes back from a step is what the next one gets. In between each sequence's gradient is scaled
/// by a power of two to about 1, which changes no bit of it and keeps what vanishes from vanishing
/// in the format: 1e-80 is measured as well as 1.
public final class GradientTrace {
  private final float[][][] x;
  private final float[][] probes;
  private final List<State> states;
  private final List<State> gradients;
  private final long[][] exponents;

  private GradientTrace(float[][][] x, float[][] probes, List<State> states) {
    this.x = x;
    this.probes = probes;
    this.states = states;
    this.gradients = new ArrayList<>();
    this.exponents = new long[steps() + 1][sequences()];
  }

  /// Runs a network of one layer that reads forward, forward and backward.
  ///
  /// @param x `[B][T][inputSize]`, all of one length, at least one step
  /// @param probes `[B][outputSize]`
  public static GradientTrace of(ArrayLayer network, float[][][] x, float[][] probes) {
    if (x.length == 0 || x[0].length == 0 || probes.length != x.length) {
      throw new CarouselException.Request(
          "A trace needs sequences with steps and a probe for each, not %d sequences and %d probes."
              .formatted(x.length, probes.length));
    }
    List<State> states = new ArrayList<>();
    states.add(zero(network, x));
    GradientTrace trace = new GradientTrace(x, probes, states);
    for (int t = 0; t < trace.steps(); t++) {
      states.addAll(network.forward(trace.step(t), null, List.of(states.get(t))).last());
    }
    trace.backward(network);
    return trace;
  }

  /// The state of zeros, in the form of this network.
  private static State zero(ArrayLayer network, float[][][] x) {
    int[] none = new int[x.length];
    List<State> states = network.forward(new float[x.length][1][x[0][0].length], none, null).last();
    if (states.size() != 1) {
      throw new CarouselException.Request(
          "A trace follows one layer that reads forward, but this network has %d states."
              .formatted(states.size()));
    }
    return states.getFirst();
  }

  private void backward(ArrayLayer network) {
    State end = states.getLast();
    float[][] noC = new float[end.c().length][end.c().length == 0 ? 0 : end.c()[0].length];
    gradients.add(new State(probes, noC));
    float[][][] nothing = new float[sequences()][1][probes[0].length];
    for (int t = steps() - 1; t >= 0; t--) {
      network.forward(step(t), null, List.of(states.get(t)));
      State back = network.backward(nothing, List.of(gradients.getFirst())).first().getFirst();
      for (int b = 0; b < sequences(); b++) {
        exponents[t][b] = exponents[t + 1][b] + scaled(back, b);
      }
      gradients.addFirst(back);
    }
  }

  /// Scales a sequence's gradient to between 1 and 2, exactly, and gives the exponent taken out.
  private static int scaled(State gradient, int b) {
    double norm = length(vector(gradient, b));
    if (norm == 0 || !Double.isFinite(norm)) {
      return 0;
    }
    int exponent = StrictMath.getExponent(norm);
    for (float[][] part : List.of(gradient.h(), gradient.c())) {
      for (int k = 0; b < part.length && k < part[b].length; k++) {
        part[b][k] = StrictMath.scalb(part[b][k], -exponent);
      }
    }
    return exponent;
  }

  /// The inputs of one step, `[B][1][inputSize]`.
  private float[][][] step(int t) {
    float[][][] one = new float[sequences()][1][];
    for (int b = 0; b < sequences(); b++) {
      one[b][0] = x[b][t];
    }
    return one;
  }

  /// T.
  public int steps() {
    return x[0].length;
  }

  /// B.
  public int sequences() {
    return x.length;
  }

  /// `log10 ‖∂L/∂(h_t, c_t)‖` of a sequence at so many steps before its end; -∞ for 0.
  public double log10Norm(int sequence, int distance) {
    int t = steps() - distance;
    return StrictMath.log10(length(gradient(sequence, t)))
        + exponents[t][sequence] * StrictMath.log10(2);
  }

  /// The mean of [#log10Norm] over the sequences: that of the geometric mean of the norms.
  public double log10Norm(int distance) {
    double sum = 0;
    for (int b = 0; b < sequences(); b++) {
      sum += log10Norm(b, distance);
    }
    return sum / sequences();
  }

  /// At every distance, from 0 to T.
  public double[] log10Norms() {
    double[] norms = new double[steps() + 1];
    Arrays.setAll(norms, this::log10Norm);
    return norms;
  }

  double[] input(int sequence, int t) {
    return wide(x[sequence][t]);
  }

  double[] probe(int sequence) {
    return wide(probes[sequence]);
  }

  /// (h_t, c_t) in one vector, before step t.
  double[] state(int sequence, int t) {
    return vector(states.get(t), sequence);
  }

  /// ∂L/∂(h_t, c_t) in one vector, up to a power of two.
  double[] gradient(int sequence, int t) {
    return vector(gradients.get(t), sequence);
  }

  /// The exponent of that power of two.
  long exponent(int sequence, int t) {
    return exponents[t][sequence];
  }

  private static double[] vector(State state, int b) {
    double[] h = wide(state.h()[b]);
    double[] c = state.c().length == 0 ? new double[0] : wide(state.c()[b]);
    double[] all = Arrays.copyOf(h, h.length + c.length);
    System.arraycopy(c, 0, all, h.length, c.length);
    return all;
  }

  private static double[] wide(float[] from) {
    double[] to = new double[from.length];
    Arrays.setAll(to, k -> from[k]);
    return to;
  }

  static double length(double[] v) {
    return Math.sqrt(dot(v, v));
  }

  static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }
}
