package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters;
import io.github.carouselml.cpu.CpuBackend;
import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the sweep must give on every set of kernels: the reference's numbers for each sequence, and
/// the same bits whatever the threads, the neighbours and the way of cutting the work.
public abstract class SweepContract {
  /// The kernels under test, with a team of so many threads.
  protected abstract Engine engine(int threads);

  static Stream<CellSpec> cells() {
    return Stream.concat(
        Stream.of(1, 3, 16, 17, 33, 64, 70)
            .flatMap(H ->
                Stream.of(
                    new CellSpec.Lstm(H),
                    new CellSpec.Gru(H),
                    new CellSpec.Gru(H).withReset(CellSpec.Gru.Reset.BEFORE),
                    new CellSpec.Rnn(H))),
        Stream.of(3, 17, 70).flatMap(SweepContract::relatives));
  }

  /// Every option by itself, and some together.
  private static Stream<CellSpec> relatives(int H) {
    CellSpec.Lstm lstm = new CellSpec.Lstm(H);
    CellSpec.Gru gru = new CellSpec.Gru(H);
    CellSpec.Gru before = gru.withReset(CellSpec.Gru.Reset.BEFORE);
    Activation hard = new Activation.HardSigmoid(0.21f, 0.47f);
    Activation sigmoid = new Activation.Sigmoid();
    Activation tanh = new Activation.Tanh();
    Activation softsign = new Activation.Softsign();
    Activation leaky = new Activation.LeakyRelu(0.1f);
    Activation affine = new Activation.Affine(0.6f, 0.3f);
    return Stream.of(
        new CellSpec.Rnn(H).withActivation(new Activation.Relu()),
        new CellSpec.Rnn(H).withActivation(hard),
        new CellSpec.Rnn(H).withActivation(affine),
        lstm.withPeepholes(),
        lstm.withCoupledInputForget(),
        lstm.withCoupledInputForget().withPeepholes(),
        lstm.withCellClip(0.4f),
        lstm.withCellClip(0.4f).withPeepholes(),
        lstm.withProjectionSize(2),
        lstm.withProjectionSize(H - 1).withPeepholes().withCoupledInputForget(),
        lstm.withLayerNorm(),
        lstm.withLayerNorm().withPeepholes().withCoupledInputForget(),
        lstm.withLayerNorm().withProjectionSize(2).withPeepholes().withCellClip(1.5f),
        lstm.withLayerNorm().withActivations(hard, affine, affine),
        lstm.withActivations(hard, softsign, leaky),
        lstm.withActivations(sigmoid, hard, affine),
        lstm.withActivations(softsign, affine, new Activation.Relu()).withCellClip(0.5f),
        gru.withActivations(hard, softsign),
        gru.withActivations(sigmoid, affine),
        before.withActivations(hard, leaky),
        before.withActivations(sigmoid, affine),
        new CellSpec.MinLstm(H),
        new CellSpec.MinGru(H));
  }

  static Stream<SweepRun.Case> cases() {
    return Stream.of(smallCases(), wideCases(), longCases()).flatMap(cases -> cases);
  }

  private static Stream<SweepRun.Case> wideCases() {
    int[] lengths = new int[67];
    Arrays.fill(lengths, 2);
    lengths[0] = 1;
    lengths[7] = 0;
    // so many weights that the units of a step are shared, whatever the number of sequences: going
    // forward, then both ways
    return Stream.of(
            new CellSpec.Lstm(510),
            new CellSpec.Lstm(720).withLayerNorm(),
            new CellSpec.Gru(850).withReset(CellSpec.Gru.Reset.BEFORE))
        .map(cell -> new SweepRun.Case(cell, 19, lengths, 7));
  }

  /// So many rows that the gradients of the weights take them up in several blocks of steps.
  private static Stream<SweepRun.Case> longCases() {
    int[] lengths = new int[70];
    Arrays.setAll(lengths, b -> 19 - b / 20);
    lengths[4] = 3;
    CellSpec.Lstm lstm = new CellSpec.Lstm(17);
    return Stream.of(
            lstm,
            lstm.withProjectionSize(3).withPeepholes(),
            new CellSpec.Lstm(64).withLayerNorm(), // normalised in its panels
            new CellSpec.Gru(17).withReset(CellSpec.Gru.Reset.BEFORE),
            new CellSpec.MinGru(17))
        .map(cell -> new SweepRun.Case(cell, 5, lengths, 8));
  }

  private static Stream<SweepRun.Case> smallCases() {
    return Stream.concat(
        cells()
            .flatMap(cell ->
                Stream.of(
                    new SweepRun.Case(cell, 3, new int[] {5, 2, 7, 0, 7, 1}, 1),
                    new SweepRun.Case(cell, 17, new int[] {4, 4, 4, 4, 4, 4, 4, 4, 4}, 2),
                    new SweepRun.Case(cell, 1, new int[] {1}, 3),
                    new SweepRun.Case(cell, 20, new int[] {6}, 4),
                    new SweepRun.Case(cell, 5, new int[] {0, 0}, 5),
                    new SweepRun.Case(cell, 5, new int[] {}, 9))),
        // so wide that the weight gradients copy their operands, and not a multiple of their tiles
        Stream.of(new CellSpec.Lstm(270), new CellSpec.Gru(270))
            .map(cell -> new SweepRun.Case(cell, 261, new int[] {60, 2, 0, 60, 3}, 6)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheReference(SweepRun.Case run) {
    try (CpuBackend backend = TestBackends.of(engine(2))) {
      SweepRun.Result result = SweepRun.train(backend, run);
      double[][] sums = null;
      for (int b = 0; b < run.lengths().length; b++) {
        ReferenceCell cell = ReferenceCell.of(run.cell(), run.inputs());
        List<ReferenceParameters.Parameter> parameters = cell.parameters().all();
        float[][] values = run.parameters();
        for (int p = 0; p < values.length; p++) {
          double[] to = parameters.get(p).values();
          assertThat(values[p]).as("%s", parameters.get(p).name()).hasSize(to.length);
          for (int i = 0; i < to.length; i++) {
            to[i] = values[p][i];
          }
        }
        State first = new State(wide(run.h0(b)), run.hasC() ? wide(run.c0(b)) : null);
        ReferenceSequence sequence = ReferenceSequence.forward(cell, wide(run.x(b)), first);
        near(run, b, "y", result.y(b), sequence.outputs());
        near(run, b, "hN", new float[][] {result.hN(b)}, new double[][] {sequence.last().h()});
        if (run.hasC()) {
          near(run, b, "cN", new float[][] {result.cN(b)}, new double[][] {sequence.last().c()});
        }
        State dLast = new State(wide(run.dhN(b)), run.hasC() ? wide(run.dcN(b)) : null);
        ReferenceSequence.Gradients gradients = sequence.backward(wide(run.dy(b)), dLast);
        near(run, b, "dx", result.dx(b), gradients.dx());
        near(
            run,
            b,
            "dh0",
            new float[][] {result.dh0(b)},
            new double[][] {gradients.dInitial().h()});
        if (run.hasC()) {
          near(
              run,
              b,
              "dc0",
              new float[][] {result.dc0(b)},
              new double[][] {gradients.dInitial().c()});
        }
        List<ReferenceParameters.Parameter> all = gradients.parameters().all();
        if (sums == null) {
          sums = new double[all.size()][];
        }
        for (int p = 0; p < sums.length; p++) {
          double[] more = all.get(p).values();
          if (sums[p] == null) {
            sums[p] = new double[more.length];
          }
          for (int i = 0; i < more.length; i++) {
            sums[p][i] += more[i];
          }
        }
      }
      if (sums == null) {
        for (float[] gradient : result.gradients()) {
          assertThat(gradient).as("%s", run).containsOnly(0f);
        }
      }
      for (int p = 0; sums != null && p < sums.length; p++) {
        near(
            run,
            -1,
            "∂ parameter " + p,
            new float[][] {result.gradients()[p]},
            new double[][] {sums[p]});
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheSameBitsForEveryTeam(SweepRun.Case run) {
    String expected = null;
    for (int threads : new int[] {1, 2, 7}) {
      try (CpuBackend backend = TestBackends.of(engine(threads))) {
        String bits = SweepRun.train(backend, run).digest();
        assertThat(bits)
            .as("%s with %d threads", run, threads)
            .isEqualTo(expected == null ? bits : expected);
        expected = bits;
      }
    }
    try (CpuBackend backend = TestBackends.plain()) {
      assertThat(SweepRun.train(backend, run).digest())
          .as("%s in plain loops", run)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aSequenceDoesNotKnowItsNeighbours(SweepRun.Case run) {
    try (CpuBackend backend = TestBackends.of(engine(2))) {
      SweepRun.Result together = SweepRun.train(backend, run);
      for (int b = 0; b < run.lengths().length; b++) {
        SweepRun.Result alone = SweepRun.train(backend, run.alone(b));
        same(run, b, "y", together.y(b), alone.y(0));
        same(run, b, "dx", together.dx(b), alone.dx(0));
        same(run, b, "hN", new float[][] {together.hN(b)}, new float[][] {alone.hN(0)});
        same(run, b, "dh0", new float[][] {together.dh0(b)}, new float[][] {alone.dh0(0)});
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictsWithTheBitsOfTraining(SweepRun.Case run) {
    try (CpuBackend backend = TestBackends.of(engine(2))) {
      SweepRun.Result trained = SweepRun.train(backend, run);
      SweepRun.Result predicted = SweepRun.predict(backend, run);
      for (int b = 0; b < run.lengths().length; b++) {
        same(run, b, "y", predicted.y(b), trained.y(b));
        same(run, b, "hN", new float[][] {predicted.hN(b)}, new float[][] {trained.hN(b)});
        if (run.hasC()) {
          same(run, b, "cN", new float[][] {predicted.cN(b)}, new float[][] {trained.cN(b)});
        }
        same(run, b, "streamed y", SweepRun.stream(backend, run, b, true), trained.y(b));
        same(run, b, "stepped y", SweepRun.stream(backend, run, b, false), trained.y(b));
      }
    }
  }

  private static double[] wide(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  private static double[][] wide(float[][] x) {
    return Arrays.stream(x).map(SweepContract::wide).toArray(double[][]::new);
  }

  /// A norm over a few units divides by a deviation that may be small.
  private static double accuracy(CellSpec cell) {
    return cell instanceof CellSpec.Lstm lstm && lstm.layerNorm() ? 1e-4 : 2e-5;
  }

  private static void near(
      SweepRun.Case run, int b, String what, float[][] got, double[][] expected) {
    assertThat(got.length).as("%s %s", run, what).isEqualTo(expected.length);
    for (int t = 0; t < got.length; t++) {
      assertThat(got[t].length).as("%s %s", run, what).isEqualTo(expected[t].length);
      for (int i = 0; i < got[t].length; i++) {
        double bound = accuracy(run.cell()) * Math.max(1, Math.abs(expected[t][i]));
        if (!(Math.abs(got[t][i] - expected[t][i]) <= bound)) {
          assertThat((double) got[t][i])
              .as("%s of sequence %d at [%d, %d], %s", what, b, t, i, run)
              .isCloseTo(expected[t][i], within(bound));
        }
      }
    }
  }

  private static void same(
      SweepRun.Case run, int b, String what, float[][] got, float[][] expected) {
    for (int t = 0; t < got.length; t++) {
      assertThat(Arrays.equals(got[t], expected[t]))
          .as(
              "%s of sequence %d at %d, %s: %s against %s",
              what, b, t, run, Arrays.toString(got[t]), Arrays.toString(expected[t]))
          .isTrue();
    }
  }
}
