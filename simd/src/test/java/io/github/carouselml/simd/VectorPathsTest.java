package io.github.carouselml.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.loss.Crf;
import io.github.carouselml.loss.CtcLoss;
import io.github.carouselml.loss.Labels;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// CTC and CRF have the same bits on vectors as on plain loops, with any number of threads, whether
/// a row fills vectors or not.
class VectorPathsTest {
  private static final int[] LENGTHS = {30, 4, 0, 17, 30, 12, 9, 1, 25, 30, 2};

  private record Bits(long loss, float[] z, float[] transitions, float[] start, float[] end) {}

  private static Bits run(String kernels, int threads, int classes) {
    BackendOptions options = new BackendOptions().withKernels(kernels).withThreads(threads);
    try (Backend backend = Backends.open("cpu", options)) {
      Crf crf = new Crf("crf", classes);
      Parameters parameters = Layer.initialize(backend, List.of(crf), 1);
      Random random = new Random(classes);
      parameters.set("crf.transitions", numbers(random, classes * classes));
      parameters.set("crf.start", numbers(random, classes));
      parameters.set("crf.end", numbers(random, classes));
      Rows rows = new Rows(30, LENGTHS.length);
      rows.set(LENGTHS, LENGTHS.length);
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
      RowSpace steps = new RowSpace.Steps(rows);
      Tensor z = tape.inputWithGradient("z", steps, classes);
      Indices tags = tape.indices("tags", steps);
      Labels labels = new Labels(LENGTHS.length, 8);
      for (int b = 0; b < LENGTHS.length; b++) {
        labels.set(b, random.ints(random.nextInt(9), 1, classes).toArray());
      }
      for (int r = 0; r < rows.count(); r++) {
        tags.values()[r] = random.nextInt(classes);
      }
      CtcLoss.of(z, labels, 0, CtcLoss.Infeasible.LEAVE_OUT, 1);
      crf.loss(z, tags, 0.5f);
      try (Program program = tape.program()) {
        program.upload(z, numbers(random, rows.count() * classes));
        parameters.zeroGradients(program.operations());
        double loss = program.train(0, 1);
        float[] dz = new float[rows.count() * classes];
        program.downloadGradient(z, dz);
        return new Bits(
            Double.doubleToLongBits(loss),
            dz,
            parameters.gradient("crf.transitions"),
            parameters.gradient("crf.start"),
            parameters.gradient("crf.end"));
      }
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (4 * random.nextGaussian());
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 21, 37})
  void the_same_bits(int classes) {
    Bits plain = run("plain", 1, classes);
    assertThat(Double.longBitsToDouble(plain.loss)).isFinite();
    for (String kernels : List.of("plain", "simd")) {
      for (int threads : new int[] {1, 2, 7}) {
        assertThat(run(kernels, threads, classes))
            .as("seed %d, %s, %d threads", classes, kernels, threads)
            .usingRecursiveComparison()
            .isEqualTo(plain);
      }
    }
  }
}
