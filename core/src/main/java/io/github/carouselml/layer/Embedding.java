package io.github.carouselml.layer;

import io.github.carouselml.grad.EmbeddingOp;
import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;

/// A row of numbers for each of a set of things: indices below `entries` become `[rows, size]`.
public record Embedding(String name, int entries, int size, Initializer initializer)
    implements Layer {
  public Embedding {
    if (entries < 1 || size < 1) {
      throw new CarouselException.Request(
          "Embedding '"
              + name
              + "' needs 1 entry and size 1 or more, not "
              + entries
              + " and "
              + size
              + ".");
    }
  }

  /// With normal numbers of deviation `1 / √size`.
  public Embedding(String name, int entries, int size) {
    this(name, entries, size, new Initializer.Normal(1 / Math.sqrt(Math.max(1, size))));
  }

  private ParameterSpec spec() {
    return new ParameterSpec(name + ".weight", new Layout.Table(entries, size), Role.TABLE);
  }

  @Override
  public List<Owned> parameters() {
    return List.of(new Owned(spec(), initializer));
  }

  /// Records the look-up.
  public Tensor apply(Tape tape, Indices indices) {
    return EmbeddingOp.of(tape, indices, tape.parameters().get(spec()));
  }
}
