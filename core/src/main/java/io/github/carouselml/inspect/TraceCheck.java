package io.github.carouselml.inspect;

import static io.github.carouselml.inspect.GradientTrace.dot;
import static io.github.carouselml.inspect.GradientTrace.length;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.spec.CellSpec;
import java.util.Arrays;
import java.util.List;

/// A [GradientTrace] beside central differences, in double, on the reference of its cell.
///
/// A gradient of 1e-20 cannot be seen in a difference of two losses: rounding hides it. So every
/// step is differenced for itself, from the state that the network was in: with g⁺ after a step and
/// g before it, `(g⁺ · f(s + εu) - g⁺ · f(s - εu)) / 2ε` must be `g · u`, once along g, where it is
/// ‖g‖, and once along a random u, where n times its mean square is the square of what g is off as
/// a whole. And where the gradient is large enough, the whole way from a step to the end is
/// differenced at once.
///
/// @param along the largest relative difference of ‖g‖ at any step of any sequence
/// @param across how far g is off as a whole relative to its length, root of the mean square over all
///     steps
/// @param whole the largest relative difference over a whole distance
/// @param distances how many whole distances could be seen
public record TraceCheck(double along, double across, double whole, int distances) {
  private static final double STEP = 1e-5;
  private static final List<Integer> DISTANCES = List.of(1, 2, 5, 10, 20, 50, 100);

  /// Norms between these can be seen over a whole distance.
  private static final double LEAST = 1e-5;

  private static final double MOST = 1e3;

  /// Compares a trace of a network that has this cell and these parameters.
  public static TraceCheck of(
      GradientTrace trace, CellSpec spec, int inputSize, Parameters parameters, long seed) {
    return new Differences(trace, reference(spec, inputSize, parameters), seed).check();
  }

  private static ReferenceCell reference(CellSpec spec, int inputSize, Parameters parameters) {
    ReferenceCell cell = ReferenceCell.of(spec, inputSize);
    int place = 0;
    for (var from : parameters.all()) {
      Parameter to = cell.parameters().all().get(place++);
      float[] values = parameters.value(from.name());
      Arrays.setAll(to.values(), k -> values[k]);
    }
    return cell;
  }

  private static final class Differences {
    private final GradientTrace trace;
    private final ReferenceCell cell;
    private final Random random;
    private double along;
    private double squares;
    private double whole;
    private int distances;
    private long drawn;

    Differences(GradientTrace trace, ReferenceCell cell, long seed) {
      this.trace = trace;
      this.cell = cell;
      this.random = new Random(seed, Random.Purpose.SAMPLE, -1);
    }

    TraceCheck check() {
      int compared = 0;
      for (int b = 0; b < trace.sequences(); b++) {
        for (int t = 0; t < trace.steps(); t++) {
          if (length(trace.gradient(b, t)) > 0) {
            step(b, t);
            compared++;
          }
        }
      }
      DISTANCES.stream().filter(d -> d <= trace.steps()).forEach(d -> whole(0, d));
      return new TraceCheck(along, Math.sqrt(squares / Math.max(1, compared)), whole, distances);
    }

    // g · u  against  (g⁺ · f(s + εu) - g⁺ · f(s - εu)) / 2ε
    private void step(int b, int t) {
      double[] after = trace.gradient(b, t + 1);
      double[] before = trace.gradient(b, t);
      // both without the power of two that was taken out between them
      double scale = StrictMath.scalb(1.0, (int) (trace.exponent(b, t + 1) - trace.exponent(b, t)));
      double norm = length(before);

      double[] u = scaled(before, 1 / norm);
      double got = scale * quotient(after, b, t, t + 1, u, STEP);
      along = Math.max(along, Math.abs(got - norm) / norm);

      double[] v = direction(before.length);
      double off = scale * quotient(after, b, t, t + 1, v, STEP) - dot(before, v);
      squares += before.length * off * off / (norm * norm);
    }

    // ‖∂L/∂s_t‖  against  (L(s_t + εu) - L(s_t - εu)) / 2ε
    private void whole(int b, int distance) {
      int t = trace.steps() - distance;
      double norm = StrictMath.pow(10, trace.log10Norm(b, distance));
      if (norm < LEAST || norm > MOST) {
        return;
      }
      double[] g = trace.gradient(b, t);
      double[] u = scaled(g, 1 / length(g));
      double[] probe = Arrays.copyOf(trace.probe(b), g.length);
      double epsilon = STEP / Math.max(1, norm);
      double got = quotient(probe, b, t, trace.steps(), u, epsilon);
      whole = Math.max(whole, Math.abs(got - norm) / norm);
      distances++;
    }

    /// The central difference of `p · s` after the steps from `t` to before `end`, along u before
    /// them.
    private double quotient(double[] p, int b, int t, int end, double[] u, double epsilon) {
      double above = dot(p, after(b, t, end, u, epsilon));
      double below = dot(p, after(b, t, end, u, -epsilon));
      return (above - below) / (2 * epsilon);
    }

    private double[] after(int b, int t, int end, double[] u, double epsilon) {
      double[] s = trace.state(b, t);
      for (int k = 0; k < s.length; k++) {
        s[k] += epsilon * u[k];
      }
      int outputs = cell.spec().outputSize();
      State state = new State(Arrays.copyOf(s, outputs), Arrays.copyOfRange(s, outputs, s.length));
      for (int i = t; i < end; i++) {
        state = cell.step(trace.input(b, i), state).after();
      }
      double[] all = Arrays.copyOf(state.h(), s.length);
      System.arraycopy(state.c(), 0, all, outputs, s.length - outputs);
      return all;
    }

    /// A random direction of length 1.
    private double[] direction(int size) {
      double[] v = new double[size];
      Arrays.setAll(v, _ -> random.normal(drawn++));
      return scaled(v, 1 / length(v));
    }

    private static double[] scaled(double[] v, double factor) {
      double[] y = new double[v.length];
      Arrays.setAll(y, k -> factor * v[k]);
      return y;
    }
  }
}
