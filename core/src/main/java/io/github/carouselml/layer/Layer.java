package io.github.carouselml.layer;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.ParameterSpec;
import java.util.ArrayList;
import java.util.List;

/// A part of a model that has parameters: what they are called, their shapes and how they begin. A
/// layer holds no numbers, so one may serve any number of tapes; the numbers are in [Parameters].
public interface Layer {
  /// A parameter under its name in the whole model, and how it begins.
  record Owned(ParameterSpec spec, Initializer initializer) {}

  /// Its parameters, in the order in which files keep them.
  List<Owned> parameters();

  /// Room for the parameters of these layers, set to their first values. Each parameter draws from
  /// a stream of its own, named by its name, so that a layer begins alike whatever stands beside
  /// it.
  static Parameters initialize(Backend backend, List<? extends Layer> layers, long seed) {
    Parameters parameters = Parameters.allocate(backend, specs(layers), true);
    for (Layer layer : layers) {
      for (Owned owned : layer.parameters()) {
        parameters.set(
            owned.spec().name(), FirstValues.of(owned.spec(), owned.initializer(), seed));
      }
    }
    return parameters;
  }

  /// Room for the parameters of these layers, to be loaded and only used for prediction.
  static Parameters forPrediction(Backend backend, List<? extends Layer> layers) {
    return Parameters.allocate(backend, specs(layers), false);
  }

  private static List<ParameterSpec> specs(List<? extends Layer> layers) {
    List<ParameterSpec> specs = new ArrayList<>();
    for (Layer layer : layers) {
      layer.parameters().forEach(owned -> specs.add(owned.spec()));
    }
    return specs;
  }
}
