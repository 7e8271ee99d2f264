package io.github.carouselml.train;

import io.github.carouselml.grad.MemoryPlan;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.CarriedState;
import io.github.carouselml.model.Weights;
import io.github.carouselml.tensor.Operations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Samples in an order, and the recorded model that they run through, part by part.
final class Feed implements AutoCloseable {
  private static final String STATE = "state";

  private final Samples samples;
  private final int partSize;
  private final int[] order;
  private final Batch batch;
  private final List<CarriedState> states;
  private final Program program;
  private int rows;

  Feed(Samples samples, Tape tape, int partSize) {
    this(samples, Recorded.of(samples, tape, partSize(samples, partSize)), partSize);
  }

  Feed(Samples samples, Recorded recorded, int partSize) {
    this.samples = samples;
    this.partSize = partSize(samples, partSize);
    this.order = new int[samples.size()];
    this.batch = recorded.batch();
    this.states = batch.states();
    this.program = recorded.tape().program();
    inOrder();
  }

  /// The most samples that are computed at once.
  static int partSize(Samples samples, int partSize) {
    return Math.min(partSize, samples.size());
  }

  private void takeUp() {
    for (int i = 0; i < states.size(); i++) {
      states.get(i).end(program);
    }
  }

  Batch batch() {
    return batch;
  }

  /// Whether states go on from batch to batch.
  boolean carries() {
    return !states.isEmpty();
  }

  /// Those states, for a checkpoint.
  Weights states() {
    Weights.Builder weights = Weights.builder();
    for (int i = 0; i < states.size(); i++) {
      float[] numbers = states.get(i).numbers();
      weights.add(STATE + i, List.of(numbers.length), numbers);
    }
    return weights.build();
  }

  /// Goes on from these.
  void restore(Weights saved, String where) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    for (int i = 0; i < states.size(); i++) {
      shapes.put(STATE + i, List.of(states.get(i).numbers().length));
    }
    saved.require(shapes, where);
    for (int i = 0; i < states.size(); i++) {
      states.get(i).restore(saved.values(STATE + i));
    }
  }

  Operations operations() {
    return program.operations();
  }

  MemoryPlan memory() {
    return program.memory();
  }

  /// The real rows of the last [#train].
  int rows() {
    return rows;
  }

  /// The order of the data.
  void inOrder() {
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
  }

  /// The order of an epoch, a function of seed and epoch alone.
  void shuffle(long seed, int epoch) {
    inOrder();
    new Random(seed, Random.Purpose.SHUFFLE, 0).shuffle(order, epoch);
  }

  /// What the samples at these places of the order count together.
  double weight(int from, int count) {
    double weight = 0;
    for (int i = from; i < from + count; i++) {
      weight += samples.weight(order[i]);
    }
    return weight;
  }

  /// The mean loss of the samples at these places. Its gradient is added to the parameters'.
  double train(int update, int from, int count) {
    double whole = weight(from, count);
    double loss = 0;
    rows = 0;
    for (int at = from; at < from + count; at += partSize) {
      int n = Math.min(partSize, from + count - at);
      double share = n == count ? 1 : whole == 0 ? 0 : weight(at, n) / whole;
      rows += batch.load(program, order, at, n);
      loss += share * program.train(update, (float) share);
      takeUp();
    }
    return loss;
  }

  /// The mean loss of all samples.
  double evaluate(int update) {
    double loss = 0;
    double whole = 0;
    for (int at = 0; at < order.length; at += partSize) {
      int n = Math.min(partSize, order.length - at);
      double weight = weight(at, n);
      batch.load(program, order, at, n);
      loss += weight * program.evaluate(update);
      takeUp();
      whole += weight;
    }
    return whole == 0 ? 0 : loss / whole;
  }

  @Override
  public void close() {
    program.close();
  }
}
