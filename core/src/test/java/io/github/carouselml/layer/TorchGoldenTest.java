package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters;
import io.github.carouselml.layer.Golden.Tensor;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// PyTorch's outputs, final states and gradients, in double, come out of the reference too: the
/// conventions (gate order, which bias where, packed lengths, directions) are the ones they claim.
class TorchGoldenTest {
  private static final double BOUND = 1e-12;
  private static final double[] NONE = {};

  static Stream<String> goldens() {
    Stream<String> all =
        Stream.of("lstm", "gru", "rnn-tanh", "rnn-relu")
            .flatMap(cell ->
                Stream.of("single", "one-step", "layers", "bidirectional", "packed", "no-bias")
                    .map(what -> "torch-" + cell + "-" + what));
    return Stream.concat(all, Stream.of("torch-lstm-projection"));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theReferenceDoesWhatPyTorchDoes(String name) {
    Golden golden = Golden.read(name);
    int directions = golden.number("directions");
    int places = golden.number("layers") * directions;
    int[] lengths = golden.numbers("lengths");
    List<ReferenceCell> cells = cells(golden, directions, places);

    // one sequence at a time; the parameters' gradients add up
    List<ReferenceParameters> gradients =
        cells.stream().map(cell -> cell.parameters().zeros()).toList();
    for (int b = 0; b < lengths.length; b++) {
      List<State> initial = states(golden, "h0", "c0", places, b);
      var stack =
          ReferenceStack.forward(directions, cells, rows(golden, "x", lengths[b], b), initial);
      var back =
          stack.backward(
              rows(golden, "dy", lengths[b], b), states(golden, "dh_n", "dc_n", places, b));

      same(golden, "y", stack.outputs(), rows(golden, "y", lengths[b], b));
      same(golden, "grad.x", back.dx(), rows(golden, "grad.x", lengths[b], b));
      same(golden, "h_n", stack.last(), states(golden, "h_n", "c_n", places, b));
      same(golden, "grad.h0", back.dInitial(), states(golden, "grad.h0", "grad.c0", places, b));
      for (int place = 0; place < places; place++) {
        addAll(gradients.get(place), back.parameters().get(place));
      }
    }
    for (int place = 0; place < places; place++) {
      String suffix = suffix(place, directions);
      ReferenceParameters d = gradients.get(place);
      same(golden, "grad.weight_ih" + suffix, d.get("W"));
      same(golden, "grad.weight_hh" + suffix, d.get("R"));
      if (golden.has("grad.weight_hr" + suffix)) {
        same(golden, "grad.weight_hr" + suffix, d.get("P"));
      }
      if (golden.text("bias").equals("true")) {
        same(golden, "grad.bias_ih" + suffix, d.get("b"));
        same(golden, "grad.bias_hh" + suffix, recurrentBias(golden, d));
      }
    }
  }

  /// PyTorch's second bias: its gradient is that of the first, but for the candidate of a GRU.
  private static double[] recurrentBias(Golden golden, ReferenceParameters d) {
    double[] bias = d.get("b").clone();
    if (golden.text("cell").equals("gru")) {
      System.arraycopy(d.get("bR"), 0, bias, 2 * bias.length / 3, bias.length / 3);
    }
    return bias;
  }

  private static List<ReferenceCell> cells(Golden golden, int directions, int places) {
    List<ReferenceCell> cells = new ArrayList<>();
    for (int place = 0; place < places; place++) {
      String suffix = suffix(place, directions);
      Tensor W = golden.tensor("weight_ih" + suffix);
      ReferenceCell cell = ReferenceCell.of(spec(golden), W.shape()[1]);
      copy(W.values(), cell.parameters().get("W"));
      copy(golden.tensor("weight_hh" + suffix).values(), cell.parameters().get("R"));
      if (golden.has("weight_hr" + suffix)) {
        copy(golden.tensor("weight_hr" + suffix).values(), cell.parameters().get("P"));
      }
      if (golden.has("bias_ih" + suffix)) {
        setBiases(
            cell,
            golden.tensor("bias_ih" + suffix).values(),
            golden.tensor("bias_hh" + suffix).values());
      }
      cells.add(cell);
    }
    return cells;
  }

  /// PyTorch adds two biases everywhere but in the candidate of a GRU, where the second is inside
  /// r.
  private static void setBiases(ReferenceCell cell, double[] input, double[] recurrent) {
    double[] b = cell.parameters().get("b");
    boolean apart = cell.spec() instanceof Gru;
    int summed = apart ? 2 * b.length / 3 : b.length;
    for (int k = 0; k < b.length; k++) {
      b[k] = k < summed ? input[k] + recurrent[k] : input[k];
    }
    if (apart) {
      copy(Arrays.copyOfRange(recurrent, summed, b.length), cell.parameters().get("bR"));
    }
  }

  private static CellSpec spec(Golden golden) {
    int H = golden.number("hidden");
    int P = golden.number("projection");
    return switch (golden.text("cell")) {
      case "lstm" -> P == 0 ? new Lstm(H) : new Lstm(H).withProjectionSize(P);
      case "gru" -> new Gru(H);
      case "rnn" ->
          new Rnn(
              H,
              golden.text("nonlinearity").equals("relu")
                  ? new Activation.Relu()
                  : new Activation.Tanh());
      default -> throw new IllegalArgumentException(golden.text("cell"));
    };
  }

  private static String suffix(int place, int directions) {
    return "_l" + place / directions + (place % directions == 1 ? "_reverse" : "");
  }

  /// The first rows of sequence b in a tensor [T, B, features]
  private static double[][] rows(Golden golden, String name, int length, int b) {
    double[][] rows = new double[length][];
    for (int t = 0; t < length; t++) {
      rows[t] = golden.tensor(name).row(t, b);
    }
    return rows;
  }

  /// The states of sequence b in tensors [places, B, features]
  private static List<State> states(Golden golden, String h, String c, int places, int b) {
    List<State> states = new ArrayList<>();
    for (int place = 0; place < places; place++) {
      double[] cells = golden.has(c) ? golden.tensor(c).row(place, b) : NONE;
      states.add(new State(golden.tensor(h).row(place, b), cells));
    }
    return states;
  }

  private static void same(Golden golden, String what, double[][] found, double[][] expected) {
    assertThat(found).hasDimensions(expected.length, expected[0].length);
    for (int t = 0; t < expected.length; t++) {
      same(golden, what + "[" + t + "]", found[t], expected[t]);
    }
  }

  private static void same(Golden golden, String what, List<State> found, List<State> expected) {
    for (int place = 0; place < expected.size(); place++) {
      same(golden, what + "[" + place + "].h", found.get(place).h(), expected.get(place).h());
      same(golden, what + "[" + place + "].c", found.get(place).c(), expected.get(place).c());
    }
  }

  private static void same(Golden golden, String what, double[] found) {
    same(golden, what, found, golden.tensor(what).values());
  }

  private static void same(Golden golden, String what, double[] found, double[] expected) {
    assertThat(found)
        .as("%s of %s, seed %s", what, golden.name(), golden.text("seed"))
        .hasSameSizeAs(expected)
        .containsExactly(expected, within(BOUND * Math.max(1, largest(expected))));
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  private static void addAll(ReferenceParameters to, ReferenceParameters from) {
    to.all()
        .forEach(parameter -> {
          double[] add = from.get(parameter.name());
          for (int k = 0; k < add.length; k++) {
            parameter.values()[k] += add[k];
          }
        });
  }

  private static void copy(double[] from, double[] to) {
    assertThat(to).hasSameSizeAs(from);
    System.arraycopy(from, 0, to, 0, to.length);
  }
}
