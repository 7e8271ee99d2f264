package io.github.carouselml.benchmarks;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Embedding;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.MultiHeadAttention;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.Crf;
import io.github.carouselml.loss.CtcLoss;
import io.github.carouselml.loss.Labels;
import io.github.carouselml.loss.LinearCrossEntropy;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.Samples;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A whole training with an LSTM in the middle, by the trainer: AdamW, clipping by norm, and an end
/// of some kind. Data is made up.
final class AroundRun implements Samples {
  /// What stands around the LSTM.
  enum End {
    /// An embedding before, a softmax over the same vocabulary behind.
    VOCABULARY,
    /// Four heads of attention and a squared loss behind.
    ATTENTION,
    /// CTC behind.
    CTC,
    /// A CRF behind.
    CRF
  }

  private static final int INPUTS = 64;
  private static final int LABEL = 30;

  private final End end;
  private final int classes;
  private final int steps;
  private final int sequences;
  private final int hidden;
  private final Recurrent lstm;
  private final Dense head;
  private final List<Layer> model = new ArrayList<>();

  AroundRun(End end, int classes, int steps, int sequences, int hidden) {
    this.end = end;
    this.classes = classes;
    this.steps = steps;
    this.sequences = sequences;
    this.hidden = hidden;
    int inputs = end == End.VOCABULARY ? hidden : INPUTS;
    lstm = new Recurrent("lstm", inputs, new CellSpec.Lstm(hidden));
    head = new Dense("head", hidden, classes);
    model.add(lstm);
    model.add(head);
    switch (end) {
      case VOCABULARY -> model.add(new Embedding("words", classes, hidden));
      case ATTENTION -> model.add(new MultiHeadAttention("attention", hidden, 4, false));
      case CTC -> {}
      case CRF -> model.add(new Crf("crf", classes));
    }
  }

  /// Trains on a backend for about so many seconds after the first step, two steps at least.
  ///
  /// @param afterFirst is called when the first step is over
  /// @return the milliseconds of all steps but the first
  double[] train(Backend backend, double seconds, Runnable afterFirst) throws IOException {
    Parameters parameters = Layer.initialize(backend, model, 1);
    TrainSpec spec =
        new TrainSpec(1_000_000, sequences)
            .withOptimizer(new Optimizer.AdamW(1e-3, 0.01))
            .withClipping(Clipping.byNorm(1));
    List<Double> times = new ArrayList<>();
    List<Trainer> running = new ArrayList<>();
    Listener clock =
        new Listener() {
          private long end;

          @Override
          public void stepped(Progress progress) {
            if (progress.step() == 1) {
              end = System.nanoTime() + (long) (seconds * 1e9);
              afterFirst.run();
              return;
            }
            times.add(1e3 * steps * sequences / progress.rowsPerSecond());
            if (times.size() > 1 && System.nanoTime() > end) {
              running.getFirst().stop();
            }
          }
        };
    TrainJob job = new TrainJob(spec, backend, parameters, this).withListener(clock);
    try (Trainer trainer = new Trainer(job)) {
      running.add(trainer);
      trainer.run();
    }
    return times.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public int size() {
    return sequences;
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    Rows rows = new Rows(steps, capacity);
    RowSpace space = new RowSpace.Steps(rows);
    Indices classesOf = tape.indices("classes", space);
    Tensor x =
        end == End.VOCABULARY
            ? new Embedding("words", classes, hidden).apply(tape, classesOf)
            : tape.input("x", space, INPUTS);
    Tensor h = lstm.apply(x);
    Labels labels = new Labels(capacity, LABEL);
    switch (end) {
      case VOCABULARY ->
          LinearCrossEntropy.of(
              h,
              tape.parameters().get("head.weight"),
              tape.parameters().get("head.bias"),
              classesOf,
              null,
              1);
      case ATTENTION -> {
        Tensor y = new MultiHeadAttention("attention", hidden, 4, false).apply(h);
        MeanLoss.of(new LossSpec.Squared(), head.apply(y), tape.input("y", space, classes));
      }
      case CTC -> CtcLoss.of(head.apply(h), labels, 0);
      case CRF -> new Crf("crf", classes).loss(head.apply(h), classesOf, 1);
    }
    Random random = new Random(1);
    float[] numbers = new float[space.capacity() * Math.max(INPUTS, 1)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    int[] lengths = new int[capacity];
    Arrays.fill(lengths, steps);
    for (int b = 0; b < capacity; b++) {
      labels.set(b, random.ints(LABEL, 1, classes).toArray());
    }
    int[] drawn = random.ints(space.capacity(), 0, classes).toArray();
    return (Program program, int[] _, int _, int count) -> {
      rows.set(lengths, count);
      System.arraycopy(drawn, 0, classesOf.values(), 0, rows.count());
      if (end != End.VOCABULARY) {
        program.upload(x, numbers);
      }
      return rows.count();
    };
  }
}
