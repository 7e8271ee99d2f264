package io.github.carouselml.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Golden;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.Rows;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// CTC against the sum over every alignment, one by one; against PyTorch; and where no number is
/// small enough.
class CtcLossTest {
  private record Result(double value, float[][][] gradient) {}

  /// The loss and its gradient `[sequence][step][class]`.
  private static Result run(
      double[][][] logits, int[][] labels, int blank, CtcLoss.Infeasible infeasible, int times) {
    int classes = 1;
    int steps = 0;
    int symbols = 0;
    for (double[][] sequence : logits) {
      steps = Math.max(steps, sequence.length);
      classes = sequence.length == 0 ? classes : sequence[0].length;
    }
    Labels given = new Labels(logits.length + 1, 7);
    int[] lengths = new int[logits.length];
    for (int b = 0; b < lengths.length; b++) {
      lengths[b] = logits[b].length;
      symbols = Math.max(symbols, labels[b].length);
      given.set(b, labels[b]);
    }
    Rows rows = new Rows(steps + 2, logits.length + 1);
    rows.set(lengths, lengths.length);
    Backend backend = new OpaqueBackend(TestBackends.plain()).poison();
    Tape tape =
        new Tape(backend, Parameters.allocate(backend, List.of(), true), Tape.Mode.TRAIN, 1);
    Tensor z = tape.inputWithGradient("z", new RowSpace.Steps(rows), classes);
    for (int i = 0; i < times; i++) {
      // all but the first add their gradient
      CtcLoss.of(z, given, blank, infeasible, 1f / times);
    }
    try (Program program = tape.program()) {
      float[] flat = new float[rows.count() * classes];
      for (int b = 0; b < lengths.length; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          for (int k = 0; k < classes; k++) {
            flat[rows.row(t, b) * classes + k] = (float) logits[b][t][k];
          }
        }
      }
      program.upload(z, flat);
      double value = program.evaluate(0);
      assertThat(program.train(0, 1)).isEqualTo(Double.valueOf(value));
      float[] gradient = new float[flat.length];
      program.downloadGradient(z, gradient);
      float[][][] by = new float[lengths.length][][];
      for (int b = 0; b < lengths.length; b++) {
        by[b] = new float[lengths[b]][classes];
        for (int t = 0; t < lengths[b]; t++) {
          System.arraycopy(gradient, rows.row(t, b) * classes, by[b][t], 0, classes);
        }
      }
      return new Result(value, by);
    }
  }

  private static double[][] logSoftmax(double[][] logits) {
    double[][] log = new double[logits.length][];
    for (int t = 0; t < logits.length; t++) {
      double max = Arrays.stream(logits[t]).max().orElseThrow();
      double sum = Arrays.stream(logits[t]).map(z -> StrictMath.exp(z - max)).sum();
      log[t] = Arrays.stream(logits[t]).map(z -> z - max - StrictMath.log(sum)).toArray();
    }
    return log;
  }

  /// The probability of every label, from all paths one by one.
  private static Map<List<Integer>, Double> allLabels(double[][] logits, int blank) {
    double[][] log = logSoftmax(logits);
    int classes = logits[0].length;
    Map<List<Integer>, Double> labels = new HashMap<>();
    int[] path = new int[log.length];
    int paths = 1;
    for (int t = 0; t < log.length; t++) {
      paths *= classes;
    }
    for (int number = 0; number < paths; number++) {
      double p = 0;
      List<Integer> label = new java.util.ArrayList<>();
      for (int t = 0, rest = number; t < path.length; t++, rest /= classes) {
        path[t] = rest % classes;
        p += log[t][path[t]];
        if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) {
          label.add(path[t]);
        }
      }
      labels.merge(label, StrictMath.exp(p), Double::sum);
    }
    return labels;
  }

  private static double bruteForce(double[][][] logits, int[][] labels, int blank) {
    double sum = 0;
    for (int b = 0; b < logits.length; b++) {
      if (logits[b].length > 0) {
        List<Integer> label = Arrays.stream(labels[b]).boxed().toList();
        sum -= StrictMath.log(allLabels(logits[b], blank).get(label));
      }
    }
    return sum / logits.length;
  }

  private static double[][][] random(Random random, double spread, int classes, int... lengths) {
    double[][][] logits = new double[lengths.length][][];
    for (int b = 0; b < lengths.length; b++) {
      logits[b] = new double[lengths[b]][classes];
      for (double[] row : logits[b]) {
        Arrays.setAll(row, _ -> (float) (spread * random.nextGaussian()));
      }
    }
    return logits;
  }

  private static double[] one(int size, int k) {
    double[] row = new double[size];
    row[k] = 1;
    return row;
  }

  @Test
  void every_alignment_counts() {
    int[][] labels = {{1, 2}, {}, {2, 2}, {1}, {}, {0, 1, 2}};
    int[] lengths = {4, 3, 5, 1, 0, 3};
    for (int blank : new int[] {3, 0}) {
      int[][] used = blank == 3 ? labels : shifted(labels);
      double[][][] logits = random(new Random(3), 1.5, 4, lengths);
      Result result = run(logits, used, blank, CtcLoss.Infeasible.REFUSE, 1);
      assertThat(result.value)
          .as("seed 3, blank %d", blank)
          .isCloseTo(bruteForce(logits, used, blank), within(2e-6));
      Result twice = run(logits, used, blank, CtcLoss.Infeasible.REFUSE, 2);
      for (int b = 0; b < lengths.length; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          for (int k = 0; k < 4; k++) {
            double kept = logits[b][t][k];
            logits[b][t][k] = kept + 1e-5;
            double up = bruteForce(logits, used, blank);
            logits[b][t][k] = kept - 1e-5;
            double down = bruteForce(logits, used, blank);
            logits[b][t][k] = kept;
            String where = "seed 3, blank %d, gradient %d %d %d".formatted(blank, b, t, k);
            double expected = (up - down) / 2e-5;
            assertThat((double) result.gradient[b][t][k])
                .as(where)
                .isCloseTo(expected, within(1e-6));
            assertThat((double) twice.gradient[b][t][k])
                .as(where + ", added")
                .isCloseTo(expected, within(1e-6));
          }
        }
      }
    }
  }

  private static int[][] shifted(int[][] labels) {
    return Arrays.stream(labels)
        .map(label -> Arrays.stream(label).map(k -> k + 1).toArray())
        .toArray(int[][]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "ragged", "repeated", "empty", "peaked"})
  void what_pytorch_says(String name) {
    Golden golden = Golden.read("torch-ctc-" + name);
    int[] lengths = golden.numbers("lengths");
    int[] counts = golden.numbers("labels");
    double[][][] logits = new double[lengths.length][][];
    int[][] labels = new int[lengths.length][];
    for (int b = 0; b < lengths.length; b++) {
      logits[b] = new double[lengths[b]][];
      for (int t = 0; t < lengths[b]; t++) {
        logits[b][t] = golden.tensor("logits").row(t, b);
      }
      labels[b] = new int[counts[b]];
      double[] padded = golden.tensor("labels").row(b);
      Arrays.setAll(labels[b], i -> (int) padded[i]);
    }
    Result result = run(logits, labels, golden.number("blank"), CtcLoss.Infeasible.REFUSE, 1);
    double expected = Arrays.stream(golden.tensor("losses").values()).average().orElseThrow();
    assertThat(result.value).isCloseTo(expected, within(1e-6 * Math.max(1, expected)));
    for (int b = 0; b < lengths.length; b++) {
      for (int t = 0; t < lengths[b]; t++) {
        double[] row = golden.tensor("grad.logits").row(t, b);
        for (int k = 0; k < row.length; k++) {
          assertThat((double) result.gradient[b][t][k])
              .as("%s: sequence %d, step %d, class %d", name, b, t, k)
              .isCloseTo(row[k], within(2e-6));
        }
      }
    }
  }

  /// ln Σ over alignments in double, in logarithms throughout.
  private static double inLogarithms(double[][] logits, int[] label, int blank) {
    double[][] log = logSoftmax(logits);
    int S = 2 * label.length + 1;
    double[] alpha = new double[S];
    Arrays.fill(alpha, Double.NEGATIVE_INFINITY);
    for (int t = 0; t < log.length; t++) {
      double[] next = new double[S];
      for (int s = 0; s < S; s++) {
        int k = s % 2 == 0 ? blank : label[s / 2];
        double a = t == 0 ? (s < 2 ? 0 : Double.NEGATIVE_INFINITY) : alpha[s];
        if (t > 0 && s > 0) {
          a = add(a, alpha[s - 1]);
        }
        if (t > 0 && s > 1 && s % 2 == 1 && label[s / 2] != label[s / 2 - 1]) {
          a = add(a, alpha[s - 2]);
        }
        next[s] = a + log[t][k];
      }
      alpha = next;
    }
    return S == 1 ? alpha[0] : add(alpha[S - 1], alpha[S - 2]);
  }

  private static double add(double a, double b) {
    double high = Math.max(a, b);
    return high == Double.NEGATIVE_INFINITY
        ? high
        : high + StrictMath.log(StrictMath.exp(a - high) + StrictMath.exp(b - high));
  }

  /// Two thousand steps, of which a network that is sure of the blank makes every symbol less
  /// likely than any double can say, and a label that leaves only one way.
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 3, 300})
  void nothing_underflows(double spread) {
    Random random = new Random(8);
    double[][][] logits = random(random, spread, 6, 2000, 7, 13);
    for (double[] row : logits[0]) {
      row[0] = spread * 5; // the blank
    }
    int[][] labels = {{1, 2, 3, 3, 4, 5}, {1, 2, 3, 4, 3, 2, 1}, {1, 1, 1, 1, 1, 1, 1}};
    Result result = run(logits, labels, 0, CtcLoss.Infeasible.REFUSE, 1);
    double expected = 0;
    for (int b = 0; b < 3; b++) {
      expected -= inLogarithms(logits[b], labels[b], 0) / 3;
    }
    assertThat(result.value).as("seed 8").isCloseTo(expected, within(1e-6 * expected));
    for (int b = 0; b < 3; b++) {
      for (int t = 0; t < logits[b].length; t++) {
        double sum = 0;
        for (float g : result.gradient[b][t]) {
          assertThat(Math.abs(g)).isLessThan(0.34f);
          sum += g;
        }
        assertThat(sum).as("seed 8, sequence %d, step %d", b, t).isCloseTo(0, within(1e-5));
      }
      // the sum of all |γ| of a step is 1, so a few differences show whether they are in place
      for (int t = 0; t < logits[b].length; t += 1 + logits[b].length / 5) {
        for (int k = 0; k < 6; k++) {
          double kept = logits[b][t][k];
          logits[b][t][k] = kept + 1e-3;
          double up = inLogarithms(logits[b], labels[b], 0);
          logits[b][t][k] = kept - 1e-3;
          double down = inLogarithms(logits[b], labels[b], 0);
          logits[b][t][k] = kept;
          assertThat((double) result.gradient[b][t][k])
              .as("seed 8, sequence %d, step %d, class %d", b, t, k)
              .isCloseTo((down - up) / 2e-3 / 3, within(2e-5));
        }
      }
    }
  }

  @Test
  void a_label_that_does_not_fit_is_refused_or_left_out() {
    double[][][] logits = random(new Random(5), 1, 4, 3, 2, 4);
    int[][] labels = {{1, 1}, {2, 2}, {3}};
    assertThatThrownBy(() -> run(logits, labels, 0, CtcLoss.Infeasible.REFUSE, 1))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("Sequence 1 of the batch has 2 steps")
        .hasMessageContaining("label of 2 symbols needs at least 3");
    Result result = run(logits, labels, 0, CtcLoss.Infeasible.LEAVE_OUT, 1);
    double[][][] fitting = {logits[0], logits[2]};
    int[][] theirs = {labels[0], labels[2]};
    assertThat(result.value).isCloseTo(bruteForce(fitting, theirs, 0), within(1e-6));
    Result without = run(fitting, theirs, 0, CtcLoss.Infeasible.REFUSE, 1);
    assertThat(result.gradient[1]).isDeepEqualTo(new float[2][4]);
    assertThat(result.gradient[0]).isDeepEqualTo(without.gradient[0]);
    assertThat(result.gradient[2]).isDeepEqualTo(without.gradient[1]);
  }

  @Test
  void what_is_no_symbol_is_refused() {
    double[][][] logits = random(new Random(5), 1, 4, 3);
    assertThatThrownBy(() -> run(logits, new int[][] {{1, 4}}, 0, CtcLoss.Infeasible.LEAVE_OUT, 1))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("Symbol 1 of sequence 0's label is 4")
        .hasMessageContaining("knows 4 classes");
    assertThatThrownBy(() -> run(logits, new int[][] {{1, 0}}, 0, CtcLoss.Infeasible.LEAVE_OUT, 1))
        .hasMessageContaining("is the blank");
    assertThatThrownBy(() -> run(logits, new int[][] {{1}}, 4, CtcLoss.Infeasible.REFUSE, 1))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("blank 4");
    assertThatThrownBy(() -> new Labels(1, 2).set(0, 1, 2, 3))
        .hasMessageContaining("A label of 3 symbols")
        .hasMessageContaining("at most 2 symbols");
  }

  @Test
  void what_is_no_number_shows_in_the_loss() {
    double[][][] logits = random(new Random(5), 1, 4, 3, 2);
    logits[1][1][2] = Double.NaN;
    Result result = run(logits, new int[][] {{1}, {2}}, 0, CtcLoss.Infeasible.REFUSE, 1);
    assertThat(result.value).isNaN();
    assertThat(result.gradient[1][0]).containsOnly(Float.NaN);
    assertThat(result.gradient[0][0]).doesNotContain(Float.NaN);
  }

  @Test
  void greedy_reads_the_best_class_of_each_step() {
    int[] best = {0, 1, 1, 0, 1, 2, 2, 0, 0, 3};
    float[] logits = new float[best.length * 4];
    for (int t = 0; t < best.length; t++) {
      for (int k = 0; k < 4; k++) {
        logits[t * 4 + k] = (float) one(4, best[t])[k];
      }
    }
    assertThat(new CtcDecoder(4, 0).greedy(logits, best.length)).containsExactly(1, 1, 2, 3);
    assertThat(new CtcDecoder(4, 0).greedy(logits, 0)).isEmpty();
  }

  @Test
  void a_wide_beam_finds_the_likeliest_label() {
    for (int seed = 0; seed < 20; seed++) {
      double[][][] logits = random(new Random(seed), 1, 3, 5);
      float[] flat = new float[15];
      for (int i = 0; i < 15; i++) {
        flat[i] = (float) logits[0][i / 3][i % 3];
      }
      Map<List<Integer>, Double> all = allLabels(logits[0], 2);
      List<CtcDecoder.Scored> found = new CtcDecoder(3, 2).beam(flat, 5, 1000);
      assertThat(found).as("seed %d", seed).hasSize(all.size());
      double last = 0;
      for (CtcDecoder.Scored label : found) {
        assertThat(StrictMath.exp(label.logProbability()))
            .as("seed %d, %s", seed, label)
            .isCloseTo(all.get(label.label()), within(1e-12));
        assertThat(label.logProbability()).isLessThanOrEqualTo(last);
        last = label.logProbability();
      }
      assertThat(new CtcDecoder(3, 2).beam(flat, 5, 2)).hasSize(2);
    }
  }
}
