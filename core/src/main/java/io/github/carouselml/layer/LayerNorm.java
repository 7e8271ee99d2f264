package io.github.carouselml.layer;

import io.github.carouselml.grad.LayerNormOp;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;

/// Layer normalisation over the features of each row, with a gain and a bias for each feature.
public record LayerNorm(String name, int size, float epsilon) implements Layer {
  public LayerNorm {
    LayerSizes.positive("Layer norm '" + name + "'", "a size", size);
    if (!(epsilon > 0) || Float.isInfinite(epsilon)) {
      throw new CarouselException.Request(
          "Layer norm '"
              + name
              + "' needs an epsilon that is a finite number above 0, not "
              + epsilon
              + ".");
    }
  }

  /// With an epsilon of 0.00001.
  public LayerNorm(String name, int size) {
    this(name, size, 1e-5f);
  }

  private ParameterSpec gainSpec() {
    return new ParameterSpec(name + ".gain", new Layout.Vector(size), Role.GAIN);
  }

  private ParameterSpec biasSpec() {
    return new ParameterSpec(name + ".bias", new Layout.Vector(size), Role.BIAS);
  }

  @Override
  public List<Owned> parameters() {
    return List.of(
        new Owned(gainSpec(), new Initializer.Constant(1)),
        new Owned(biasSpec(), new Initializer.Constant(0)));
  }

  /// Records the normalisation.
  public Tensor apply(Tensor x) {
    LayerSizes.fits("Layer norm '" + name + "'", "an input", x, size);
    Parameters parameters = x.tape().parameters();
    return LayerNormOp.of(x, gain(parameters), bias(parameters), epsilon);
  }

  Parameter gain(Parameters parameters) {
    return parameters.get(gainSpec());
  }

  Parameter bias(Parameters parameters) {
    return parameters.get(biasSpec());
  }
}
