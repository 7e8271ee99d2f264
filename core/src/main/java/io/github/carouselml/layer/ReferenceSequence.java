package io.github.carouselml.layer;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.Back;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceCell.Step;
import io.github.carouselml.cell.ReferenceParameters;
import java.util.ArrayList;
import java.util.List;

/// A reference cell unrolled over one sequence, and backpropagation through time over all of it:
/// the truth to which the sweep over batches is held.
/// ```
/// var sequence = ReferenceSequence.forward(cell, x, cell.zeroState());   // x [T][I]
/// sequence.outputs();                                                    // h [T][P]
/// sequence.backward(dh, cell.zeroState());                               // dh [T][P], ∂L/∂h_t
/// ```
public final class ReferenceSequence {

  /// The gradients of a loss.
  ///
  /// @param dx with respect to the inputs, `[T][I]`
  /// @param dInitial with respect to the initial state
  /// @param parameters with respect to every parameter of the cell
  @SuppressWarnings("ArrayRecordComponent") // a bundle of arrays, not a value
  public record Gradients(double[][] dx, State dInitial, ReferenceParameters parameters) {}

  private final ReferenceCell cell;
  private final State initial;
  private final List<Step> steps = new ArrayList<>();

  private ReferenceSequence(ReferenceCell cell, State initial) {
    this.cell = cell;
    this.initial = initial;
  }

  /// Runs the cell over `x [T][I]`, T ≥ 0, from an initial state.
  public static ReferenceSequence forward(ReferenceCell cell, double[][] x, State initial) {
    ReferenceSequence sequence = new ReferenceSequence(cell, initial);
    State state = initial;
    for (double[] xt : x) {
      Step step = cell.step(xt, state);
      sequence.steps.add(step);
      state = step.after();
    }
    return sequence;
  }

  /// The outputs, `[T][P]`.
  public double[][] outputs() {
    return steps.stream().map(step -> step.after().h()).toArray(double[][]::new);
  }

  /// The state after every step, the first of them before step 0: T + 1 of them.
  public List<State> states() {
    List<State> states = new ArrayList<>();
    states.add(initial);
    steps.forEach(step -> states.add(step.after()));
    return states;
  }

  /// The state after the last step; the initial one where T = 0.
  public State last() {
    return states().getLast();
  }

  /// Backpropagation through time.
  ///
  /// @param dh what the loss adds at every output, `[T][P]`
  /// @param dLast what it adds at the final state
  public Gradients backward(double[][] dh, State dLast) {
    double[][] dx = new double[steps.size()][];
    ReferenceParameters gradients = cell.parameters().zeros();
    State d = dLast;
    for (int t = steps.size() - 1; t >= 0; t--) {
      // ∂L/∂h_t = (what the loss adds at t) + (what comes back from step t + 1)
      Back back = steps.get(t).backward(new State(sum(dh[t], d.h()), d.c()), gradients);
      dx[t] = back.dx();
      d = back.dBefore();
    }
    return new Gradients(dx, d, gradients);
  }

  private static double[] sum(double[] u, double[] v) {
    double[] y = u.clone();
    for (int k = 0; k < y.length; k++) {
      y[k] += v[k];
    }
    return y;
  }
}
