package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.kernel.ReducedPanels.Bfloat16;
import io.github.carouselml.kernel.ReducedPanels.Int8;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every [ReducedProducts] must give: the bits of one chain of fused multiply-adds per element,
/// whatever the sizes and whichever panels are asked for, and nothing written beside the result.
public abstract class ReducedProductsContract {
  private static final int[] VECTORS = {1, 2, 3, 4, 5, 8, 11, 12};
  private static final int[] INNER = {1, 2, 3, 15, 16, 17, 95, 130};
  private static final float GUARD = 1234.5f;

  protected abstract ReducedProducts products();

  @Test
  void each_element_is_one_chain() {
    for (int vectors : VECTORS) {
      for (int inner : INNER) {
        float[] weights = weights(vectors, inner);
        for (ReducedPanels b :
            new ReducedPanels[] {
              new Bfloat16(vectors, inner, weights, 3), new Int8(vectors, inner, weights, 3)
            }) {
          for (int from = 0; from < b.panels(); from += 2) {
            for (int to = from + 1; to <= b.panels(); to++) {
              multiply(b, weights, from, to, 64, false);
              multiply(b, weights, from, to, 0, false);
              multiply(b, weights, from, to, 64, true);
            }
          }
        }
      }
    }
  }

  private static long seed(int vectors, int inner) {
    return 31L * vectors + inner;
  }

  /// Float panels from 3, with a row of zeros among them.
  private static float[] weights(int vectors, int inner) {
    Random random = new Random(seed(vectors, inner));
    float[] weights = new float[3 + 16 * vectors * inner];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat() - 0.5f;
    }
    int width = 16 * Math.min(4, vectors);
    for (int k = 0; k < inner; k++) {
      weights[3 + k * width + 5] = 0;
    }
    return weights;
  }

  private void multiply(
      ReducedPanels b, float[] weights, int from, int to, int initPanel, boolean inPlace) {
    long seed = seed(b.vectors(), b.inner());
    Random random = new Random(seed);
    float[] a = new float[7 + b.inner()];
    float[] bias = new float[2 + 64 * b.panels()];
    float[] c = new float[5 + 64 * b.panels() + 9];
    fill(random, a);
    fill(random, bias);
    if (initPanel > 0) {
      // exactly as long as a bias of so many vectors
      bias = Arrays.copyOf(bias, 2 + 16 * b.vectors());
    }
    if (inPlace) {
      fill(random, c);
    } else {
      Arrays.fill(c, GUARD);
    }
    float[] before = c.clone();
    float[] init = inPlace ? c : bias;
    int initAt = inPlace ? 5 : 2;
    float[] expected = c.clone();
    for (int p = from; p < to; p++) {
      for (int n = 0; n < 16 * b.width(p); n++) {
        expected[5 + p * 64 + n] = element(b, weights, p, n, a, init[initAt + p * initPanel + n]);
      }
    }
    products().multiply(b, from, to, a, 7, init, initAt, initPanel, c, 5);

    for (int i = 0; i < c.length; i++) {
      int p = Math.floorDiv(i - 5, 64);
      boolean spoilt =
          p >= from && p < to && i - 5 - p * 64 >= 16 * b.width(Math.min(p, b.panels() - 1));
      float right = spoilt ? c[i] : p >= from && p < to ? expected[i] : before[i];
      if (Float.floatToIntBits(c[i]) != Float.floatToIntBits(right)) {
        assertThat(c[i])
            .as(
                "element %d of %s, vectors %d, inner %d, panels %d to %d, in place %s, seed %d",
                i, b.getClass().getSimpleName(), b.vectors(), b.inner(), from, to, inPlace, seed)
            .isEqualTo(right);
      }
    }
  }

  private static float element(
      ReducedPanels b, float[] weights, int p, int n, float[] a, float init) {
    int at = 3 + p * 64 * b.inner() + n;
    int row = 16 * b.width(p);
    float[] column = new float[b.inner()];
    for (int k = 0; k < column.length; k++) {
      column[k] = weights[at + k * row];
    }
    return switch (b) {
      case Bfloat16 _ -> {
        float sum = init;
        for (int k = 0; k < column.length; k++) {
          sum = Math.fma(a[7 + k], Float.intBitsToFloat(Bfloat16.round(column[k])), sum);
        }
        yield sum;
      }
      case Int8 _ -> {
        float scale = Int8.scale(column);
        float sum = 0;
        for (int k = 0; k < column.length; k++) {
          sum = Math.fma(a[7 + k], (float) Int8.round(column[k], scale), sum);
        }
        yield Math.fma(sum, scale, init);
      }
    };
  }

  private static void fill(Random random, float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
  }
}
