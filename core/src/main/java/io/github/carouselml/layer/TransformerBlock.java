package io.github.carouselml.layer;

import io.github.carouselml.grad.Pointwise;
import io.github.carouselml.grad.Tensor;
import java.util.List;
import java.util.stream.Stream;

/// A Transformer block with its norms in front (Vaswani et al. 2017; Xiong et al. 2020):
/// `[N, size] -> [N, size]`, on its own or on a recurrent layer, which makes positions known.
/// ```
/// a = x + attention(norm x)
/// y = a + W₂ relu(W₁ norm a + b₁) + b₂
/// ```
///
/// @param inner the features between the two dense layers
/// @param dropout of both additions, in training
public record TransformerBlock(
    String name, int size, int heads, int inner, boolean causal, double dropout) implements Layer {
  public TransformerBlock {
    new MultiHeadAttention(name + ".attention", size, heads, causal);
    new Dense(name + ".up", size, inner);
    new Dropout(dropout);
  }

  /// Without dropout.
  public TransformerBlock(String name, int size, int heads, int inner, boolean causal) {
    this(name, size, heads, inner, causal, 0);
  }

  private LayerNorm norm(int which) {
    return new LayerNorm(name + ".norm" + which, size);
  }

  private MultiHeadAttention attention() {
    return new MultiHeadAttention(name + ".attention", size, heads, causal);
  }

  private Dense up() {
    return new Dense(name + ".up", size, inner);
  }

  private Dense down() {
    return new Dense(name + ".down", inner, size);
  }

  @Override
  public List<Owned> parameters() {
    return Stream.of(norm(1), attention(), norm(2), up(), down())
        .flatMap(layer -> layer.parameters().stream())
        .toList();
  }

  /// Records the block.
  public Tensor apply(Tensor x) {
    LayerSizes.fits("Attention '" + name + "'", "an input", x, size);
    Dropout drop = new Dropout(dropout);
    Tensor a = Pointwise.add(x, drop.apply(attention().apply(norm(1).apply(x))));
    Tensor inside = Pointwise.relu(up().apply(norm(2).apply(a)));
    return Pointwise.add(a, drop.apply(down().apply(inside)));
  }
}
