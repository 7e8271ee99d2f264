package io.github.carouselml.inspect;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters.Parameter;
import io.github.carouselml.layer.ReferenceStack;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.ParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A case through the reference in double, sequence by sequence, with the results under the names
/// that [BitsProgram] gives them.
final class ReferenceRun {
  private final BitsCase numbers;
  private final CellSpec spec;
  private final int directions;
  private final List<ReferenceCell> cells = new ArrayList<>();
  private final List<ParameterSpec> parameters;
  private final Map<String, double[]> results = new LinkedHashMap<>();

  private ReferenceRun(BitsCase numbers) {
    this.numbers = numbers;
    spec = numbers.layer().cell(0);
    directions = numbers.direction() == Direction.BOTH ? 2 : 1;
    parameters = numbers.parameters();
  }

  /// Forward or both directions; by name, `[rows * features]`.
  static Map<String, double[]> results(BitsCase numbers) {
    ReferenceRun run = new ReferenceRun(numbers);
    run.makeCells();
    for (int id : numbers.ids()) {
      run.sequence(id);
    }
    return run.results;
  }

  private void makeCells() {
    int each = parameters.size() / directions;
    for (int d = 0; d < directions; d++) {
      ReferenceCell cell = ReferenceCell.of(spec, numbers.shape().inputSize);
      for (int p = 0; p < each; p++) {
        double[] to = cell.parameters().all().get(p).values();
        double[] from = wide(numbers.parameter(parameters.get(d * each + p)));
        System.arraycopy(from, 0, to, 0, to.length);
      }
      cells.add(cell);
    }
  }

  private void sequence(int id) {
    int steps = numbers.length(id);
    double[][] x = rows("x", id, steps, numbers.shape().inputSize);
    double[][] dy = rows("∂y", id, steps, directions * spec.outputSize());
    List<State> first = new ArrayList<>();
    List<State> dLast = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      first.add(state("", d, id));
      dLast.add(state("∂", d, id));
    }
    ReferenceStack stack = ReferenceStack.forward(directions, cells, x, first);
    ReferenceStack.Gradients gradients = stack.backward(dy, dLast);
    results.put("y of " + id, flat(stack.outputs()));
    results.put("∂x of " + id, flat(gradients.dx()));
    int place = 0;
    for (int d = 0; d < directions; d++) {
      put("last ", d, id, stack.last().get(d));
      put("∂ first ", d, id, gradients.dInitial().get(d));
      for (Parameter gradient : gradients.parameters().get(d).all()) {
        add(parameters.get(place++).name(), gradient.values());
      }
    }
  }

  private State state(String prefix, int d, int id) {
    double[] h = wide(numbers.of(prefix + "h" + d, id, 1, spec.outputSize()));
    int cells = spec.hasCellState() ? spec.hiddenSize() : 0;
    return new State(h, wide(numbers.of(prefix + "c" + d, id, 1, cells)));
  }

  private void put(String what, int d, int id, State state) {
    results.put(what + "h" + d + " of " + id, state.h());
    if (spec.hasCellState()) {
      results.put(what + "c" + d + " of " + id, state.c());
    }
  }

  private void add(String name, double[] gradient) {
    double[] sum = results.computeIfAbsent(name, _ -> new double[gradient.length]);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += gradient[i];
    }
  }

  private double[][] rows(String what, int id, int rows, int features) {
    double[] flat = wide(numbers.of(what, id, rows, features));
    double[][] x = new double[rows][features];
    for (int t = 0; t < rows; t++) {
      System.arraycopy(flat, t * features, x[t], 0, features);
    }
    return x;
  }

  private static double[] wide(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  private static double[] flat(double[][] x) {
    int features = x.length == 0 ? 0 : x[0].length;
    double[] y = new double[x.length * features];
    for (int t = 0; t < x.length; t++) {
      System.arraycopy(x[t], 0, y, t * features, features);
    }
    return y;
  }
}
