package io.github.carouselml.benchmarks;

/// One library that runs the problem. Each lives in a process of its own, so native runtimes cannot
/// disturb or break one another, and a contender need not be safe for several threads.
///
/// The order of calls: [#refusal], [#load], any number of the mode's timed call, [#outcome], then
/// another `load` or [#close]. Whatever a user would do once (primitives, packed weights, tensors)
/// belongs in `load`; whatever a user would do at every call (repacking weights in training, since
/// an optimizer has just changed them) belongs in the timed call.
public interface Contender extends AutoCloseable {

  String name();

  /// The version of the library, as its own code says it where it can.
  String version();

  /// A sentence why this point cannot be run, or the empty string.
  default String refusal(Point point, Mode mode) {
    return "";
  }

  void load(Problem problem, Mode mode, int threads) throws Exception;

  /// The outputs of all steps. Timed.
  void forward() throws Exception;

  /// Outputs, input gradients and parameter gradients. Timed.
  void trainStep() throws Exception;

  /// Sets the state of the stream to zero. Not timed.
  void restart() throws Exception;

  /// One step of one sequence: takes `x[step]`, leaves its outputs in `output [H]`, and carries the
  /// state. Timed.
  void stream(int step, float[] output) throws Exception;

  /// What the latest `forward` or `trainStep` computed, in the layout of [Problem]; gradients are
  /// empty after `forward`. Not timed.
  Outcome outcome() throws Exception;

  @Override
  void close();
}
