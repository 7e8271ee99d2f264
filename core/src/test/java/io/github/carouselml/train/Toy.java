package io.github.carouselml.train;

import io.github.carouselml.grad.DropoutOp;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Pointwise;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.List;

/// A small task with everything that a real one has: sequences of unequal lengths, a loss at every
/// step, dropout. The network is to find `sin(x0) + x1 x2`.
final class Toy implements Samples {
  static final Dense FIRST = new Dense("first", 3, 20);
  static final Dense SECOND = new Dense("second", 20, 1);
  static final Recurrent LSTM = new Recurrent("lstm", 3, new CellSpec.Lstm(20));
  private static final int STEPS = 4;

  private final int size;
  private final float dropout;
  private final boolean recurrent;
  private final float[][] x;
  private final float[][] y;

  Toy(int size, long seed, float dropout) {
    this(size, seed, dropout, false);
  }

  /// With an LSTM where the first layer stood, or without.
  Toy(int size, long seed, float dropout, boolean recurrent) {
    this.size = size;
    this.dropout = dropout;
    this.recurrent = recurrent;
    Random random = new Random(seed, Random.Purpose.SAMPLE, 0);
    x = new float[size][3 * STEPS];
    y = new float[size][STEPS];
    for (int s = 0; s < size; s++) {
      for (int i = 0; i < x[s].length; i++) {
        x[s][i] = 2 * random.uniform((long) s * x[s].length + i) - 1;
      }
      for (int t = 0; t < STEPS; t++) {
        y[s][t] = (float) StrictMath.sin(x[s][3 * t]) + x[s][3 * t + 1] * x[s][3 * t + 2];
      }
    }
  }

  static Parameters parameters(Backend backend, long seed) {
    return Layer.initialize(backend, List.of(FIRST, SECOND), seed);
  }

  static Parameters recurrentParameters(Backend backend, long seed) {
    return Layer.initialize(backend, List.of(LSTM, SECOND), seed);
  }

  /// Spoils a target.
  Toy withTarget(int sample, float value) {
    y[sample][0] = value;
    return this;
  }

  static int length(int sample) {
    return 1 + sample % STEPS;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public double weight(int sample) {
    return length(sample);
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    Rows rows = new Rows(STEPS, capacity);
    Tensor inputs = tape.input("x", new RowSpace.Steps(rows), 3);
    Tensor targets = tape.input("y", new RowSpace.Steps(rows), 1);
    Tensor hidden = recurrent ? LSTM.apply(inputs) : Pointwise.tanh(FIRST.apply(inputs));
    Tensor dropped = DropoutOp.of(hidden, dropout, false);
    MeanLoss.of(new LossSpec.Squared(), SECOND.apply(dropped), targets);
    int[] lengths = new int[capacity];
    int[] ids = new int[capacity];
    float[] xs = new float[capacity * 3 * STEPS];
    float[] ys = new float[capacity * STEPS];
    return (program, samples, from, count) -> {
      for (int i = 0; i < count; i++) {
        ids[i] = samples[from + i];
        lengths[i] = length(ids[i]);
      }
      rows.set(lengths, ids, count);
      for (int i = 0; i < count; i++) {
        for (int t = 0; t < lengths[i]; t++) {
          int row = rows.row(t, i);
          System.arraycopy(x[ids[i]], 3 * t, xs, 3 * row, 3);
          ys[row] = y[ids[i]][t];
        }
      }
      program.upload(inputs, xs);
      program.upload(targets, ys);
      return rows.count();
    };
  }
}
