package io.github.carouselml.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The CRF against the sum over every sequence of tags, and where scores are far apart.
class CrfLossTest {
  /// Emissions `[sequence][step * tags]`, tags, and the parameters.
  private record Problem(
      int tags, double[][] e, int[][] y, double[] A, double[] start, double[] end) {
    double score(double[] emissions, int[] path) {
      double score = path.length == 0 ? 0 : start[path[0]] + end[path[path.length - 1]];
      for (int t = 0; t < path.length; t++) {
        score += emissions[t * tags + path[t]];
        score += t == 0 ? 0 : A[path[t] * tags + path[t - 1]];
      }
      return score;
    }

    /// ln Σ e^score over all paths, one by one.
    double all(double[] emissions, int steps) {
      double sum = Double.NEGATIVE_INFINITY;
      for (int number = 0; number < Math.round(StrictMath.pow(tags, steps)); number++) {
        sum = add(sum, score(emissions, path(number, steps)));
      }
      return sum;
    }

    int[] path(int number, int steps) {
      int[] path = new int[steps];
      for (int t = 0, rest = number; t < steps; t++, rest /= tags) {
        path[t] = rest % tags;
      }
      return path;
    }

    double loss() {
      double sum = 0;
      for (int b = 0; b < e.length; b++) {
        sum += y[b].length == 0 ? 0 : all(e[b], y[b].length) - score(e[b], y[b]);
      }
      return sum / e.length;
    }
  }

  private static double add(double a, double b) {
    double high = Math.max(a, b);
    return high == Double.NEGATIVE_INFINITY
        ? high
        : high + StrictMath.log(StrictMath.exp(a - high) + StrictMath.exp(b - high));
  }

  private static Problem random(long seed, int tags, double spread, int... lengths) {
    Random random = new Random(seed);
    double[][] e = new double[lengths.length][];
    int[][] y = new int[lengths.length][];
    for (int b = 0; b < lengths.length; b++) {
      e[b] = numbers(random, lengths[b] * tags, spread);
      y[b] = random.ints(lengths[b], 0, tags).toArray();
    }
    return new Problem(
        tags,
        e,
        y,
        numbers(random, tags * tags, spread),
        numbers(random, tags, spread),
        numbers(random, tags, spread));
  }

  private static double[] numbers(Random random, int count, double spread) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, _ -> (float) (spread * random.nextGaussian()));
    return numbers;
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  private record Result(double value, float[][] e, float[] A, float[] start, float[] end) {}

  private static Result run(Problem p, int times) {
    int[] lengths = Arrays.stream(p.y).mapToInt(tags -> tags.length).toArray();
    Rows rows = new Rows(Arrays.stream(lengths).max().orElse(0) + 1, lengths.length + 1);
    rows.set(lengths, lengths.length);
    Backend backend = new OpaqueBackend(TestBackends.plain());
    Crf crf = new Crf("crf", p.tags);
    Parameters parameters = Layer.initialize(backend, List.of(crf), 1);
    parameters.set("crf.transitions", floats(p.A));
    parameters.set("crf.start", floats(p.start));
    parameters.set("crf.end", floats(p.end));
    ((OpaqueBackend) backend).poison();
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
    RowSpace steps = new RowSpace.Steps(rows);
    Tensor e = tape.inputWithGradient("e", steps, p.tags);
    Indices target = tape.indices("tags", steps);
    for (int i = 0; i < times; i++) {
      crf.loss(e, target, 1f / times);
    }
    try (Program program = tape.program()) {
      float[] flat = new float[rows.count() * p.tags];
      for (int b = 0; b < lengths.length; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          target.values()[rows.row(t, b)] = p.y[b][t];
          for (int k = 0; k < p.tags; k++) {
            flat[rows.row(t, b) * p.tags + k] = (float) p.e[b][t * p.tags + k];
          }
        }
      }
      program.upload(e, flat);
      double value = program.evaluate(0);
      parameters.zeroGradients(program.operations());
      assertThat(program.train(0, 1)).isEqualTo(value);
      float[] gradient = new float[flat.length];
      program.downloadGradient(e, gradient);
      float[][] by = new float[lengths.length][];
      for (int b = 0; b < lengths.length; b++) {
        by[b] = new float[lengths[b] * p.tags];
        for (int t = 0; t < lengths[b]; t++) {
          System.arraycopy(gradient, rows.row(t, b) * p.tags, by[b], t * p.tags, p.tags);
        }
      }
      return new Result(
          value,
          by,
          parameters.gradient("crf.transitions"),
          parameters.gradient("crf.start"),
          parameters.gradient("crf.end"));
    }
  }

  private static void differences(String where, Problem p, double[] of, float[] got) {
    for (int i = 0; i < of.length; i++) {
      double kept = of[i];
      of[i] = kept + 1e-5;
      double up = p.loss();
      of[i] = kept - 1e-5;
      double down = p.loss();
      of[i] = kept;
      assertThat((double) got[i]).as("%s %d", where, i).isCloseTo((up - down) / 2e-5, within(3e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4})
  void every_path_counts(int tags) {
    for (int times = 1; times <= 2; times++) {
      Problem p = random(7, tags, 1.3, 3, 1, 0, 5, 2, 5);
      String where = "seed 7, " + tags + " tags, " + times + " times,";
      Result result = run(p, times);
      assertThat(result.value).as(where).isCloseTo(p.loss(), within(3e-6));
      for (int b = 0; b < p.e.length; b++) {
        differences(where + " emission of " + b, p, p.e[b], result.e[b]);
      }
      differences(where + " transition", p, p.A, result.A);
      differences(where + " start", p, p.start, result.start);
      differences(where + " end", p, p.end, result.end);
    }
  }

  /// Forbidden transitions, of which the only way left uses some: what is lost in one step is all
  /// that counts in the end.
  @Test
  void nothing_underflows_where_scores_are_far_apart() {
    Problem p = random(9, 3, 1, 4, 5);
    Arrays.fill(p.A, -10_000);
    for (int i = 0; i < 3; i++) {
      p.A[(i + 1) % 3 * 3 + i] = 0; // only i to i+1
    }
    p.end[0] = -300;
    p.end[1] = -40_000;
    Result result = run(p, 1);
    double expected = p.loss();
    assertThat(result.value).as("seed 9").isCloseTo(expected, within(1e-6 * expected));
    for (int b = 0; b < p.e.length; b++) {
      differences("seed 9, emission of " + b, p, p.e[b], result.e[b]);
    }
    differences("seed 9, transition", p, p.A, result.A);
    differences("seed 9, start", p, p.start, result.start);
    differences("seed 9, end", p, p.end, result.end);
  }

  /// Two thousand steps against the same recursion in double.
  @Test
  void long_sequences_keep_their_precision() {
    Problem p = random(4, 5, 2, 2000);
    double[] f = new double[5];
    double[] e = p.e[0];
    for (int t = 0; t < 2000; t++) {
      double[] next = new double[5];
      for (int j = 0; j < 5; j++) {
        double sum = t == 0 ? p.start[j] : Double.NEGATIVE_INFINITY;
        for (int i = 0; t > 0 && i < 5; i++) {
          sum = add(sum, f[i] + p.A[j * 5 + i]);
        }
        next[j] = sum + e[t * 5 + j];
      }
      f = next;
    }
    double all = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < 5; j++) {
      all = add(all, f[j] + p.end[j]);
    }
    Result result = run(p, 1);
    double expected = all - p.score(e, p.y[0]);
    assertThat(result.value).as("seed 4").isCloseTo(expected, within(2e-7 * expected));
    for (int t = 0; t < 2000; t++) {
      double sum = 0;
      for (int j = 0; j < 5; j++) {
        sum += result.e[0][t * 5 + j];
      }
      assertThat(sum).as("seed 4, step %d", t).isCloseTo(0, within(2e-5));
    }
  }

  @Test
  void the_decoder_finds_the_best_path() {
    for (int seed = 0; seed < 20; seed++) {
      Problem p = random(seed, 3, 1, 5, 0);
      Backend backend = TestBackends.plain();
      Crf crf = new Crf("crf", 3);
      Parameters parameters = Layer.forPrediction(backend, List.of(crf));
      parameters.set("crf.transitions", floats(p.A));
      parameters.set("crf.start", floats(p.start));
      parameters.set("crf.end", floats(p.end));
      CrfDecoder decoder = crf.decoder(parameters);
      CrfDecoder.Best found = decoder.decode(floats(p.e[0]), 5);
      int[] best = p.path(0, 5);
      for (int number = 1; number < 243; number++) {
        int[] path = p.path(number, 5);
        best = p.score(p.e[0], path) > p.score(p.e[0], best) ? path : best;
      }
      assertThat(found.tags()).as("seed %d", seed).containsExactly(best);
      assertThat(found.score()).as("seed %d", seed).isCloseTo(p.score(p.e[0], best), within(1e-9));
      assertThat(decoder.decode(new float[0], 0).tags()).isEmpty();
    }
  }

  @Test
  void tags_that_do_not_exist_are_refused() {
    Problem p = random(2, 3, 1, 4);
    p.y[0][2] = 3;
    assertThatThrownBy(() -> run(p, 1))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("Tag 3 of 'tags'")
        .hasMessageContaining("knows 3 tags");
    assertThatThrownBy(() -> new Crf("crf", 0))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("1 tag or more");
  }
}
