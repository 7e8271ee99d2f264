package io.github.carouselml.train;

import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Parameters in a backend's memory as named weights in their canonical layout, and back. What is
/// read is a copy: training goes on without changing it.
public final class ParameterWeights {
  private ParameterWeights() {}

  /// The names and shapes, in order.
  public static Map<String, List<Integer>> shapes(Parameters parameters) {
    var shapes = new LinkedHashMap<String, List<Integer>>();
    for (Parameter parameter : parameters.all()) {
      shapes.put(parameter.name(), parameter.spec().layout().shape());
    }
    return shapes;
  }

  /// The present values.
  public static Weights read(Parameters parameters) {
    Weights.Builder weights = Weights.builder();
    for (Parameter parameter : parameters.all()) {
      List<Integer> shape = parameter.spec().layout().shape();
      weights.add(parameter.name(), shape, parameters.value(parameter.name()));
    }
    return weights.build();
  }

  /// Sets all values.
  ///
  /// @param where whose weights these are, for messages: a file's name
  /// @throws io.github.carouselml.spec.CarouselException.BadFile where names or shapes differ
  public static void write(Weights weights, Parameters parameters, String where) {
    weights.require(shapes(parameters), where);
    for (String name : weights.names()) {
      parameters.set(name, weights.values(name));
    }
  }
}
