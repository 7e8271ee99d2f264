package io.github.carouselml.loss;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;

/// A linear-chain conditional random field (Lafferty, McCallum, Pereira 2001) over a sequence's
/// tags: the parameters `NAME.transitions [to, from]`, `NAME.start [tags]` and `NAME.end [tags]`, all
/// 0 at first. Equations: `docs/math/crf.md`.
public record Crf(String name, int tags) implements Layer {
  public Crf {
    if (tags < 1) {
      throw new CarouselException.Request(
          "CRF '" + name + "' needs 1 tag or more, not " + tags + ".");
    }
  }

  ParameterSpec transitions() {
    return new ParameterSpec(name + ".transitions", new Layout.Table(tags, tags), Role.TABLE);
  }

  ParameterSpec start() {
    return new ParameterSpec(name + ".start", new Layout.Vector(tags), Role.BIAS);
  }

  ParameterSpec end() {
    return new ParameterSpec(name + ".end", new Layout.Vector(tags), Role.BIAS);
  }

  @Override
  public List<Owned> parameters() {
    var zero = new Initializer.Constant(0);
    return List.of(
        new Owned(transitions(), zero), new Owned(start(), zero), new Owned(end(), zero));
  }

  /// Records `L = 1/B Σ_b (ln Σ_y e^score(y) - score(tags_b))`, which counts `coefficient` times.
  /// The emissions have a feature for each tag.
  public CrfLoss loss(Tensor emissions, Indices target, float coefficient) {
    return CrfLoss.of(this, emissions, target, coefficient);
  }

  /// What finds the best tags, with the present transitions.
  public CrfDecoder decoder(Parameters parameters) {
    return new CrfDecoder(
        tags,
        parameters.value(transitions().name()),
        parameters.value(start().name()),
        parameters.value(end().name()));
  }
}
