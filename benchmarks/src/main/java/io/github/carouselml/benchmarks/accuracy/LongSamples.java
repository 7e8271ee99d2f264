package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.benchmarks.accuracy.LongTask.Example;
import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.LinearCrossEntropy;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.Samples;
import java.util.List;

/// Sequences of a task, drawn when they are asked for, and the network that learns from them: one
/// recurrent layer and a dense one.
///
/// @param seed names the sequences
/// @param size how many there are
record LongSamples(LongTask task, Recurrent memory, Dense head, long seed, int size)
    implements Samples {

  LongSamples(LongTask task, Recurrent memory, long seed, int size) {
    this(task, memory, new Dense("head", memory.outputSize(), task.outputs), seed, size);
  }

  List<Layer> layers() {
    return List.of(memory, head);
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    Inputs inputs = new Inputs(tape, capacity);
    Tensor states = memory.apply(inputs.x);
    return switch (task) {
      case ADDING -> {
        Tensor sums = tape.input("sums", new RowSpace.Sequences(inputs.rows), 1);
        MeanLoss.of(new LossSpec.Squared(), head.apply(Sequences.last(states)), sums);
        float[] answers = new float[capacity];
        yield (program, samples, from, count) -> {
          inputs.load(program, samples, from, count);
          for (int i = 0; i < count; i++) {
            answers[inputs.rows.rank(i)] = inputs.examples[i].answers()[0];
          }
          program.upload(sums, answers);
          return inputs.rows.count();
        };
      }
      case ORDER -> {
        Indices classes = classes(tape, Sequences.last(states));
        yield (program, samples, from, count) -> {
          inputs.load(program, samples, from, count);
          for (int i = 0; i < count; i++) {
            classes.values()[inputs.rows.rank(i)] = (int) inputs.examples[i].answers()[0];
          }
          return inputs.rows.count();
        };
      }
      case COPY -> {
        Indices classes = classes(tape, states);
        yield (program, samples, from, count) -> {
          inputs.load(program, samples, from, count);
          for (int i = 0; i < count; i++) {
            for (int t = 0; t < task.longest; t++) {
              classes.values()[inputs.rows.row(t, i)] = (int) inputs.examples[i].answers()[t];
            }
          }
          return inputs.rows.count();
        };
      }
    };
  }

  private Indices classes(Tape tape, Tensor answering) {
    Indices classes = tape.indices("classes", answering.space());
    LinearCrossEntropy.of(
        answering, head.weight(answering), head.bias(answering), classes, null, 1);
    return classes;
  }

  /// How well these parameters do on all the sequences, in the task's measure.
  double measure(Backend backend, Parameters parameters) {
    Tape tape = new Tape(backend, parameters, Tape.Mode.PREDICT, 0);
    int capacity = Math.min(size, 100);
    return task == LongTask.ORDER ? percentRight(tape, capacity) : loss(tape, capacity);
  }

  private double loss(Tape tape, int capacity) {
    Batch batch = record(tape, capacity);
    double loss = 0;
    try (Program program = tape.program()) {
      for (int at = 0; at < size; at += capacity) {
        int count = Math.min(capacity, size - at);
        batch.load(program, numbers(), at, count);
        loss += program.evaluate(0) * count / size;
      }
    }
    return loss;
  }

  private double percentRight(Tape tape, int capacity) {
    Inputs inputs = new Inputs(tape, capacity);
    Tensor answers = tape.keep(head.apply(Sequences.last(memory.apply(inputs.x))));
    float[] logits = new float[capacity * task.outputs];
    int right = 0;
    try (Program program = tape.program()) {
      for (int at = 0; at < size; at += capacity) {
        int count = Math.min(capacity, size - at);
        inputs.load(program, numbers(), at, count);
        program.evaluate(0);
        program.download(answers, logits);
        for (int i = 0; i < count; i++) {
          int from = inputs.rows.rank(i) * task.outputs;
          int best = 0;
          for (int c = 1; c < task.outputs; c++) {
            best = logits[from + c] > logits[from + best] ? c : best;
          }
          right += best == (int) inputs.examples[i].answers()[0] ? 1 : 0;
        }
      }
    }
    return 100.0 * right / size;
  }

  private int[] numbers() {
    int[] numbers = new int[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  /// A batch's sequences on their way to the tape.
  private final class Inputs {
    final Rows rows;
    final Tensor x;
    final Example[] examples;
    private final int[] lengths;
    private final float[] values;

    Inputs(Tape tape, int capacity) {
      rows = new Rows(task.longest, capacity);
      x = tape.input("x", new RowSpace.Steps(rows), task.inputSize);
      examples = new Example[capacity];
      lengths = new int[capacity];
      values = new float[capacity * task.longest * task.inputSize];
    }

    void load(Program program, int[] samples, int from, int count) {
      for (int i = 0; i < count; i++) {
        examples[i] = task.draw(seed, samples[from + i]);
        lengths[i] = examples[i].x().length;
      }
      rows.set(lengths, count);
      for (int i = 0; i < count; i++) {
        float[][] steps = examples[i].x();
        for (int t = 0; t < steps.length; t++) {
          System.arraycopy(steps[t], 0, values, rows.row(t, i) * task.inputSize, task.inputSize);
        }
      }
      program.upload(x, values);
    }
  }
}
