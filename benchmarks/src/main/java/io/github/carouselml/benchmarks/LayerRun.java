package io.github.carouselml.benchmarks;

import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A recurrent layer on a tape, with all that its structure needs beside the plans, over made-up
/// numbers: training steps (forward, dx, dW, dR, db; gradients are added to, not zeroed).
final class LayerRun implements AutoCloseable {
  private final Program program;
  private final Rows rows;
  private final double operations;
  private int update;

  LayerRun(Backend backend, Recurrent layer, int steps, int sequences) {
    Parameters parameters = Layer.initialize(backend, List.of(layer), 1);
    rows = new Rows(steps, sequences);
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
    Tensor x = tape.inputWithGradient("x", new RowSpace.Steps(rows), layer.inputSize());
    Tensor y = layer.apply(x);
    Tensor dy = GivenGradient.of(y);
    program = tape.program();
    int[] lengths = new int[sequences];
    Arrays.fill(lengths, steps);
    rows.set(lengths, sequences);
    Random random = new Random(7);
    program.upload(x, Drawn.floats(random, rows.count() * x.features()));
    program.upload(dy, Drawn.floats(random, rows.count() * y.features()));
    double weights = 0;
    for (Parameter parameter : parameters.all()) {
      if (parameter.spec().layout().shape().size() == 2) {
        weights += parameter.spec().layout().canonicalSize();
      }
    }
    operations = 2 * 3 * weights * rows.count();
  }

  /// The multiply-adds of its matrix products, counted twice as usual, of all three passes.
  double operations() {
    return operations;
  }

  /// The real steps.
  int steps() {
    return rows.count();
  }

  /// One training step; each draws its own random numbers.
  void run() {
    program.train(update++, 1);
  }

  @Override
  public void close() {
    program.close();
  }
}
