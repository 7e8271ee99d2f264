package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// ONNX Runtime's outputs and final states come out of the reference too: peepholes, clip, coupled
/// gates, both reset forms, activations, directions and lengths mean what ONNX means by them.
class OnnxGoldenTest {
  private static final double BOUND = 1e-6;
  private static final double FLOAT_BOUND = 2e-6;
  private static final double[] NONE = {};

  // ONNX's gates are i o f c and z r h, its peepholes i o f; the place there of each of ours
  private static final int[] I_F_G_O = {0, 2, 3, 1};
  private static final int[] I_G_O = {0, 3, 1};
  private static final int[] PEEPHOLES_I_F_O = {0, 2, 1};
  private static final int[] PEEPHOLES_I_O = {0, 1};
  private static final int[] R_Z_N = {1, 0, 2};
  private static final int[] ONE = {0};

  static Stream<String> goldens() {
    return Stream.of(
            "lstm-plain",
            "lstm-peepholes",
            "lstm-clip",
            "lstm-peepholes-clip",
            "lstm-reverse",
            "lstm-bidirectional",
            "lstm-lengths",
            "lstm-reverse-lengths",
            "lstm-input-forget",
            "lstm-input-forget-peepholes",
            "lstm-activations",
            "lstm-affine",
            "gru-before",
            "gru-after",
            "gru-before-bidirectional",
            "gru-after-reverse",
            "gru-before-activations",
            "gru-after-activations",
            "rnn-tanh",
            "rnn-relu-bidirectional")
        .map(name -> "onnx-" + name);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theReferenceDoesWhatOnnxRuntimeDoes(String name) {
    Golden golden = Golden.read(name);
    assertThat(largestError(golden, spec(golden), OnnxGoldenTest::bySequence))
        .as("%s, seed %s", name, golden.text("seed"))
        .isLessThanOrEqualTo(BOUND);
  }

  /// The whole batch at once in float, lengths and directions as a layer has them.
  @ParameterizedTest
  @MethodSource("goldens")
  void theSweepDoesWhatOnnxRuntimeDoes(String name) {
    Golden golden = Golden.read(name);
    assertThat(largestError(golden, spec(golden), OnnxGoldenTest::bySweep))
        .as("%s, seed %s", name, golden.text("seed"))
        .isLessThanOrEqualTo(FLOAT_BOUND);
  }

  /// Each of these values is one that the option makes: without the option they are not met.
  @ParameterizedTest
  @ValueSource(strings = {"onnx-lstm-clip", "onnx-lstm-activations", "onnx-lstm-affine"})
  void theOptionsAreSeenInTheValues(String name) {
    Golden golden = Golden.read(name);
    Lstm plain = new Lstm(golden.number("hidden"));
    assertThat(largestError(golden, plain, OnnxGoldenTest::bySequence))
        .as(name)
        .isGreaterThan(1e-3);
    assertThat(largestError(golden, plain, OnnxGoldenTest::bySweep)).as(name).isGreaterThan(1e-3);
  }

  /// What comes out for a sequence.
  @SuppressWarnings("ArrayRecordComponent") // a bundle of arrays, not a value
  private record Found(double[][] outputs, State last) {}

  /// Runs a batch of sequences `x [B][T_b][I]`, each from its own end or beginning already in order.
  private interface Way {
    List<Found> run(ReferenceCell cell, List<double[][]> x, List<State> initial);
  }

  private static List<Found> bySequence(
      ReferenceCell cell, List<double[][]> x, List<State> initial) {
    List<Found> found = new ArrayList<>();
    for (int b = 0; b < x.size(); b++) {
      var sequence = ReferenceSequence.forward(cell, x.get(b), initial.get(b));
      found.add(new Found(sequence.outputs(), sequence.last()));
    }
    return found;
  }

  private static List<Found> bySweep(ReferenceCell cell, List<double[][]> x, List<State> initial) {
    int[] lengths = x.stream().mapToInt(steps -> steps.length).toArray();
    float[][] parameters =
        cell.parameters().all().stream()
            .map(parameter -> narrow(parameter.values()))
            .toArray(float[][]::new);
    try (var backend = TestBackends.plain(2)) {
      var run =
          new SweepRun.Given(
              cell.spec(),
              cell.inputSize(),
              lengths,
              parameters,
              x.stream().map(OnnxGoldenTest::narrow).toList(),
              initial.stream().map(state -> narrow(state.h())).toList(),
              initial.stream().map(state -> narrow(state.c())).toList());
      SweepRun.Result result = SweepRun.predict(backend, run);
      List<Found> found = new ArrayList<>();
      for (int b = 0; b < lengths.length; b++) {
        double[] c = cell.spec().hasCellState() ? wide(result.cN(b)) : NONE;
        double[][] outputs =
            Arrays.stream(result.y(b)).map(OnnxGoldenTest::wide).toArray(double[][]::new);
        found.add(new Found(outputs, new State(wide(result.hN(b)), c)));
      }
      return found;
    }
  }

  private static float[] narrow(double[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) x[i];
    }
    return y;
  }

  private static float[][] narrow(double[][] x) {
    return Arrays.stream(x).map(OnnxGoldenTest::narrow).toArray(float[][]::new);
  }

  private static double[] wide(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  /// The greatest |found - expected| / max(1, |expected|) over outputs and final states.
  private static double largestError(Golden golden, CellSpec spec, Way way) {
    int[] lengths = golden.numbers("lengths");
    int T = golden.tensor("X").shape()[0];
    int directions = golden.tensor("W").shape()[0];
    double largest = 0;
    for (int d = 0; d < directions; d++) {
      boolean reverse = d == 1 || golden.metadata().getOrDefault("direction", "").equals("reverse");
      List<double[][]> batch = new ArrayList<>();
      List<State> initial = new ArrayList<>();
      for (int b = 0; b < lengths.length; b++) {
        List<double[]> x = new ArrayList<>();
        for (int t = 0; t < lengths[b]; t++) {
          x.add(golden.tensor("X").row(t, b));
        }
        if (reverse) {
          Collections.reverse(x);
        }
        batch.add(x.toArray(double[][]::new));
        initial.add(
            new State(
                golden.tensor("initial_h").row(d, b),
                spec.hasCellState() ? golden.tensor("initial_c").row(d, b) : NONE));
      }
      List<Found> all = way.run(cell(golden, spec, d), batch, initial);
      for (int b = 0; b < lengths.length; b++) {
        Found found = all.get(b);
        for (int t = 0; t < T; t++) {
          double[] expected = golden.tensor("Y").row(t, d, b);
          double[] zeros = new double[expected.length];
          int step = reverse ? lengths[b] - 1 - t : t;
          largest =
              Math.max(largest, error(t < lengths[b] ? found.outputs()[step] : zeros, expected));
        }
        State last = found.last();
        largest = Math.max(largest, error(last.h(), golden.tensor("Y_h").row(d, b)));
        if (spec.hasCellState()) {
          largest = Math.max(largest, error(last.c(), golden.tensor("Y_c").row(d, b)));
        }
      }
    }
    return largest;
  }

  private static double error(double[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = 0;
    for (int k = 0; k < found.length; k++) {
      double error = Math.abs(found[k] - expected[k]) / Math.max(1, Math.abs(expected[k]));
      largest = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(largest, error);
    }
    return largest;
  }

  private static ReferenceCell cell(Golden golden, CellSpec spec, int direction) {
    int H = spec.hiddenSize();
    ReferenceCell cell = ReferenceCell.of(spec, golden.tensor("W").shape()[2]);
    int[] places = places(spec);
    double[] W = golden.tensor("W").slice(direction);
    double[] R = golden.tensor("R").slice(direction);
    double[] both = golden.tensor("B").slice(direction);
    double[] bW = ordered(Arrays.copyOf(both, both.length / 2), places, H);
    double[] bR = ordered(Arrays.copyOfRange(both, both.length / 2, both.length), places, H);
    copy(ordered(W, places, W.length / (both.length / 2) * H), cell.parameters().get("W"));
    copy(ordered(R, places, H * H), cell.parameters().get("R"));

    boolean apart = spec instanceof Gru gru && gru.reset() == Gru.Reset.AFTER;
    double[] b = cell.parameters().get("b");
    for (int k = 0; k < b.length; k++) {
      b[k] = apart && k >= 2 * H ? bW[k] : bW[k] + bR[k];
    }
    if (apart) {
      copy(Arrays.copyOfRange(bR, 2 * H, 3 * H), cell.parameters().get("bR"));
    }
    if (spec instanceof Lstm lstm && lstm.peepholes()) {
      int[] order = lstm.coupledInputForget() ? PEEPHOLES_I_O : PEEPHOLES_I_F_O;
      copy(ordered(golden.tensor("P").slice(direction), order, H), cell.parameters().get("p"));
    }
    return cell;
  }

  private static int[] places(CellSpec spec) {
    return switch (spec) {
      case Lstm lstm -> lstm.coupledInputForget() ? I_G_O : I_F_G_O;
      case Gru _ -> R_Z_N;
      case Rnn _ -> ONE;
      case CellSpec.MinLstm _, CellSpec.MinGru _, CellSpec.Own _ ->
          throw new IllegalArgumentException();
    };
  }

  /// The blocks of this size at these places, one after the other.
  private static double[] ordered(double[] values, int[] places, int size) {
    double[] ordered = new double[places.length * size];
    for (int k = 0; k < places.length; k++) {
      System.arraycopy(values, places[k] * size, ordered, k * size, size);
    }
    return ordered;
  }

  private static CellSpec spec(Golden golden) {
    int H = golden.number("hidden");
    List<Activation> activations = activations(golden);
    switch (golden.text("operator")) {
      case "LSTM" -> {
        Lstm lstm = new Lstm(H);
        if (golden.has("P")) {
          lstm = lstm.withPeepholes();
        }
        if (golden.metadata().containsKey("clip")) {
          lstm = lstm.withCellClip(Float.parseFloat(golden.text("clip")));
        }
        if (golden.metadata().containsKey("input_forget")) {
          lstm = lstm.withCoupledInputForget();
        }
        return activations.isEmpty()
            ? lstm
            : lstm.withActivations(activations.get(0), activations.get(1), activations.get(2));
      }
      case "GRU" -> {
        boolean after = golden.number("linear_before_reset") == 1;
        Gru gru = new Gru(H).withReset(after ? Gru.Reset.AFTER : Gru.Reset.BEFORE);
        return activations.isEmpty()
            ? gru
            : gru.withActivations(activations.get(0), activations.get(1));
      }
      case "RNN" -> {
        return activations.isEmpty() ? new Rnn(H) : new Rnn(H, activations.get(0));
      }
      default -> throw new IllegalArgumentException(golden.text("operator"));
    }
  }

  /// ONNX hands its alphas and betas to those activations that take them, in order.
  private static List<Activation> activations(Golden golden) {
    if (!golden.metadata().containsKey("activations")) {
      return List.of();
    }
    Deque<Float> alphas = floats(golden, "activation_alpha");
    Deque<Float> betas = floats(golden, "activation_beta");
    List<Activation> activations = new ArrayList<>();
    for (String name : golden.text("activations").split(",")) {
      activations.add(
          switch (name) {
            case "Sigmoid" -> new Activation.Sigmoid();
            case "Tanh" -> new Activation.Tanh();
            case "Relu" -> new Activation.Relu();
            case "Softsign" -> new Activation.Softsign();
            case "LeakyRelu" -> new Activation.LeakyRelu(alphas.pop());
            case "HardSigmoid" -> new Activation.HardSigmoid(alphas.pop(), betas.pop());
            case "Affine" -> new Activation.Affine(alphas.pop(), betas.pop());
            default -> throw new IllegalArgumentException(name);
          });
    }
    return activations;
  }

  private static Deque<Float> floats(Golden golden, String key) {
    Deque<Float> floats = new ArrayDeque<>();
    if (golden.metadata().containsKey(key)) {
      for (String number : golden.text(key).split(",")) {
        floats.add(Float.parseFloat(number));
      }
    }
    return floats;
  }

  private static void copy(double[] from, double[] to) {
    assertThat(from).hasSameSizeAs(to);
    System.arraycopy(from, 0, to, 0, to.length);
  }
}
