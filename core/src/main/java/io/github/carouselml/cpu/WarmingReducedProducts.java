package io.github.carouselml.cpu;

import io.github.carouselml.kernel.ReducedPanels;
import io.github.carouselml.kernel.ReducedPanels.Bfloat16;
import io.github.carouselml.kernel.ReducedPanels.Int8;
import io.github.carouselml.kernel.ReducedProducts;

/// Products with reduced weights that start on plain loops; see [WarmUp].
final class WarmingReducedProducts implements ReducedProducts {
  private static final int INNER = 48;
  private static final int VECTORS = 11;

  private final ReducedProducts fast;
  private final WarmUp.Places<ReducedProducts> places;

  WarmingReducedProducts(WarmUp warmUp, ReducedProducts plain, ReducedProducts fast) {
    this.fast = fast;
    places = warmUp.new Places<>(2, plain, fast);
  }

  private ReducedProducts serving(ReducedPanels b) {
    int place =
        switch (b) {
          case Bfloat16 _ -> 0;
          case Int8 _ -> 1;
        };
    ReducedProducts now = places.get(place);
    return now != null ? now : places.ask(place, exercise(b));
  }

  /// Full panels and one that is not.
  private Runnable exercise(ReducedPanels kind) {
    float[] zeros = new float[(VECTORS + 1) * 16 * INNER];
    ReducedPanels b =
        switch (kind) {
          case Bfloat16 _ -> new Bfloat16(VECTORS, INNER, zeros, 0);
          case Int8 _ -> new Int8(VECTORS, INNER, zeros, 0);
        };
    float[] c = new float[b.panels() * ReducedPanels.COLUMNS];
    return () -> {
      fast.multiply(b, 0, b.panels(), zeros, 0, zeros, 0, 0, c, 0);
      fast.multiply(b, 1, b.panels(), zeros, 0, c, 0, ReducedPanels.COLUMNS, c, 0);
    };
  }

  @Override
  public void multiply(
      ReducedPanels b,
      int from,
      int to,
      float[] a,
      int aAt,
      float[] init,
      int initAt,
      int initPanel,
      float[] c,
      int cAt) {
    serving(b).multiply(b, from, to, a, aAt, init, initAt, initPanel, c, cAt);
  }
}
