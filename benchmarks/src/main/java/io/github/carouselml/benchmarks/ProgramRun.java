package io.github.carouselml.benchmarks;

import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A whole small model on made-up data, an LSTM with a dense layer and a squared loss, that is run
/// again and again: training steps without the optimizer, or predictions.
final class ProgramRun implements AutoCloseable {
  private final boolean training;
  private final Parameters parameters;
  private final Program program;

  ProgramRun(Backend backend, boolean training, int steps, int sequences, int inputs, int hidden) {
    this.training = training;
    Recurrent recurrent = new Recurrent("lstm", inputs, new CellSpec.Lstm(hidden));
    Dense dense = new Dense("head", hidden, 1);
    parameters = Layer.initialize(backend, List.of(recurrent, dense), 1);
    Rows rows = new Rows(steps, sequences);
    RowSpace space = new RowSpace.Steps(rows);
    Tape.Mode mode = training ? Tape.Mode.TRAIN : Tape.Mode.PREDICT;
    Tape tape = new Tape(backend, parameters, mode, 1);
    Tensor x = tape.input("x", space, inputs);
    Tensor y = tape.input("y", space, 1);
    MeanLoss.of(new LossSpec.Squared(), dense.apply(recurrent.apply(x)), y);
    program = tape.program();
    int[] lengths = new int[sequences];
    Arrays.fill(lengths, steps);
    rows.set(lengths, sequences);
    Random random = new Random(7);
    program.upload(x, Drawn.floats(random, rows.count() * inputs));
    program.upload(y, Drawn.floats(random, rows.count()));
  }

  void run() {
    if (training) {
      parameters.zeroGradients(program.operations());
      program.train(0, 1);
    } else {
      program.evaluate(0);
    }
  }

  /// Of the loss and, in training, of the gradients.
  String digest() {
    int hash = Double.hashCode(program.evaluate(0));
    for (Parameter parameter : parameters.all()) {
      if (training) {
        hash = 31 * hash + Arrays.hashCode(parameters.gradient(parameter.name()));
      }
    }
    return Integer.toHexString(hash);
  }

  @Override
  public void close() {
    program.close();
  }
}
