package io.github.carouselml.train;

import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Weights;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Slot;

/// One number for each number of the parameters, in the same places: an optimizer's memory, the
/// best weights. Zeros at first.
final class Mirror {
  private final Backend backend;
  private final Parameters parameters;
  private final Buffer buffer;

  Mirror(Backend backend, Parameters parameters) {
    this.backend = backend;
    this.parameters = parameters;
    this.buffer = backend.allocate(parameters.values().size());
  }

  /// All of it.
  Slot whole() {
    return Slot.of(buffer);
  }

  /// The part that belongs to a parameter.
  Slot of(Parameter parameter) {
    Slot value = parameter.value();
    return new Slot(buffer, value.offset() - parameters.values().offset(), value.size());
  }

  /// A copy, in the canonical layout.
  Weights read() {
    Weights.Builder weights = Weights.builder();
    for (Parameter parameter : parameters.all()) {
      Layout layout = parameter.spec().layout();
      float[] canonical = new float[layout.canonicalSize()];
      backend.unpack(layout, of(parameter), canonical);
      weights.add(parameter.name(), layout.shape(), canonical);
    }
    return weights.build();
  }

  /// Takes the numbers that [#read] gave.
  void write(Weights weights, String where) {
    weights.require(ParameterWeights.shapes(parameters), where);
    for (Parameter parameter : parameters.all()) {
      backend.pack(parameter.spec().layout(), weights.values(parameter.name()), of(parameter));
    }
  }
}
