package io.github.carouselml.inspect;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.LinearCrossEntropy;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.Samples;
import java.util.Arrays;
import java.util.List;

/// The latch of Bengio, Simard and Frasconi (1994): the first step shows one of two signs, the rest
/// is noise, and after the last step the sign is asked for. Feature 0 carries the sign at the first
/// step, feature 1 says that it does; every other number is standard normal. Who guesses has a loss
/// of ln 2.
///
/// @param seed names the sequences
/// @param size how many there are
record LatchTask(Recurrent layer, int steps, long seed, int size) implements Samples {
  private static final int CLASSES = 2;

  private Dense head() {
    return new Dense("head", layer.outputSize(), CLASSES);
  }

  List<Layer> layers() {
    return List.of(layer, head());
  }

  private Random random() {
    return new Random(seed, Random.Purpose.SAMPLE, 0);
  }

  private int sign(int number) {
    return random().below(2, index(number, 0, 0));
  }

  private long index(int number, int step, int feature) {
    return ((long) number * (steps + 1) + step) * layer.inputSize() + feature;
  }

  /// A sequence, `[T][inputSize]`, times the scale.
  float[][] sequence(int number, double scale) {
    Random random = random();
    float[][] x = new float[steps][layer.inputSize()];
    for (int t = 0; t < steps; t++) {
      for (int k = 0; k < layer.inputSize(); k++) {
        // index 0 of a sequence is its sign's
        x[t][k] = (float) (scale * random.normal(index(number, t + 1, k)));
      }
      x[t][1] = 0;
    }
    x[0][0] = (float) (scale * (2 * sign(number) - 1));
    x[0][1] = (float) scale;
    return x;
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    Rows rows = new Rows(steps, capacity);
    Tensor x = tape.input("x", new RowSpace.Steps(rows), layer.inputSize());
    Tensor last = Sequences.last(layer.apply(x));
    Indices signs = tape.indices("signs", last.space());
    LinearCrossEntropy.of(last, head().weight(last), head().bias(last), signs, null, 1);
    int[] lengths = new int[capacity];
    Arrays.fill(lengths, steps);
    float[] values = new float[capacity * steps * layer.inputSize()];
    return (program, samples, from, count) -> {
      rows.set(lengths, count);
      for (int i = 0; i < count; i++) {
        int number = samples[from + i];
        float[][] sequence = sequence(number, 1);
        for (int t = 0; t < steps; t++) {
          int to = rows.row(t, i) * layer.inputSize();
          System.arraycopy(sequence[t], 0, values, to, layer.inputSize());
        }
        signs.values()[rows.rank(i)] = sign(number);
      }
      program.upload(x, values);
      return rows.count();
    };
  }
}
