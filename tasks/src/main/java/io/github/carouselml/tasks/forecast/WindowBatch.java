package io.github.carouselml.tasks.forecast;

import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The network on a tape, and the windows of the present batch.
final class WindowBatch {
  private final Network network;
  private final int horizon;
  private final Rows rows;
  private final Tape tape;
  private final Tensor inputs;
  private final List<Tensor> outputs;
  private final List<Tensor> objectives = new ArrayList<>();
  private final WindowRow[] windows;
  private final int[] lengths;
  private final int[] ids;
  private final float[] x;
  private final float[] y;
  private final float[] weight;
  private int count;

  WindowBatch(Tape tape, Network network, int maxSteps, int capacity) {
    this.network = network;
    this.horizon = network.spec().horizon();
    this.tape = tape;
    rows = new Rows(maxSteps, capacity);
    RowSpace steps = new RowSpace.Steps(rows);
    inputs = tape.input("windows", steps, network.inputs());
    outputs = network.apply(inputs);
    windows = new WindowRow[capacity];
    lengths = new int[capacity];
    ids = new int[capacity];
    x = new float[steps.capacity() * network.inputs()];
    y = new float[steps.capacity()];
    weight = new float[steps.capacity()];
  }

  /// Adds what training makes small.
  void recordLoss() {
    RowSpace steps = inputs.space();
    Tensor target = tape.input("targets", steps, 1);
    Tensor ahead = tape.input("ahead", steps, 1);
    objectives.addAll(List.of(target, ahead));
    network.loss(outputs, target, ahead);
  }

  /// Keeps the outputs to be read by [#output].
  void keepOutputs() {
    outputs.forEach(tape::keep);
  }

  void clear() {
    count = 0;
  }

  /// Adds a window; the id names its random numbers.
  void add(WindowRow window, int id) {
    windows[count] = window;
    lengths[count] = window.steps();
    ids[count] = id;
    count++;
  }

  /// Brings the windows into the program.
  ///
  /// @return the real rows
  int upload(Program program) {
    rows.set(lengths, ids, count);
    int width = network.inputs();
    boolean withTargets = !objectives.isEmpty();
    Arrays.fill(weight, 0, rows.count(), 0f);
    for (int i = 0; i < count; i++) {
      WindowRow window = windows[i];
      int past = window.steps() - horizon;
      for (int t = 0; t < window.steps(); t++) {
        int row = rows.row(t, i);
        System.arraycopy(window.inputs(), t * width, x, row * width, width);
        if (withTargets && t >= past) {
          y[row] = window.targets()[t - past];
          weight[row] = 1;
        }
      }
    }
    program.upload(inputs, x);
    if (withTargets) {
      program.upload(objectives.get(0), y);
      program.upload(objectives.get(1), weight);
    }
    return rows.count();
  }

  /// The outputs after a run, averaged over the ensemble: `[window][step ahead][output]`.
  double[][][] output(Program program) {
    int width = network.outputs();
    double[][][] mean = new double[count][horizon][width];
    float[] all = new float[rows.count() * width];
    for (Tensor output : outputs) {
      program.download(output, all);
      for (int i = 0; i < count; i++) {
        for (int h = 0; h < horizon; h++) {
          int row = rows.row(lengths[i] - horizon + h, i);
          for (int q = 0; q < width; q++) {
            mean[i][h][q] += all[row * width + q] / (double) outputs.size();
          }
        }
      }
    }
    return mean;
  }
}
