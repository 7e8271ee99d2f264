package io.github.carouselml.layer;

import io.github.carouselml.grad.AttentionOp;
import io.github.carouselml.grad.Tensor;
import java.util.List;

/// Multiplicative attention (Luong et al. 2015, "general"): scores `qᵀ W m_u`, and of every query
/// the mean of the memory weighted by their softmax: `[queries, memorySize]`.
public record LuongAttention(String name, int querySize, int memorySize) implements Layer {
  public LuongAttention {
    LayerSizes.positive("Attention '" + name + "'", "a query size", querySize);
    LayerSizes.positive("Attention '" + name + "'", "a memory size", memorySize);
  }

  private Dense key() {
    return new Dense(name + ".key", memorySize, querySize).withoutBias();
  }

  @Override
  public List<Owned> parameters() {
    return key().parameters();
  }

  /// Records attention of `queries`, one row per step or per sequence, over the steps of `memory`,
  /// which may have lengths of their own.
  public Tensor apply(Tensor queries, Tensor memory) {
    LayerSizes.fits("Attention '" + name + "'", "queries", queries, querySize);
    LayerSizes.fits("Attention '" + name + "'", "a memory", memory, memorySize);
    return AttentionOp.multiplicative(queries, key().apply(memory), memory, 1, 1, false);
  }
}
