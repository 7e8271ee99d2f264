package io.github.carouselml.benchmarks;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Carousel: one recurrent plan a layer over memory allocated once. In training, zeroing the
/// gradients is timed, and so is whatever a plan does because the weights may have changed.
final class CarouselContender implements Contender {

  private Backend backend = backend(1);
  private Operations operations = backend.operations();
  private int threads = 1;
  private Point point = new Point(1, 1, 1, 1, 1);
  private boolean training;
  private Rows rows = new Rows(1, 1);
  private float[] x = new float[0];
  private final List<Sweep> sweeps = new ArrayList<>();

  private static Backend backend(int threads) {
    return Backends.open("cpu", new BackendOptions().withKernels("simd").withThreads(threads));
  }

  /// One layer's plan and memory.
  private static final class Sweep {
    private final RecurrentPlan plan;
    private final Slot[] weights;
    private final @Nullable Slot[] gradients;
    private final Slot x;
    private final Slot y;
    private final Slot dx;
    private final Slot dy;
    private final Slot[] h = new Slot[2];
    private final Slot[] c = new Slot[2];

    Sweep(RecurrentPlan plan, Slot x, Slot y, Slot dx, Slot dy) {
      this.plan = plan;
      this.x = x;
      this.y = y;
      this.dx = dx;
      this.dy = dy;
      weights = new Slot[plan.parameters().size()];
      gradients = new Slot[weights.length];
    }
  }

  @Override
  public String name() {
    return "Carousel";
  }

  @Override
  public String version() {
    return "0.1.0-SNAPSHOT";
  }

  @Override
  public void load(Problem problem, Mode mode, int newThreads) {
    if (threads != newThreads) {
      backend.close();
      threads = newThreads;
      backend = backend(threads);
      operations = backend.operations();
    }
    sweeps.clear();
    point = problem.point();
    training = mode == Mode.TRAINING;
    x = problem.x();
    int steps = mode == Mode.STREAMING ? 1 : point.steps();
    int batch = point.batch();
    int hidden = point.hiddenSize();
    rows = new Rows(steps, batch);
    int[] lengths = new int[batch];
    Arrays.fill(lengths, steps);
    rows.set(lengths, batch);
    Set<Flag> flags = training ? EnumSet.allOf(Flag.class) : EnumSet.noneOf(Flag.class);
    Slot below = grid(rows.count(), point.inputSize());
    Slot belowGradient = grid(training ? rows.count() : 0, point.inputSize());
    for (int l = 0; l < point.layers(); l++) {
      RecurrentPlan plan =
          backend.plan(new CellSpec.Lstm(hidden), point.inputSize(l), steps, batch, flags);
      Slot y = grid(rows.count(), hidden);
      Slot dy = grid(training ? rows.count() : 0, hidden);
      Sweep sweep = new Sweep(plan, below, y, belowGradient, dy);
      for (int p = 0; p < sweep.weights.length; p++) {
        ParameterSpec spec = plan.parameters().get(p);
        sweep.weights[p] = slot(spec.layout().packedSize());
        sweep.gradients[p] = slot(spec.layout().packedSize());
        backend.pack(spec.layout(), canonical(problem, l, spec), sweep.weights[p]);
      }
      for (int i = 0; i < 2; i++) {
        sweep.h[i] = grid(batch, hidden);
        sweep.c[i] = grid(batch, hidden);
      }
      sweeps.add(sweep);
      below = y;
      belowGradient = dy;
    }
    if (mode != Mode.STREAMING) {
      upload(x, point.inputSize(), sweeps.getFirst().x);
    }
    if (training) {
      upload(problem.dy(), hidden, sweeps.getLast().dy);
    }
  }

  private static float[] canonical(Problem problem, int layer, ParameterSpec spec) {
    return switch (spec.role()) {
      case INPUT_WEIGHT -> problem.w().get(layer);
      case RECURRENT_WEIGHT -> problem.r().get(layer);
      case BIAS -> problem.b().get(layer);
      case GAIN, TABLE ->
          throw new CarouselException.Request("A plain LSTM has no " + spec.name() + ".");
    };
  }

  private Slot slot(int floats) {
    Buffer buffer = backend.allocate(floats);
    return Slot.of(buffer);
  }

  private Slot grid(int count, int features) {
    return slot(Sizes.grid("A benchmark's tensor", count, features));
  }

  /// Sequences of one length keep their order, so only the steps are turned round.
  private void upload(float[] stepsAscending, int features, Slot to) {
    float[] ordered = turned(stepsAscending, point.batch() * features);
    backend.uploadRows(ordered, rows.count(), features, to);
  }

  private float[] download(Slot from, int features) {
    float[] ordered = new float[rows.count() * features];
    backend.downloadRows(from, rows.count(), features, ordered);
    return turned(ordered, point.batch() * features);
  }

  private static float[] turned(float[] values, int block) {
    float[] turned = new float[values.length];
    for (int at = 0; at < values.length; at += block) {
      System.arraycopy(values, at, turned, values.length - block - at, block);
    }
    return turned;
  }

  @Override
  public void forward() {
    for (Sweep sweep : sweeps) {
      sweep.plan.forward(rows, sweep.x, null, null, sweep.weights, sweep.y, null, null, training);
    }
  }

  @Override
  public void trainStep() {
    forward();
    for (int l = sweeps.size() - 1; l >= 0; l--) {
      Sweep sweep = sweeps.get(l);
      for (Slot gradient : sweep.gradients) {
        if (gradient != null) {
          operations.elements().fill(gradient, 0);
        }
      }
      sweep.plan.backward(
          rows,
          sweep.x,
          sweep.y,
          sweep.dy,
          null,
          null,
          sweep.weights,
          sweep.dx,
          false,
          null,
          null,
          sweep.gradients);
    }
  }

  @Override
  public void restart() {
    for (Sweep sweep : sweeps) {
      operations.elements().fill(sweep.h[0], 0);
      operations.elements().fill(sweep.c[0], 0);
    }
  }

  @Override
  public void stream(int step, float[] output) {
    Slot input = sweeps.getFirst().x;
    backend.upload(x, step * point.inputSize(), head(input, point.inputSize()));
    for (Sweep sweep : sweeps) {
      sweep.plan.forward(
          rows,
          sweep.x,
          sweep.h[0],
          sweep.c[0],
          sweep.weights,
          sweep.y,
          sweep.h[1],
          sweep.c[1],
          false);
      swap(sweep.h);
      swap(sweep.c);
    }
    backend.download(head(sweeps.getLast().y, output.length), output, 0);
  }

  private static Slot head(Slot row, int features) {
    return new Slot(row.buffer(), row.offset(), features);
  }

  private static void swap(Slot[] pair) {
    Slot first = pair[0];
    pair[0] = pair[1];
    pair[1] = first;
  }

  @Override
  public Outcome outcome() {
    int hidden = point.hiddenSize();
    float[] y = download(sweeps.getLast().y, hidden);
    if (!training) {
      return Outcome.ofOutputs(y);
    }
    List<float[]> dw = new ArrayList<>();
    List<float[]> dr = new ArrayList<>();
    List<float[]> db = new ArrayList<>();
    for (Sweep sweep : sweeps) {
      for (int p = 0; p < sweep.weights.length; p++) {
        ParameterSpec spec = sweep.plan.parameters().get(p);
        Slot gradient = sweep.gradients[p];
        if (gradient == null) {
          continue;
        }
        float[] canonical = new float[spec.layout().canonicalSize()];
        backend.unpack(spec.layout(), gradient, canonical);
        switch (spec.role()) {
          case INPUT_WEIGHT -> dw.add(canonical);
          case RECURRENT_WEIGHT -> dr.add(canonical);
          case BIAS -> db.add(canonical);
          case GAIN, TABLE -> {}
        }
      }
    }
    return new Outcome(y, download(sweeps.getFirst().dx, point.inputSize()), dw, dr, db);
  }

  @Override
  public void close() {
    backend.close();
  }
}
