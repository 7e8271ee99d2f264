package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters.Parameter;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.MinGru;
import io.github.carouselml.spec.CellSpec.MinLstm;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The cells that PyTorch does not have, written in its operations from the papers and
/// differentiated by its autograd, agree with the reference in outputs, states and all gradients.
class CellGoldenTest {
  private static final double BOUND = 1e-12;
  private static final double[] NONE = {};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lstm-peepholes",
        "lstm-coupled",
        "lstm-clip",
        "lstm-layer-norm",
        "lstm-peepholes-projection",
        "gru-before",
        "min-lstm",
        "min-gru"
      })
  void theReferenceDoesWhatAutogradDoes(String name) {
    Golden golden = Golden.read("cell-" + name);
    double[][] x = rows(golden, "x");
    ReferenceCell cell = ReferenceCell.of(spec(name, golden.number("hidden")), x[0].length);
    for (Parameter parameter : cell.parameters().all()) {
      double[] values = golden.tensor(parameter.name()).values();
      assertThat(parameter.values()).as(parameter.name()).hasSameSizeAs(values);
      System.arraycopy(values, 0, parameter.values(), 0, values.length);
    }

    var sequence = ReferenceSequence.forward(cell, x, state(golden, "h0", "c0"));
    same(golden, "y", sequence.outputs());
    same(golden, "h_n", sequence.last().h());
    same(golden, "c_n", sequence.last().c());

    var back = sequence.backward(rows(golden, "dy"), state(golden, "dh_n", "dc_n"));
    same(golden, "grad.x", back.dx());
    same(golden, "grad.h0", back.dInitial().h());
    same(golden, "grad.c0", back.dInitial().c());
    for (Parameter parameter : back.parameters().all()) {
      same(golden, "grad." + parameter.name(), parameter.values());
    }
  }

  private static CellSpec spec(String name, int H) {
    return switch (name) {
      case "lstm-peepholes" -> new Lstm(H).withPeepholes();
      case "lstm-coupled" -> new Lstm(H).withCoupledInputForget();
      case "lstm-clip" -> new Lstm(H).withCellClip(0.625f);
      case "lstm-layer-norm" -> new Lstm(H).withLayerNorm();
      case "lstm-peepholes-projection" -> new Lstm(H).withPeepholes().withProjectionSize(2);
      case "gru-before" -> new Gru(H).withReset(Gru.Reset.BEFORE);
      case "min-lstm" -> new MinLstm(H);
      case "min-gru" -> new MinGru(H);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double[][] rows(Golden golden, String name) {
    return IntStream.range(0, golden.tensor(name).shape()[0])
        .mapToObj(golden.tensor(name)::row)
        .toArray(double[][]::new);
  }

  private static State state(Golden golden, String h, String c) {
    return new State(golden.tensor(h).values(), golden.has(c) ? golden.tensor(c).values() : NONE);
  }

  private static void same(Golden golden, String what, double[][] found) {
    double[][] expected = rows(golden, what);
    assertThat(found).hasDimensions(expected.length, expected[0].length);
    for (int t = 0; t < expected.length; t++) {
      same(golden, what + "[" + t + "]", found[t], expected[t]);
    }
  }

  private static void same(Golden golden, String what, double[] found) {
    same(golden, what, found, golden.has(what) ? golden.tensor(what).values() : NONE);
  }

  private static void same(Golden golden, String what, double[] found, double[] expected) {
    assertThat(found)
        .as("%s of %s, seed %s", what, golden.name(), golden.text("seed"))
        .hasSameSizeAs(expected)
        .containsExactly(expected, within(BOUND));
  }
}
