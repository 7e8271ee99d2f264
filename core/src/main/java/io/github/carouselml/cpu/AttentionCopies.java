package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Sizes;

/// What a thread copies together for one piece of attention. Room is made before the pieces begin,
/// for the longest sequence that a batch may have, so that later passes allocate nothing.
final class AttentionCopies {
  private static final int PANEL = Products.PANEL;

  /// Rows of one head.
  float[] rows = {};

  /// A panel of rows with rows and columns exchanged.
  float[] turned = {};

  /// Rows of results, of a panel's columns.
  float[] results = {};

  void reserve(int count, int columns) {
    int ld = Sizes.stride(columns);
    if (rows.length < count * ld) {
      rows = new float[count * ld];
    }
    if (turned.length < PANEL * ld) {
      turned = new float[PANEL * ld];
    }
    if (results.length < count * PANEL) {
      results = new float[count * PANEL];
    }
  }
}
