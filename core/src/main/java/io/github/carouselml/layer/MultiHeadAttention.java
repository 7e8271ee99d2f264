package io.github.carouselml.layer;

import io.github.carouselml.grad.AttentionOp;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import java.util.List;

/// Attention in several heads, scaled by `1 / √(size / heads)` (Vaswani et al. 2017):
/// `[N, size] -> [N, size]`, between dense layers for queries, keys, values and the result.
///
/// @param heads into how many equal parts the features are cut
/// @param causal whether a step sees only itself and the steps before it
public record MultiHeadAttention(String name, int size, int heads, boolean causal)
    implements Layer {
  public MultiHeadAttention {
    if (size < 1 || heads < 1 || size % heads != 0) {
      throw new CarouselException.Request(
          "Attention '"
              + name
              + "' cannot cut "
              + size
              + " features into "
              + heads
              + " equal heads.");
    }
  }

  private Dense dense(String what) {
    return new Dense(name + "." + what, size, size);
  }

  @Override
  public List<Owned> parameters() {
    return List.of("query", "key", "value", "output").stream()
        .flatMap(what -> dense(what).parameters().stream())
        .toList();
  }

  /// Records self-attention: each step of a sequence over its own steps.
  public Tensor apply(Tensor x) {
    return apply(x, x);
  }

  /// Records attention of `queries`, one row per step or per sequence, over the steps of `memory`,
  /// which may have lengths of their own.
  public Tensor apply(Tensor queries, Tensor memory) {
    LayerSizes.fits("Attention '" + name + "'", "queries", queries, size);
    LayerSizes.fits("Attention '" + name + "'", "a memory", memory, size);
    Tensor y =
        AttentionOp.multiplicative(
            dense("query").apply(queries),
            dense("key").apply(memory),
            dense("value").apply(memory),
            heads,
            (float) (1 / Math.sqrt((double) size / heads)),
            causal);
    return dense("output").apply(y);
  }
}
