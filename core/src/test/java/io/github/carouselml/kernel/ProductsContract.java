package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every [Products] must give: the bits of one chain of fused multiply-adds per element,
/// whatever the sizes, and nothing written beside the result.
public abstract class ProductsContract {
  private static final int[] ROWS = {0, 1, 2, 3, 4, 5, 6, 7, 11, 17, 49};
  private static final int[] INNER = {0, 1, 2, 3, 5, 16, 40, 95, 96, 97, 150, 384, 400};
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

  @Test
  void multiplyPackedIsOneChainPerElement() {
    for (int vectors = 1; vectors <= 4; vectors++) {
      for (int rows : ROWS) {
        for (int inner : INNER) {
          multiplyPacked(vectors, rows, inner, false);
          multiplyPacked(vectors, rows, inner, true);
        }
      }
    }
  }

  private void multiplyPacked(int vectors, int rows, int inner, boolean inPlace) {
    long seed = 13L * (13L * vectors + rows) + inner;
    Random random = new Random(seed);
    int width = 16 * vectors;
    int aRow = inner + 4;
    float[] a = fill(random, 7 + (rows + 4) * aRow);
    float[] b = fill(random, 11 + inner * width);
    int cRow = width + 16;
    float[] c = fill(random, 13 + rows * cRow + width);
    float[] init = inPlace ? c : fill(random, 3 + width);
    float[] expected = c.clone();
    for (int m = 0; m < rows; m++) {
      for (int n = 0; n < width; n++) {
        float sum = inPlace ? c[13 + m * cRow + n] : init[3 + n];
        for (int k = 0; k < inner; k++) {
          float packed = a[7 + m / 4 * (4 * aRow) + 4 * k + m % 4];
          sum = Math.fma(packed, b[11 + k * width + n], sum);
        }
        expected[13 + m * cRow + n] = sum;
      }
    }
    int initAt = inPlace ? 13 : 3;
    int initRow = inPlace ? cRow : 0;
    products()
        .multiplyPacked(
            vectors, rows, inner, a, 7, aRow, b, 11, init, initAt, initRow, c, 13, cRow);
    same(c, expected, vectors, rows, 0, inner, seed);
  }

  @Test
  void packWeavesFourRowsTogether() {
    for (int rows : ROWS) {
      for (int columns : new int[] {0, 16, 48, 112}) {
        Random random = new Random(rows + columns);
        int aRow = columns + 3;
        float[] a = fill(random, 5 + rows * aRow);
        int toRow = columns + 4;
        float[] to = filled(9 + (rows + 3) / 4 * 4 * toRow);
        products().pack(rows, columns, a, 5, aRow, to, 9, toRow);
        packed(rows, columns, toRow, to, (m, k) -> a[5 + m * aRow + k]);
      }
    }
  }

  @Test
  void packTransposedWeavesFourColumnsTogether() {
    for (int rows : new int[] {0, 16, 48, 112}) {
      for (int columns : ROWS) {
        Random random = new Random(rows + columns);
        int aRow = rows + 3;
        float[] a = fill(random, 5 + columns * aRow);
        int toRow = (columns + 3) / 4 * 4 + 4;
        float[] to = filled(9 + rows * toRow);
        products().packTransposed(rows, columns, a, 5, aRow, to, 9, toRow);
        packed(rows, columns, toRow, to, (m, k) -> a[5 + k * aRow + m]);
      }
    }
  }

  private interface Element {
    float at(int m, int k);
  }

  /// Every element in its place, and nothing between the tiles touched.
  private static void packed(int rows, int columns, int toRow, float[] to, Element a) {
    for (int i = 0; i < 9; i++) {
      assertThat(to[i]).isEqualTo(GUARD);
    }
    for (int tile = 0; tile < (rows + 3) / 4; tile++) {
      for (int k = 0; k < toRow; k++) {
        for (int i = 0; i < 4 && 4 * tile + i < rows; i++) {
          float expected = k < columns ? a.at(4 * tile + i, k) : GUARD;
          assertThat(to[9 + 4 * tile * toRow + 4 * k + i])
              .as("rows %d, columns %d, row %d, column %d", rows, columns, 4 * tile + i, k)
              .isEqualTo(expected);
        }
      }
    }
  }

  private static float[] filled(int n) {
    float[] x = new float[n];
    java.util.Arrays.fill(x, GUARD);
    return x;
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
