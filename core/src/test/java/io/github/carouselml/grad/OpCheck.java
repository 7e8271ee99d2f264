package io.github.carouselml.grad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// Holds operations on a tape to a reference in double: values directly, gradients by central
/// differences of the reference, at batches of unequal lengths, of nothing, and of one sequence. It
/// runs on the CPU and, in plain loops, on a backend with opaque, poisoned buffers, which must give
/// the same bits.
final class OpCheck {
  static final int[][] BATCHES = {{3, 1, 0, 5}, {1}, {0}, {}, {4, 4, 2}, {0, 2}};

  /// Model code: from the inputs to the tensors that the loss reads.
  interface Model {
    List<Tensor> record(Tape tape, List<Tensor> inputs, Parameters parameters);
  }

  /// The same in double, from rows to rows.
  interface Reference {
    double[][][] outputs(Rows rows, double[][][] inputs, double[][] parameters);
  }

  /// An input: whether it has one row per step or one per sequence, and its features.
  record Input(boolean steps, int features) {}

  private final List<Input> inputs;
  private final List<ParameterSpec> parameters;
  private final Model model;
  private final Reference reference;
  private double offset;
  private Supplier<Backend> kernels = TestBackends::plain;

  OpCheck(List<Input> inputs, List<ParameterSpec> parameters, Model model, Reference reference) {
    this.inputs = inputs;
    this.parameters = parameters;
    this.model = model;
    this.reference = reference;
  }

  /// Inputs around this instead of 0.
  OpCheck around(double newOffset) {
    offset = newOffset;
    return this;
  }

  /// With other kernels than plain loops.
  OpCheck on(Supplier<Backend> newKernels) {
    kernels = newKernels;
    return this;
  }

  void run() {
    for (int[] lengths : BATCHES) {
      run(lengths, 5);
    }
  }

  private record Result(
      List<float[]> values, List<float[]> inputGradients, List<float[]> parameterGradients) {}

  private void run(int[] lengths, long seed) {
    Random random = new Random(seed);
    Rows rows = new Rows(7, 5);
    rows.set(lengths, lengths.length);
    List<float[]> x = new ArrayList<>();
    for (Input input : inputs) {
      x.add(numbers(random, count(rows, input) * input.features(), offset));
    }
    List<float[]> w = new ArrayList<>();
    for (ParameterSpec spec : parameters) {
      w.add(numbers(random, spec.layout().canonicalSize(), 0));
    }
    double[][][] xs = new double[inputs.size()][][];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = grid(x.get(i), inputs.get(i).features());
    }
    double[][] ws = w.stream().map(OpCheck::doubles).toArray(double[][]::new);
    double[][][] expected = reference.outputs(rows, xs, ws);
    List<float[]> dy = new ArrayList<>();
    for (double[][] output : expected) {
      dy.add(numbers(random, output.length * (output.length == 0 ? 0 : output[0].length), 0));
    }

    String where = "seed " + seed + ", lengths " + java.util.Arrays.toString(lengths);
    Result result;
    try (Backend backend = kernels.get()) {
      result = tape(backend, false, rows, x, w, dy);
    }
    Result opaque = tape(new OpaqueBackend(TestBackends.plain()), true, rows, x, w, dy);
    sameBits(where, result.values, opaque.values);
    sameBits(where, result.inputGradients, opaque.inputGradients);
    sameBits(where, result.parameterGradients, opaque.parameterGradients);

    for (int o = 0; o < expected.length; o++) {
      near(where + ", output " + o, result.values.get(o), flat(expected[o]));
    }
    for (int i = 0; i < xs.length; i++) {
      double[] difference = new double[x.get(i).length];
      for (int r = 0, at = 0; r < xs[i].length; r++) {
        for (int f = 0; f < xs[i][r].length; f++, at++) {
          difference[at] = difference(rows, xs, ws, dy, xs[i][r], f);
        }
      }
      near(where + ", gradient of input " + i, result.inputGradients.get(i), difference);
    }
    for (int p = 0; p < ws.length; p++) {
      double[] difference = new double[ws[p].length];
      for (int i = 0; i < difference.length; i++) {
        // gradients add: they began at 1
        difference[i] = 1 + difference(rows, xs, ws, dy, ws[p], i);
      }
      near(where + ", gradient of parameter " + p, result.parameterGradients.get(p), difference);
    }
  }

  private double difference(
      Rows rows, double[][][] xs, double[][] ws, List<float[]> dy, double[] array, int at) {
    double kept = array[at];
    double step = 1e-5;
    array[at] = kept + step;
    double up = loss(reference.outputs(rows, xs, ws), dy);
    array[at] = kept - step;
    double down = loss(reference.outputs(rows, xs, ws), dy);
    array[at] = kept;
    return (up - down) / (2 * step);
  }

  private static double loss(double[][][] outputs, List<float[]> dy) {
    double loss = 0;
    for (int o = 0; o < outputs.length; o++) {
      double[] y = flat(outputs[o]);
      for (int i = 0; i < y.length; i++) {
        loss += y[i] * dy.get(o)[i];
      }
    }
    return loss;
  }

  private Result tape(
      Backend backend,
      boolean poison,
      Rows rows,
      List<float[]> x,
      List<float[]> w,
      List<float[]> dy) {
    Parameters set = Parameters.allocate(backend, parameters, true);
    for (int p = 0; p < w.size(); p++) {
      set.set(parameters.get(p).name(), w.get(p));
      float[] ones = new float[w.get(p).length];
      java.util.Arrays.fill(ones, 1f);
      backend.pack(parameters.get(p).layout(), ones, set.get(parameters.get(p).name()).gradient());
    }
    if (poison && backend instanceof OpaqueBackend opaque) {
      opaque.poison();
    }
    Tape tape = new Tape(backend, set, Tape.Mode.TRAIN, 11);
    List<Tensor> given = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      RowSpace space =
          inputs.get(i).steps() ? new RowSpace.Steps(rows) : new RowSpace.Sequences(rows);
      given.add(tape.inputWithGradient("x" + i, space, inputs.get(i).features()));
    }
    List<Tensor> outputs = model.record(tape, given, set);
    List<Tensor> gradients = outputs.stream().map(GivenGradient::of).toList();
    try (Program program = tape.program()) {
      for (int i = 0; i < given.size(); i++) {
        program.upload(given.get(i), x.get(i));
      }
      for (int o = 0; o < gradients.size(); o++) {
        program.upload(gradients.get(o), dy.get(o));
      }
      program.train(1, 1);
      Result result = new Result(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (Tensor output : outputs) {
        result.values.add(read(backend, output, output.value()));
      }
      for (Tensor input : given) {
        Slot gradient = input.gradient();
        result.inputGradients.add(
            gradient == null
                ? new float[input.rows() * input.features()]
                : read(backend, input, gradient));
      }
      for (ParameterSpec spec : parameters) {
        result.parameterGradients.add(set.gradient(spec.name()));
      }
      return result;
    }
  }

  /// The rows of a tensor's slot, after a look at their padding.
  private static float[] read(Backend backend, Tensor tensor, Slot slot) {
    float[] raw = new float[slot.size()];
    backend.download(slot, raw, 0);
    int ld = Sizes.stride(tensor.features());
    for (int r = 0; r < tensor.rows(); r++) {
      for (int f = tensor.features(); f < ld; f++) {
        assertThat(Float.floatToRawIntBits(raw[r * ld + f]))
            .as("padding of %s, row %d, column %d", tensor, r, f)
            .isZero();
      }
    }
    float[] rows = new float[tensor.rows() * tensor.features()];
    backend.downloadRows(slot, tensor.rows(), tensor.features(), rows);
    return rows;
  }

  private static int count(Rows rows, Input input) {
    return input.steps() ? rows.count() : rows.sequences();
  }

  private static float[] numbers(Random random, int count, double around) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      // at least 0.05 from 0, where some derivatives jump
      double size = 0.05 + random.nextDouble();
      numbers[i] = (float) (around + (random.nextBoolean() ? size : -size));
    }
    return numbers;
  }

  static double[][] grid(float[] flat, int features) {
    double[][] grid = new double[flat.length / features][features];
    for (int i = 0; i < flat.length; i++) {
      grid[i / features][i % features] = flat[i];
    }
    return grid;
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  private static double[] flat(double[][] grid) {
    return java.util.Arrays.stream(grid).flatMapToDouble(java.util.Arrays::stream).toArray();
  }

  static void near(String where, float[] actual, double[] expected) {
    assertThat(actual).as(where).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      double tolerance = 2e-5 * Math.max(1, Math.abs(expected[i]));
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("%s, element %d: %s, expected %s", where, i, actual[i], expected[i])
          .isLessThanOrEqualTo(tolerance);
    }
  }

  private static void sameBits(String where, List<float[]> one, List<float[]> other) {
    for (int i = 0; i < one.size(); i++) {
      assertThat(bits(other.get(i))).as(where).containsExactly(bits(one.get(i)));
    }
  }

  static int[] bits(float[] floats) {
    int[] bits = new int[floats.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(floats[i]);
    }
    return bits;
  }
}
