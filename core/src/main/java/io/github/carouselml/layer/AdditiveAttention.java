package io.github.carouselml.layer;

import io.github.carouselml.grad.AttentionOp;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.ArrayList;
import java.util.List;

/// Additive attention (Bahdanau et al. 2015): scores `w·tanh(W q + b + U m_u)`, and of every query
/// the mean of the memory weighted by their softmax: `[queries, memorySize]`.
///
/// @param size the features that queries and memory are compared in
public record AdditiveAttention(String name, int querySize, int memorySize, int size)
    implements Layer {
  public AdditiveAttention {
    LayerSizes.positive("Attention '" + name + "'", "a query size", querySize);
    LayerSizes.positive("Attention '" + name + "'", "a memory size", memorySize);
    LayerSizes.positive("Attention '" + name + "'", "a size", size);
  }

  private Dense query() {
    return new Dense(name + ".query", querySize, size);
  }

  private Dense key() {
    return new Dense(name + ".key", memorySize, size).withoutBias();
  }

  private ParameterSpec score() {
    return new ParameterSpec(name + ".score", new Layout.Vector(size), Role.GAIN);
  }

  @Override
  public List<Owned> parameters() {
    List<Owned> all = new ArrayList<>(query().parameters());
    all.addAll(key().parameters());
    all.add(new Owned(score(), new Initializer.Uniform(1 / Math.sqrt(size))));
    return all;
  }

  /// Records attention of `queries`, one row per step or per sequence, over the steps of `memory`,
  /// which may have lengths of their own.
  public Tensor apply(Tensor queries, Tensor memory) {
    LayerSizes.fits("Attention '" + name + "'", "queries", queries, querySize);
    LayerSizes.fits("Attention '" + name + "'", "a memory", memory, memorySize);
    return AttentionOp.additive(
        query().apply(queries),
        key().apply(memory),
        memory,
        memory.tape().parameters().get(score()));
  }
}
