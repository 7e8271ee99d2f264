package io.github.carouselml.layer;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Reference cells in layers and directions over one sequence. The second direction of a layer
/// reads the sequence from its own end; a layer's outputs are those of its directions one after the
/// other.
public final class ReferenceStack {

  /// One direction of one layer.
  ///
  /// @param reverse whether it reads from the end
  private record Run(ReferenceSequence sequence, boolean reverse) {}

  /// The gradients of a loss; the lists are indexed by `layer * directions + direction`.
  ///
  /// @param dx with respect to the inputs, `[T][I]`
  @SuppressWarnings("ArrayRecordComponent") // a bundle of arrays, not a value
  public record Gradients(
      double[][] dx, List<State> dInitial, List<ReferenceParameters> parameters) {}

  private final int directions;
  private final List<Run> runs = new ArrayList<>();
  private final double[][] outputs;

  private ReferenceStack(int directions, List<ReferenceCell> cells, double[][] x, List<State> in) {
    this.directions = directions;
    double[][] input = x;
    for (int layer = 0; layer < cells.size() / directions; layer++) {
      double[][] output = new double[x.length][0];
      for (int direction = 0; direction < directions; direction++) {
        int place = layer * directions + direction;
        boolean reverse = direction == 1;
        var sequence =
            ReferenceSequence.forward(cells.get(place), ordered(input, reverse), in.get(place));
        runs.add(new Run(sequence, reverse));
        output = joined(output, ordered(sequence.outputs(), reverse));
      }
      input = output;
    }
    outputs = input;
  }

  /// Runs cells over `x [T][I]`.
  ///
  /// @param directions 1 or 2
  /// @param cells one for each layer and direction, at `layer * directions + direction`
  /// @param initial the state before the first step of each, in the same order
  public static ReferenceStack forward(
      int directions, List<ReferenceCell> cells, double[][] x, List<State> initial) {
    return new ReferenceStack(directions, cells, x, initial);
  }

  /// The outputs of the last layer, `[T][directions * P]`.
  public double[][] outputs() {
    return outputs;
  }

  /// The state after the last step of every layer and direction.
  public List<State> last() {
    return runs.stream().map(run -> run.sequence.last()).toList();
  }

  /// Backpropagation through time and layers.
  ///
  /// @param dh what the loss adds at every output, `[T][directions * P]`
  /// @param dLast what it adds at the final states
  public Gradients backward(double[][] dh, List<State> dLast) {
    List<State> dInitial = new ArrayList<>(dLast);
    List<ReferenceParameters> parameters =
        new ArrayList<>(Collections.nCopies(runs.size(), new ReferenceParameters()));
    double[][] dOutput = dh;
    for (int layer = runs.size() / directions - 1; layer >= 0; layer--) {
      double[][] dInput = new double[dh.length][0];
      for (int direction = 0; direction < directions; direction++) {
        int place = layer * directions + direction;
        Run run = runs.get(place);
        double[][] mine = part(dOutput, direction);
        var back = run.sequence.backward(ordered(mine, run.reverse), dLast.get(place));
        dInitial.set(place, back.dInitial());
        parameters.set(place, back.parameters());
        double[][] dx = ordered(back.dx(), run.reverse);
        dInput = direction == 0 ? dx : sum(dInput, dx);
      }
      dOutput = dInput;
    }
    return new Gradients(dOutput, dInitial, parameters);
  }

  /// The rows, or the same rows from the end.
  private static double[][] ordered(double[][] rows, boolean reverse) {
    List<double[]> list = Arrays.asList(rows);
    return (reverse ? list.reversed() : list).toArray(double[][]::new);
  }

  private static double[][] joined(double[][] left, double[][] right) {
    double[][] both = new double[left.length][];
    for (int t = 0; t < left.length; t++) {
      both[t] = Arrays.copyOf(left[t], left[t].length + right[t].length);
      System.arraycopy(right[t], 0, both[t], left[t].length, right[t].length);
    }
    return both;
  }

  /// The columns that belong to one direction.
  private double[][] part(double[][] rows, int direction) {
    double[][] part = new double[rows.length][];
    for (int t = 0; t < rows.length; t++) {
      int width = rows[t].length / directions;
      part[t] = Arrays.copyOfRange(rows[t], direction * width, (direction + 1) * width);
    }
    return part;
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][];
    for (int t = 0; t < a.length; t++) {
      sum[t] = a[t].clone();
      for (int k = 0; k < sum[t].length; k++) {
        sum[t][k] += b[t][k];
      }
    }
    return sum;
  }
}
