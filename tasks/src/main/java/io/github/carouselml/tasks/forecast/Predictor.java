package io.github.carouselml.tasks.forecast;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.tensor.Backend;

/// A model made ready to forecast a batch of windows. One thread at a time.
final class Predictor implements AutoCloseable {
  /// The windows of a batch.
  static final int CAPACITY = 32;

  private final Network network;
  private final WindowBatch batch;
  private final Program program;

  Predictor(Backend backend, Parameters parameters, Network network, WindowOptions options) {
    this.network = network;
    Tape tape = new Tape(backend, parameters, Tape.Mode.PREDICT, 0);
    batch = new WindowBatch(tape, network, options.context() + options.horizon(), CAPACITY);
    batch.keepOutputs();
    program = tape.program();
  }

  /// The outputs of these windows: `[window][step ahead][output]`.
  double[][][] run(Windows windows, int from, int count) {
    batch.clear();
    for (int i = from; i < from + count; i++) {
      batch.add(new WindowRow(windows.get(i), network), i);
    }
    batch.upload(program);
    program.evaluate(0);
    return batch.output(program);
  }

  @Override
  public void close() {
    program.close();
  }
}
