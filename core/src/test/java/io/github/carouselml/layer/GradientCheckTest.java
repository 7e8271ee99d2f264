package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.layer.GradientCheck.Difference;
import io.github.carouselml.layer.ReferenceSequence.Gradients;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.MinGru;
import io.github.carouselml.spec.CellSpec.MinLstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Finite differences prove the reference, for every cell and every parameter, input and initial
/// state. A step across a kink can only fail a case here, never pass one.
class GradientCheckTest {
  private static final List<Activation> ACTIVATIONS =
      List.of(
          new Activation.Sigmoid(),
          new Activation.Tanh(),
          new Activation.Relu(),
          new Activation.Softsign(),
          new Activation.HardSigmoid(0.3f, 0.4f),
          new Activation.LeakyRelu(0.1f),
          new Activation.Affine(0.7f, 0.2f));

  /// Every cell and option alone, all options together, every activation in every place.
  static Stream<CellSpec> cells(int H) {
    Lstm lstm = new Lstm(H);
    Stream<CellSpec> cells =
        Stream.of(
            new Rnn(H),
            lstm,
            lstm.withPeepholes(),
            lstm.withCoupledInputForget(),
            lstm.withLayerNorm(),
            lstm.withCellClip(0.6f),
            lstm.withPeepholes().withCoupledInputForget(),
            lstm.withPeepholes().withCoupledInputForget().withLayerNorm().withCellClip(0.9f),
            new Gru(H),
            new Gru(H).withReset(Gru.Reset.BEFORE),
            new MinLstm(H),
            new MinGru(H));
    Stream<CellSpec> projected =
        H == 1
            ? Stream.of()
            : Stream.of(
                lstm.withProjectionSize(H / 2),
                lstm.withPeepholes().withLayerNorm().withProjectionSize(H - 1));
    return Stream.concat(cells, projected);
  }

  static Stream<CellSpec> activatedCells(int H) {
    Activation sigmoid = new Activation.Sigmoid();
    Activation tanh = new Activation.Tanh();
    return ACTIVATIONS.stream()
        .flatMap(activation ->
            Stream.of(
                new Rnn(H, activation),
                new Lstm(H).withActivations(activation, tanh, tanh),
                new Lstm(H).withActivations(sigmoid, activation, tanh),
                new Lstm(H).withActivations(sigmoid, tanh, activation),
                new Gru(H).withActivations(activation, tanh),
                new Gru(H).withActivations(sigmoid, activation),
                new Gru(H).withReset(Gru.Reset.BEFORE).withActivations(activation, tanh),
                new Gru(H).withReset(Gru.Reset.BEFORE).withActivations(sigmoid, activation)));
  }

  static Stream<Arguments> everyCell() {
    return Stream.of(
            Stream.of(new int[] {1, 1, 1}, new int[] {3, 1, 2}, new int[] {1, 3, 5}),
            Stream.of(new int[] {5, 7, 1}, new int[] {4, 5, 6}, new int[] {2, 3, 0}))
        .flatMap(sizes -> sizes)
        .flatMap(s ->
            cells(s[1])
                .flatMap(cell ->
                    Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(cell, s[0], s[2], seed))));
  }

  static Stream<Arguments> everyActivation() {
    return activatedCells(3)
        .flatMap(cell -> Stream.of(4L, 5L).map(seed -> Arguments.of(cell, 2, 4, seed)));
  }

  @ParameterizedTest(name = "{0} I={1} T={2} seed={3}")
  @MethodSource({"everyCell", "everyActivation"})
  void theReferenceAgreesWithFiniteDifferences(CellSpec cell, int I, int T, long seed) {
    Difference worst = GradientCheck.random(cell, I, T, seed).worst();
    assertThat(worst.error())
        .as("%s, I = %d, T = %d, seed %d: %s", cell, I, T, seed, worst)
        .isLessThanOrEqualTo(GradientCheck.BOUND);
  }

  /// A number that is off by 1e-4, in whichever gradient it is, does not get past the check.
  @ParameterizedTest(name = "{0}")
  @MethodSource("smallCells")
  void oneWrongNumberAnywhereIsFound(CellSpec cell) {
    long seed = 6;
    GradientCheck check = GradientCheck.random(cell, 2, 2, seed);
    Gradients gradients = check.derived();
    List<double[]> all = new ArrayList<>(List.of(gradients.dx()));
    gradients.parameters().all().forEach(parameter -> all.add(parameter.values()));
    all.add(gradients.dInitial().h());
    if (cell.hasCellState()) {
      all.add(gradients.dInitial().c());
    }
    assertThat(check.worst(gradients).error()).isLessThanOrEqualTo(GradientCheck.BOUND);
    for (double[] values : all) {
      int last = values.length - 1;
      double right = values[last];
      values[last] += 1e-4 * Math.max(1, Math.abs(right));
      assertThat(check.worst(gradients).error())
          .as("%s, seed %d", cell, seed)
          .isGreaterThan(10 * GradientCheck.BOUND);
      values[last] = right;
    }
  }

  static Stream<CellSpec> smallCells() {
    return cells(3);
  }
}
