package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every [Products] must give: the bits of one chain of fused multiply-adds per element,
/// whatever the sizes, and nothing written beside the result.
public abstract class ProductsContract {
  private static final int[] ROWS = {0, 1, 2, 3, 4, 5, 7, 16, 17, 33};
  private static final int[] INNER = {0, 1, 2, 3, 5, 16, 95, 96, 97, 200};
  private static final float GUARD = 1234.5f;

  protected abstract Products products();

  @Test
  void multiplyIsOneChainPerElement() {
    for (int vectors = 1; vectors <= 4; vectors++) {
      for (int rows : ROWS) {
        for (int inner : INNER) {
          for (int outer : new int[] {1, 3}) {
            multiply(vectors, rows, outer, inner, false);
          }
          multiply(vectors, rows, 2, inner, true);
        }
      }
    }
  }

  private void multiply(int vectors, int rows, int outer, int inner, boolean inPlace) {
    long seed = 31L * (31L * (31L * vectors + rows) + outer) + inner;
    Random random = new Random(seed);
    int width = 16 * vectors;
    int aRow = inner + 3;
    int aOuter = Math.max(1, rows) * aRow + 5;
    float[] a = fill(random, 7 + outer * aOuter);
    float[] b = fill(random, 11 + outer * inner * width);
    int cRow = width + 16;
    float[] c = new float[13 + rows * cRow + width];
    java.util.Arrays.fill(c, GUARD);
    float[] init = fill(random, 3 + width);
    if (inPlace) {
      init = c;
      for (int m = 0; m < rows; m++) {
        for (int n = 0; n < width; n++) {
          c[13 + m * cRow + n] = random.nextFloat() - 0.5f;
        }
      }
    }
    float[] expected = c.clone();
    for (int m = 0; m < rows; m++) {
      for (int n = 0; n < width; n++) {
        int at = 13 + m * cRow + n;
        float sum = inPlace ? expected[at] : init[3 + n];
        for (int p = 0; p < outer; p++) {
          for (int k = 0; k < inner; k++) {
            sum =
                Math.fma(
                    a[7 + m * aRow + p * aOuter + k], b[11 + (p * inner + k) * width + n], sum);
          }
        }
        expected[at] = sum;
      }
    }
    products()
        .multiply(
            vectors,
            rows,
            outer,
            inner,
            a,
            7,
            aRow,
            aOuter,
            b,
            11,
            init,
            inPlace ? 13 : 3,
            inPlace ? cRow : 0,
            c,
            13,
            cRow);
    same(c, expected, vectors, rows, outer, inner, seed);
  }

  @Test
  void multiplyTransposedIsOneChainPerElement() {
    for (int vectors = 1; vectors <= 4; vectors++) {
      for (int rows : ROWS) {
        for (int inner : INNER) {
          for (int bRow : new int[] {64, 80}) {
            multiplyTransposed(vectors, rows, inner, bRow);
          }
        }
      }
    }
  }

  private void multiplyTransposed(int vectors, int rows, int inner, int bRow) {
    long seed = 17L * (17L * (17L * vectors + rows) + bRow) + inner;
    Random random = new Random(seed);
    int width = 16 * vectors;
    int aRow = rows + 3;
    float[] a = fill(random, 7 + inner * aRow + rows);
    float[] b = fill(random, 11 + inner * bRow + width);
    int cRow = width + 16;
    float[] c = fill(random, 13 + rows * cRow + width);
    float[] expected = c.clone();
    for (int m = 0; m < rows; m++) {
      for (int n = 0; n < width; n++) {
        int at = 13 + m * cRow + n;
        for (int k = 0; k < inner; k++) {
          expected[at] = Math.fma(a[7 + k * aRow + m], b[11 + k * bRow + n], expected[at]);
        }
      }
    }
    products().multiplyTransposed(vectors, rows, inner, a, 7, aRow, b, 11, bRow, c, 13, cRow);
    same(c, expected, vectors, rows, bRow, inner, seed);
  }

  private static void same(
      float[] c, float[] expected, int vectors, int rows, int third, int inner, long seed) {
    for (int i = 0; i < c.length; i++) {
      if (Float.floatToIntBits(c[i]) != Float.floatToIntBits(expected[i])) {
        assertThat(c[i])
            .as(
                "element %d, vectors %d, rows %d, outer or bRow %d, inner %d, seed %d",
                i, vectors, rows, third, inner, seed)
            .isEqualTo(expected[i]);
      }
    }
  }

  private static float[] fill(Random random, int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    return x;
  }
}
