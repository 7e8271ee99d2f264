package io.github.carouselml.cpu;

import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Sizes;
import java.util.Arrays;

/// Packed copies of transposed weights, for products with `Wᵀ`.
final class Transposed {
  private Transposed() {}

  /// Fills panel q of the copy, whose layout is [Layout.Matrix#transposed], 64 outputs of it.
  static void panel(
      Layout.Matrix matrix, Layout.Matrix turned, float[] w, int wAt, float[] to, int toAt, int q) {
    int columns = turned.width(q) * Sizes.LANES;
    int begin = q * Layout.Matrix.PANEL_VECTORS * Sizes.LANES;
    int real = Math.min(columns, matrix.inputs() - begin);
    int target = toAt + turned.panelOffset(q);
    for (int p = 0; p < matrix.panels(); p++) {
      int width = matrix.width(p) * Sizes.LANES;
      int source = wAt + matrix.panelOffset(p) + begin * width;
      // 16 x 16 at a time: both sides stay in the first cache
      for (int n0 = 0; n0 < width; n0 += Sizes.LANES) {
        for (int k0 = 0; k0 < real; k0 += Sizes.LANES) {
          int k1 = Math.min(real, k0 + Sizes.LANES);
          for (int n = n0; n < n0 + Sizes.LANES; n++) {
            int row = target + n * columns;
            for (int k = k0; k < k1; k++) {
              to[row + k] = w[source + k * width + n];
            }
          }
        }
      }
      for (int n = 0; real < columns && n < width; n++) {
        Arrays.fill(to, target + n * columns + real, target + (n + 1) * columns, 0f);
      }
      target += width * columns;
    }
  }
}
