package io.github.carouselml.layer;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters.Parameter;
import io.github.carouselml.layer.ReferenceSequence.Gradients;
import io.github.carouselml.spec.CellSpec;
import java.util.SplittableRandom;

/// Finite differences against derived gradients, in double: for every parameter, input and initial
/// state of a reference cell over a sequence, with the loss
/// ```
/// L = Σ_t dh_t · h_t + dLast.h · h_{T-1} + dLast.c · c_{T-1}
/// ```
/// The quotient is central, `(L(θ + 1e-5) - L(θ - 1e-5)) / 2e-5`. Two numbers agree when they
/// differ by at most [#BOUND] `max(1, |a|, |b|)`.
///
/// @param cell with the parameters at which to check
/// @param x the inputs, `[T][I]`
/// @param initial the state before the first step
/// @param dh the weights of the outputs in the loss, `[T][P]`
/// @param dLast the weights of the final state in the loss
@SuppressWarnings("ArrayRecordComponent") // a bundle of arrays, not a value
public record GradientCheck(
    ReferenceCell cell, double[][] x, State initial, double[][] dh, State dLast) {

  public static final double BOUND = 1e-6;
  private static final double STEP = 1e-5;

  /// A derived gradient beside its difference quotient.
  public record Difference(String where, double derived, double measured) {

    /// |a - b| / max(1, |a|, |b|), at most [#BOUND] where they agree; NaN is as wrong as can be
    public double error() {
      double scale = Math.max(1, Math.max(Math.abs(derived), Math.abs(measured)));
      double error = Math.abs(derived - measured) / scale;
      return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }
  }

  /// A check of this cell at parameters, inputs, states and loss weights drawn from the seed.
  public static GradientCheck random(CellSpec spec, int inputSize, int steps, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ReferenceCell cell = ReferenceCell.of(spec, inputSize);
    for (Parameter parameter : cell.parameters().all()) {
      // gains lie around 1, all others around 0
      double center = parameter.name().startsWith("gain") ? 1 : 0;
      fill(parameter.values(), center, random);
    }
    State zero = cell.zeroState();
    return new GradientCheck(
        cell,
        draw(steps, inputSize, random),
        draw(zero, random),
        draw(steps, zero.h().length, random),
        draw(zero, random));
  }

  /// The gradients that the reference derives.
  public Gradients derived() {
    return ReferenceSequence.forward(cell, x, initial).backward(dh, dLast);
  }

  /// Of all numbers in the derived gradients the one that is furthest from its difference quotient.
  public Difference worst() {
    return worst(derived());
  }

  /// Of all numbers in gradients that somebody claims the one that is furthest from its quotient.
  public Difference worst(Gradients claimed) {
    Difference worst = new Difference("nothing", 0, 0);
    for (Parameter parameter : cell.parameters().all()) {
      double[] derived = claimed.parameters().get(parameter.name());
      worst = worse(worst, worst(parameter.name(), parameter.values(), derived));
    }
    for (int t = 0; t < x.length; t++) {
      worst = worse(worst, worst("x[" + t + "]", x[t], claimed.dx()[t]));
    }
    worst = worse(worst, worst("h0", initial.h(), claimed.dInitial().h()));
    return worse(worst, worst("c0", initial.c(), claimed.dInitial().c()));
  }

  private Difference worst(String name, double[] values, double[] derived) {
    Difference worst = new Difference("nothing", 0, 0);
    for (int k = 0; k < values.length; k++) {
      double value = values[k];
      values[k] = value + STEP;
      double above = loss();
      values[k] = value - STEP;
      double below = loss();
      values[k] = value;
      double measured = (above - below) / (2 * STEP);
      worst = worse(worst, new Difference(name + "[" + k + "]", derived[k], measured));
    }
    return worst;
  }

  private static Difference worse(Difference a, Difference b) {
    return a.error() >= b.error() ? a : b;
  }

  private double loss() {
    ReferenceSequence sequence = ReferenceSequence.forward(cell, x, initial);
    double[][] h = sequence.outputs();
    double loss = dot(dLast.h(), sequence.last().h()) + dot(dLast.c(), sequence.last().c());
    for (int t = 0; t < h.length; t++) {
      loss += dot(dh[t], h[t]);
    }
    return loss;
  }

  private static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }

  private static double[][] draw(int rows, int columns, SplittableRandom random) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      fill(row, 0, random);
    }
    return values;
  }

  private static State draw(State sizes, SplittableRandom random) {
    State state = new State(new double[sizes.h().length], new double[sizes.c().length]);
    fill(state.h(), 0, random);
    fill(state.c(), 0, random);
    return state;
  }

  private static void fill(double[] values, double center, SplittableRandom random) {
    for (int k = 0; k < values.length; k++) {
      values[k] = center + 2 * random.nextDouble() - 1;
    }
  }
}
