package io.github.carouselml.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.tensor.Dense;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// However dense products are cut to stay in cache, and whatever is copied for them, every element is
/// one chain: the bits are those of the definition, for any number of threads, on every set of
/// kernels.
public abstract class DenseContract {
  /// The kernels under test, with a team of so many threads.
  protected abstract Engine engine(int threads);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 17, 70",
    "67, 40, 600",
    "2, 35, 270",
    "66, 35, 1500",
    "300, 70, 90",
    "261, 250, 700",
    "530, 100, 2100",
    "260, 1030, 64",
    "513, 513, 33"
  })
  void every_element_is_one_chain(int rows, int inputs, int units) {
    Layout.Matrix matrix = new Layout.Matrix(units, inputs);
    Layout.Matrix turned = matrix.transposed();
    Random random = new Random(rows);
    int ldx = Sizes.stride(inputs);
    int ldy = Sizes.stride(units);
    float[] x = grid(random, rows, inputs);
    float[] dy = grid(random, rows, units);
    float[] W = numbers(random, units * inputs);
    float[] b = numbers(random, units);
    float[] y = new float[rows * ldy];
    float[] dx = new float[rows * ldx];
    float[] dW = W.clone(); // gradients add to what is there
    float[] db = b.clone();
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < units; o++) {
        float sum = b[o];
        for (int i = 0; i < inputs; i++) {
          sum = Math.fma(x[r * ldx + i], W[o * inputs + i], sum);
          dW[o * inputs + i] = Math.fma(x[r * ldx + i], dy[r * ldy + o], dW[o * inputs + i]);
          dx[r * ldx + i] = Math.fma(dy[r * ldy + o], W[o * inputs + i], dx[r * ldx + i]);
        }
        y[r * ldy + o] = sum;
        db[o] += dy[r * ldy + o];
      }
    }
    for (int threads : new int[] {1, 2, 7}) {
      String where = "seed %d, %d threads".formatted(rows, threads);
      try (CpuBackend backend = TestBackends.of(engine(threads))) {
        Dense dense = backend.operations().dense();
        Slot xs = slot(backend, x);
        Slot dys = slot(backend, dy);
        Slot ys = Slot.of(backend.allocate(y.length));
        Slot dxs = Slot.of(backend.allocate(dx.length));
        Slot ws = Slot.of(backend.allocate(matrix.packedSize()));
        Slot wts = Slot.of(backend.allocate(turned.packedSize()));
        Slot bs = Slot.of(backend.allocate(ldy));
        backend.pack(matrix, W, ws);
        backend.pack(new Layout.Vector(units), b, bs);
        dense.forward(rows, matrix, xs, ws, bs, ys);
        dense.transpose(matrix, turned, ws, wts);
        dense.backwardData(rows, turned, dys, wts, dxs, false);
        dense.backwardWeights(rows, matrix, xs, dys, ws, bs);
        assertThat(read(backend, ys)).as(where + " y").isEqualTo(y);
        assertThat(read(backend, dxs)).as(where + " dx").isEqualTo(dx);
        float[] gotW = new float[W.length];
        float[] gotB = new float[b.length];
        backend.unpack(matrix, ws, gotW);
        backend.unpack(new Layout.Vector(units), bs, gotB);
        assertThat(gotW).as(where + " dW").isEqualTo(dW);
        assertThat(gotB).as(where + " db").isEqualTo(db);
        dense.backwardWeights(rows, matrix, xs, dys, null, bs);
        backend.unpack(new Layout.Vector(units), bs, gotB);
        float[] twice = db.clone();
        for (int r = 0; r < rows; r++) {
          for (int o = 0; o < units; o++) {
            twice[o] += dy[r * ldy + o];
          }
        }
        assertThat(gotB).as(where + " db alone").isEqualTo(twice);
      }
    }
  }

  private static Slot slot(CpuBackend backend, float[] values) {
    Slot slot = Slot.of(backend.allocate(values.length));
    backend.upload(values, 0, slot);
    return slot;
  }

  private static float[] read(CpuBackend backend, Slot slot) {
    float[] values = new float[slot.size()];
    backend.download(slot, values, 0);
    return values;
  }

  private static float[] grid(Random random, int rows, int features) {
    int ld = Sizes.stride(features);
    float[] grid = new float[rows * ld];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(numbers(random, features), 0, grid, r * ld, features);
    }
    return grid;
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }
}
