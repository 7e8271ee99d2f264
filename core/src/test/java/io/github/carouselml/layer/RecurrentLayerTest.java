package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cpu.ReferenceBackend;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.Merge;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Stacks of recurrent layers on plain arrays against the reference, sequence by sequence: all
/// directions, unequal lengths, states given and returned, every gradient by finite differences of
/// the composed reference.
class RecurrentLayerTest {
  private static final int[][] BATCHES = {{3, 0, 1, 4}, {2}, {0}, {}};

  static Stream<Recurrent> stacks() {
    CellSpec lstm = new CellSpec.Lstm(3);
    CellSpec gru = new CellSpec.Gru(2);
    CellSpec before = new CellSpec.Gru(2).withReset(CellSpec.Gru.Reset.BEFORE);
    return Stream.of(
        new Recurrent("one", 2, lstm),
        new Recurrent("one", 2, gru).withDirection(Direction.BACKWARD),
        new Recurrent("two", 3, lstm, new CellSpec.Rnn(4)),
        new Recurrent("both", 2, lstm).withDirection(Direction.BOTH),
        new Recurrent("deep", 2, before, lstm).withDirection(Direction.BOTH),
        new Recurrent("summed", 2, gru, lstm).withDirection(Direction.BOTH, Merge.SUM));
  }

  /// A batch with its weights in the loss, all in double.
  private record Problem(
      Recurrent layer,
      List<double[]> parameters,
      double[][][] x,
      List<ReferenceCell.State[]> first,
      double[][][] dy,
      List<ReferenceCell.State[]> dLast) {

    /// `L = Σ dy y + Σ dLast last`, filling outputs and last states.
    double loss(double[][][] outputs, List<ReferenceCell.State[]> last) {
      double loss = 0;
      for (int b = 0; b < x.length; b++) {
        double[][] h = x[b];
        int state = 0;
        int parameter = 0;
        for (int l = 0; l < layer.cells().size(); l++) {
          List<double[][]> ys = new ArrayList<>();
          int directions = layer.direction() == Direction.BOTH ? 2 : 1;
          for (int d = 0; d < directions; d++) {
            boolean reverse = layer.direction() == Direction.BACKWARD || d == 1;
            int features = l == 0 ? layer.inputSize() : h.length == 0 ? width(l) : h[0].length;
            ReferenceCell cell = ReferenceCell.of(layer.cells().get(l), features);
            for (var p : cell.parameters().all()) {
              double[] values = parameters.get(parameter++);
              System.arraycopy(values, 0, p.values(), 0, values.length);
            }
            double[][] in = reverse ? reversed(h) : h;
            ReferenceSequence run = ReferenceSequence.forward(cell, in, first.get(state)[b]);
            ys.add(reverse ? reversed(run.outputs()) : run.outputs());
            last.get(state)[b] = run.last();
            loss += dot(dLast.get(state)[b].h(), run.last().h());
            loss += dot(dLast.get(state)[b].c(), run.last().c());
            state++;
          }
          h = merge(ys);
        }
        outputs[b] = h;
        for (int t = 0; t < h.length; t++) {
          loss += dot(dy[b][t], h[t]);
        }
      }
      return loss;
    }

    private int width(int l) {
      int one = layer.cells().get(l - 1).outputSize();
      return layer.direction() == Direction.BOTH && layer.merge() == Merge.CONCAT ? 2 * one : one;
    }

    double loss() {
      List<ReferenceCell.State[]> last = new ArrayList<>();
      first.forEach(s -> last.add(new ReferenceCell.State[s.length]));
      return loss(new double[x.length][][], last);
    }

    private double[][] merge(List<double[][]> ys) {
      if (ys.size() == 1) {
        return ys.getFirst();
      }
      double[][] y = new double[ys.get(0).length][];
      for (int t = 0; t < y.length; t++) {
        double[] a = ys.get(0)[t];
        double[] b = ys.get(1)[t];
        if (layer.merge() == Merge.CONCAT) {
          y[t] = Arrays.copyOf(a, a.length + b.length);
          System.arraycopy(b, 0, y[t], a.length, b.length);
        } else {
          y[t] = a.clone();
          for (int k = 0; k < a.length; k++) {
            y[t][k] += b[k];
          }
        }
      }
      return y;
    }
  }

  private static double[][] reversed(double[][] x) {
    double[][] y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = x[x.length - 1 - t];
    }
    return y;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < b.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void agrees_with_the_reference(Recurrent layer) {
    for (int[] lengths : BATCHES) {
      for (Backend backend :
          List.of(
              new ReferenceBackend(),
              TestBackends.plain(),
              new OpaqueBackend(TestBackends.plain()))) {
        check(layer, lengths, backend, 17);
      }
    }
  }

  private static void check(Recurrent layer, int[] lengths, Backend backend, long seed) {
    String where =
        layer.name() + " " + Arrays.toString(lengths) + " " + backend.name() + " seed " + seed;
    Random random = new Random(seed);
    int B = lengths.length;
    double[][][] x = new double[B][][];
    double[][][] dy = new double[B][][];
    for (int b = 0; b < B; b++) {
      x[b] = numbers(random, lengths[b], layer.inputSize());
      dy[b] = numbers(random, lengths[b], layer.outputSize());
    }
    List<ReferenceCell.State[]> first = states(random, layer, B);
    List<ReferenceCell.State[]> dLast = states(random, layer, B);
    try (ArrayLayer arrays = new ArrayLayer(layer, backend, seed)) {
      List<double[]> parameters = new ArrayList<>();
      for (var p : arrays.parameters().all()) {
        float[] values = floats(numbers(random, 1, p.spec().layout().canonicalSize())[0]);
        arrays.parameters().set(p.name(), values);
        parameters.add(doubles(values));
      }
      if (backend instanceof OpaqueBackend opaque) {
        opaque.poison();
      }
      Problem problem = new Problem(layer, parameters, x, first, dy, dLast);
      double[][][] outputs = new double[B][][];
      List<ReferenceCell.State[]> last = new ArrayList<>();
      first.forEach(s -> last.add(new ReferenceCell.State[B]));
      problem.loss(outputs, last);

      // a larger batch before must leave no trace
      arrays.forward(new float[5][2][layer.inputSize()]);
      ArrayLayer.Outputs got = arrays.forward(floats(x), null, floatStates(first));
      for (int b = 0; b < B; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          near(where + " y", got.outputs()[b][t], outputs[b][t]);
        }
        for (int t = lengths[b]; t < got.outputs()[b].length; t++) {
          assertThat(got.outputs()[b][t]).as(where + " past the end").containsOnly(0);
        }
        for (int s = 0; s < layer.states(); s++) {
          near(where + " hN", got.last().get(s).h()[b], last.get(s)[b].h());
          if (layer.cell(s).hasCellState()) {
            near(where + " cN", got.last().get(s).c()[b], last.get(s)[b].c());
          }
        }
      }
      ArrayLayer.Gradients gradients = arrays.backward(floats(dy), floatStates(dLast));
      for (int b = 0; b < B; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          differences(where + " dx", problem, x[b][t], gradients.inputs()[b][t]);
        }
        for (int s = 0; s < layer.states(); s++) {
          differences(
              where + " dh0", problem, first.get(s)[b].h(), gradients.first().get(s).h()[b]);
          if (layer.cell(s).hasCellState()) {
            differences(
                where + " dc0", problem, first.get(s)[b].c(), gradients.first().get(s).c()[b]);
          }
        }
      }
      int p = 0;
      for (var entry : gradients.parameters().entrySet()) {
        differences(where + " " + entry.getKey(), problem, parameters.get(p++), entry.getValue());
      }
    }
  }

  private static void differences(String where, Problem problem, double[] of, float[] got) {
    assertThat(got).as(where).hasSize(of.length);
    for (int i = 0; i < of.length; i++) {
      double kept = of[i];
      of[i] = kept + 1e-5;
      double up = problem.loss();
      of[i] = kept - 1e-5;
      double down = problem.loss();
      of[i] = kept;
      double difference = (up - down) / 2e-5;
      assertThat(Math.abs(got[i] - difference))
          .as("%s, element %d: %s, expected %s", where, i, got[i], difference)
          .isLessThanOrEqualTo(2e-5 * Math.max(1, Math.abs(difference)));
    }
  }

  private static void near(String where, float[] got, double[] expected) {
    assertThat(got).as(where).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(got[i] - expected[i]))
          .as("%s, element %d: %s, expected %s", where, i, got[i], expected[i])
          .isLessThanOrEqualTo(1e-5);
    }
  }

  private static List<ReferenceCell.State[]> states(Random random, Recurrent layer, int B) {
    List<ReferenceCell.State[]> all = new ArrayList<>();
    for (int s = 0; s < layer.states(); s++) {
      CellSpec cell = layer.cell(s);
      ReferenceCell.State[] states = new ReferenceCell.State[B];
      for (int b = 0; b < B; b++) {
        int size = cell.hasCellState() ? cell.hiddenSize() : 0;
        states[b] =
            new ReferenceCell.State(
                numbers(random, 1, cell.outputSize())[0], numbers(random, 1, size)[0]);
      }
      all.add(states);
    }
    return all;
  }

  private static List<ArrayLayer.State> floatStates(List<ReferenceCell.State[]> states) {
    return states.stream()
        .map(all ->
            new ArrayLayer.State(
                Arrays.stream(all).map(s -> floats(s.h())).toArray(float[][]::new),
                Arrays.stream(all).map(s -> floats(s.c())).toArray(float[][]::new)))
        .toList();
  }

  /// Numbers that are floats.
  private static double[][] numbers(Random random, int rows, int features) {
    double[][] numbers = new double[rows][features];
    for (double[] row : numbers) {
      for (int f = 0; f < features; f++) {
        row[f] = (float) (random.nextDouble() * 1.6 - 0.8);
      }
    }
    return numbers;
  }

  private static float[] floats(double[] doubles) {
    float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }

  private static float[][][] floats(double[][][] doubles) {
    float[][][] floats = new float[doubles.length][][];
    for (int b = 0; b < floats.length; b++) {
      floats[b] = Arrays.stream(doubles[b]).map(RecurrentLayerTest::floats).toArray(float[][]::new);
    }
    return floats;
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void alone_in_a_batch_and_predicting_a_sequence_has_the_same_bits(Recurrent layer) {
    Random random = new Random(5);
    int[] lengths = {3, 9, 0, 9, 1};
    float[][][] x = new float[5][][];
    float[][][] dy = new float[5][][];
    for (int b = 0; b < 5; b++) {
      x[b] = floats(new double[][][] {numbers(random, lengths[b], layer.inputSize())})[0];
      dy[b] = floats(new double[][][] {numbers(random, lengths[b], layer.outputSize())})[0];
    }
    try (Backend backend = TestBackends.plain();
        ArrayLayer arrays = new ArrayLayer(layer, backend, 6)) {
      ArrayLayer.Outputs together = arrays.forward(x);
      ArrayLayer.Gradients gradients = arrays.backward(dy);
      float[][][] predicted = predict(layer, backend, arrays.parameters(), x, lengths);
      for (int b = 0; b < 5; b++) {
        ArrayLayer.Outputs alone = arrays.forward(new float[][][] {x[b]});
        ArrayLayer.Gradients own = arrays.backward(new float[][][] {dy[b]});
        for (int t = 0; t < lengths[b]; t++) {
          assertThat(alone.outputs()[0][t]).containsExactly(together.outputs()[b][t]);
          assertThat(predicted[b][t]).containsExactly(together.outputs()[b][t]);
          assertThat(own.inputs()[0][t]).containsExactly(gradients.inputs()[b][t]);
        }
        for (int s = 0; s < layer.states(); s++) {
          assertThat(alone.last().get(s).h()[0]).containsExactly(together.last().get(s).h()[b]);
          assertThat(own.first().get(s).h()[0]).containsExactly(gradients.first().get(s).h()[b]);
        }
      }
    }
  }

  private static float[][][] predict(
      Recurrent layer, Backend backend, Parameters parameters, float[][][] x, int[] lengths) {
    Rows rows = new Rows(10, 5);
    rows.set(lengths, 5);
    Tape tape = new Tape(backend, parameters, Tape.Mode.PREDICT, 0);
    Tensor in = tape.input("x", new RowSpace.Steps(rows), layer.inputSize());
    Tensor out = tape.keep(layer.apply(in));
    float[][][] y = new float[5][][];
    try (Program program = tape.program()) {
      float[] all = new float[rows.count() * layer.inputSize()];
      float[] results = new float[rows.count() * layer.outputSize()];
      for (int b = 0; b < 5; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          System.arraycopy(x[b][t], 0, all, rows.row(t, b) * layer.inputSize(), layer.inputSize());
        }
      }
      program.upload(in, all);
      program.evaluate(0);
      program.download(out, results);
      for (int b = 0; b < 5; b++) {
        y[b] = new float[lengths[b]][];
        for (int t = 0; t < lengths[b]; t++) {
          int at = rows.row(t, b) * layer.outputSize();
          y[b][t] = Arrays.copyOfRange(results, at, at + layer.outputSize());
        }
      }
    }
    return y;
  }
}
