package io.github.carouselml.benchmarks;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.EnumSet;
import java.util.Random;

/// One recurrent layer over made-up numbers, ready to be run again and again: a forward pass, or a
/// training step (forward, dx, dW, dR, db; gradients are added to, not zeroed).
final class PlanRun {
  private final boolean training;
  private final RecurrentPlan plan;
  private final Rows rows;
  private final Slot x;
  private final Slot y;
  private final Slot dx;
  private final Slot dy;
  private final Slot[] parameters;
  private final Slot[] gradients;
  private final double operations;

  PlanRun(
      Backend backend, CellSpec cell, int inputs, int[] lengths, int maxSteps, boolean training) {
    this(backend, cell, new RecurrentNoise(), inputs, lengths, maxSteps, training);
  }

  /// With noise, every mask leaves out half.
  PlanRun(
      Backend backend,
      CellSpec cell,
      RecurrentNoise noise,
      int inputs,
      int[] lengths,
      int maxSteps,
      boolean training) {
    this.training = training;
    EnumSet<Flag> flags = training ? EnumSet.allOf(Flag.class) : EnumSet.noneOf(Flag.class);
    plan = backend.plan(cell, inputs, maxSteps, lengths.length, flags, noise);
    rows = new Rows(maxSteps, lengths.length);
    rows.set(lengths, lengths.length);
    Random random = new Random(1);
    if (noise.reachesTheCell()) {
      Slot operand = mask(backend, lengths.length, cell.outputSize(), random);
      Slot h = mask(backend, rows.count(), cell.outputSize(), random);
      Slot c = mask(backend, rows.count(), cell.hiddenSize(), random);
      plan.masks(
          noise.recurrent() > 0 ? operand : null,
          noise.zoneoutHidden() > 0 ? h : null,
          noise.zoneoutCell() > 0 ? c : null);
    }
    x = grid(backend, inputs, random);
    y = grid(backend, cell.outputSize(), random);
    dx = grid(backend, inputs, random);
    dy = grid(backend, cell.outputSize(), random);
    parameters = new Slot[plan.parameters().size()];
    gradients = new Slot[parameters.length];
    double weights = 0;
    for (int p = 0; p < parameters.length; p++) {
      Layout layout = plan.parameters().get(p).layout();
      parameters[p] = Slot.of(backend.allocate(layout.packedSize()));
      gradients[p] = Slot.of(backend.allocate(layout.packedSize()));
      float[] values = Drawn.floats(random, layout.canonicalSize());
      for (int i = 0; i < values.length; i++) {
        values[i] *= 0.1f;
      }
      backend.pack(layout, values, parameters[p]);
      weights += layout.shape().size() == 2 ? layout.canonicalSize() : 0;
    }
    operations = 2 * weights * rows.count() * (training ? 3 : 1);
  }

  private static Slot mask(Backend backend, int count, int features, Random random) {
    Slot slot = Slot.of(backend.allocate(Sizes.grid("A mask", count, features)));
    float[] values = new float[count * features];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(2);
    }
    backend.uploadRows(values, count, features, slot);
    return slot;
  }

  private Slot grid(Backend backend, int features, Random random) {
    int count = Math.max(1, rows.count());
    Slot slot = Slot.of(backend.allocate(Sizes.grid("A benchmark's tensor", count, features)));
    backend.uploadRows(Drawn.floats(random, count * features), count, features, slot);
    return slot;
  }

  /// The multiply-adds of its matrix products, counted twice as usual: once for forward, three times
  /// for training.
  double operations() {
    return operations;
  }

  /// The real steps.
  int steps() {
    return rows.count();
  }

  void run() {
    plan.forward(rows, x, null, null, parameters, y, null, null, training);
    if (training) {
      plan.backward(rows, x, y, dy, null, null, parameters, dx, false, null, null, gradients);
    }
  }

  /// Milliseconds of one run.
  double time() {
    long start = System.nanoTime();
    run();
    return (System.nanoTime() - start) / 1e6;
  }

  /// Runs for about so many seconds.
  void warmUp(double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      run();
    }
  }
}
