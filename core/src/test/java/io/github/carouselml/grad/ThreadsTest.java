package io.github.carouselml.grad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.Crf;
import io.github.carouselml.loss.CtcLoss;
import io.github.carouselml.loss.Labels;
import io.github.carouselml.loss.LinearCrossEntropy;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A model of every operation, large enough that each is cut into chunks: the same bits with any
/// number of threads, and steps that allocate nothing.
class ThreadsTest {
  private static final Recurrent STACK =
      new Recurrent("r", 91, new CellSpec.Lstm(35), new CellSpec.Gru(40))
          .withDirection(Direction.BOTH)
          .withDropout(0.1);
  private static final Crf CRF = new Crf("crf", 42);
  private static final List<ParameterSpec> OWN_SPECS =
      List.of(
          new ParameterSpec("table", new Layout.Table(50, 70), Role.TABLE),
          new ParameterSpec("W", new Layout.Matrix(150, 80), Role.INPUT_WEIGHT),
          new ParameterSpec("b", new Layout.Vector(150), Role.BIAS),
          new ParameterSpec("gain", new Layout.Vector(150), Role.GAIN),
          new ParameterSpec("bias", new Layout.Vector(150), Role.BIAS),
          new ParameterSpec("head", new Layout.Matrix(3_000, 150), Role.INPUT_WEIGHT),
          new ParameterSpec("mean", new Layout.Matrix(42, 150), Role.INPUT_WEIGHT));

  private static final List<ParameterSpec> SPECS =
      Stream.concat(
              OWN_SPECS.stream(),
              Stream.of(STACK, CRF)
                  .flatMap(layer -> layer.parameters().stream())
                  .map(Layer.Owned::spec))
          .toList();

  /// One model over at most 40 steps of 12 sequences.
  private static final class Model {
    final Rows rows = new Rows(40, 12);
    final Parameters parameters;
    final Program program;
    final Tensor x;
    final Tensor target;
    final Tensor weight;
    final Indices tokens;
    final Indices classes;
    final Indices tags;
    final Labels labels = new Labels(12, 9);

    Model(Backend backend) {
      parameters = Parameters.allocate(backend, SPECS, true);
      Random random = new Random(2);
      for (ParameterSpec spec : SPECS) {
        float[] values = new float[spec.layout().canonicalSize()];
        for (int i = 0; i < values.length; i++) {
          values[i] = random.nextFloat() - 0.5f;
        }
        parameters.set(spec.name(), values);
      }
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 4);
      RowSpace steps = new RowSpace.Steps(rows);
      x = tape.inputWithGradient("x", steps, 21);
      target = tape.input("target", steps, 21);
      weight = tape.input("weight", steps, 1);
      tokens = tape.indices("tokens", steps);
      classes = tape.indices("classes", steps);
      tags = tape.indices("tags", steps);
      Tensor h = EmbeddingOp.of(tape, tokens, parameters.get("table"));
      h = Columns.concat(List.of(h, x));
      h = STACK.apply(h);
      h = LinearOp.of(h, parameters.get("W"), parameters.get("b"));
      h = LayerNormOp.of(h, parameters.get("gain"), parameters.get("bias"), 1e-5f);
      h = DropoutOp.of(Pointwise.tanh(h), 0.25f, false);
      Tensor all = Sequences.repeat(Sequences.sum(h));
      Tensor last = Sequences.repeat(Sequences.last(Sequences.reverse(h)));
      h =
          Pointwise.add(
              h, Pointwise.multiply(SoftmaxOp.of(all), Pointwise.divide(h, Pointwise.exp(last))));
      h = WeightedOp.of(weight, h);
      Tensor out = LinearOp.of(h, parameters.get("mean"), null);
      MeanLoss.of(new LossSpec.Gaussian(), out, target, weight, 0.5f);
      Tensor point = Columns.slice(out, 3, 21);
      MeanLoss.of(new LossSpec.Huber(0.5), point, target, null, 1);
      LinearCrossEntropy.of(h, parameters.get("head"), null, classes, null, 1);
      CtcLoss.of(out, labels, 41, CtcLoss.Infeasible.LEAVE_OUT, 0.3f);
      CRF.loss(out, tags, 0.3f);
      program = tape.program();
    }

    double step(int update) {
      parameters.zeroGradients(program.operations());
      double loss = program.train(update, 1);
      var updates = program.operations().updates();
      double norm = updates.sumOfSquares(parameters.gradients());
      updates.clip(0.5f, parameters.gradients());
      return loss + norm + updates.largest(parameters.gradients());
    }

    void batch(int[] lengths, long seed) {
      Random random = new Random(seed);
      rows.set(lengths, lengths.length);
      int n = rows.count();
      program.upload(x, numbers(random, n * 21));
      program.upload(target, numbers(random, n * 21));
      program.upload(weight, numbers(random, n));
      for (int r = 0; r < n; r++) {
        tokens.values()[r] = random.nextInt(50);
        classes.values()[r] = random.nextInt(3_000);
        tags.values()[r] = random.nextInt(42);
      }
      for (int b = 0; b < lengths.length; b++) {
        labels.set(b, random.ints(random.nextInt(10), 0, 41).toArray());
      }
    }

    private static float[] numbers(Random random, int count) {
      float[] numbers = new float[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = random.nextFloat();
      }
      return numbers;
    }
  }

  private static List<long[]> run(int threads) {
    List<long[]> all = new ArrayList<>();
    try (Backend backend = TestBackends.plain(threads)) {
      Model model = new Model(backend);
      for (int[] lengths : new int[][] {{40, 3, 0, 17, 40, 22, 9}, {5, 8}}) {
        model.batch(lengths, 6);
        all.add(new long[] {Double.doubleToLongBits(model.step(1))});
        float[] dx = new float[model.rows.count() * 21];
        model.program.downloadGradient(model.x, dx);
        all.add(longs(dx));
        for (ParameterSpec spec : SPECS) {
          all.add(longs(model.parameters.gradient(spec.name())));
        }
      }
    }
    return all;
  }

  private static long[] longs(float[] floats) {
    long[] longs = new long[floats.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = Float.floatToIntBits(floats[i]);
    }
    return longs;
  }

  @Test
  void any_number_of_threads_gives_the_same_bits() {
    List<long[]> one = run(1);
    for (int threads : new int[] {2, 7}) {
      List<long[]> many = run(threads);
      for (int i = 0; i < one.size(); i++) {
        assertThat(many.get(i)).as("%d threads, result %d", threads, i).isEqualTo(one.get(i));
      }
    }
  }

  @Test
  @Tag("allocation")
  void a_step_allocates_nothing() {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Backend backend = TestBackends.plain(2)) {
      Model model = new Model(backend);
      model.batch(new int[] {9, 3, 0, 17}, 6);
      int[] lengths = {4, 2, 11};
      double sum = 0;
      long least = Long.MAX_VALUE;
      for (int update = 0; update < 200 && least > 0; update++) {
        long before = bean.getCurrentThreadAllocatedBytes();
        model.rows.set(lengths, 3);
        sum += model.step(update);
        least = Math.min(least, bean.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(sum).isFinite();
      assertThat(least).isZero();
    }
  }
}
