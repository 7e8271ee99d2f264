package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All parameters of a model, in order, in one buffer; their gradients in a second one. Programs
/// share them; who only predicts never writes to them.
public final class Parameters {
  private final Backend backend;
  private final Map<String, Parameter> all;
  private final Slot values;
  private final @Nullable Slot gradients;

  private Parameters(
      Backend backend, Map<String, Parameter> all, Slot values, @Nullable Slot gradients) {
    this.backend = backend;
    this.all = all;
    this.values = values;
    this.gradients = gradients;
  }

  /// Room for these parameters, all zero, with gradients when they are to be trained.
  public static Parameters allocate(Backend backend, List<ParameterSpec> specs, boolean trained) {
    long floats = 0;
    for (ParameterSpec spec : specs) {
      floats += spec.layout().packedSize();
    }
    int size = Sizes.whole("The model's " + specs.size() + " parameters", floats);
    Buffer values = backend.allocate(size);
    Buffer gradients = trained ? backend.allocate(size) : null;
    Map<String, Parameter> all = new LinkedHashMap<>();
    int offset = 0;
    for (ParameterSpec spec : specs) {
      int packed = spec.layout().packedSize();
      Slot gradient = gradients == null ? null : new Slot(gradients, offset, packed);
      Parameter parameter = new Parameter(spec, new Slot(values, offset, packed), gradient);
      if (all.put(spec.name(), parameter) != null) {
        throw new CarouselException.Request(
            "Two parameters have the name '"
                + spec.name()
                + "'. Give every layer a name of its own.");
      }
      offset += packed;
    }
    return new Parameters(
        backend, all, Slot.of(values), gradients == null ? null : Slot.of(gradients));
  }

  /// The parameters in order.
  public Collection<Parameter> all() {
    return Collections.unmodifiableCollection(all.values());
  }

  /// The parameter of this name.
  public Parameter get(String name) {
    Parameter parameter = all.get(name);
    if (parameter == null) {
      throw new CarouselException.Request(
          "The model has no parameter '" + name + "'; it has " + all.keySet() + ".");
    }
    return parameter;
  }

  /// The parameter that was asked for with this spec.
  public Parameter get(ParameterSpec spec) {
    Parameter parameter = get(spec.name());
    if (!parameter.spec().equals(spec)) {
      throw new CarouselException.Request(
          "Parameter '"
              + spec.name()
              + "' has shape "
              + parameter.spec().layout().shape()
              + " but is used with shape "
              + spec.layout().shape()
              + ".");
    }
    return parameter;
  }

  /// All values in one slot, in order.
  public Slot values() {
    return values;
  }

  /// All gradients in one slot, in order.
  public Slot gradients() {
    Slot place = gradients;
    if (place == null) {
      throw new IllegalStateException(
          "The parameters were made for prediction, without gradients.");
    }
    return place;
  }

  /// Sets every gradient to 0: where a new update begins.
  public void zeroGradients(Operations operations) {
    operations.elements().fill(gradients(), 0);
  }

  /// Sets a parameter from its canonical array.
  public void set(String name, float[] canonical) {
    Parameter parameter = get(name);
    int size = parameter.spec().layout().canonicalSize();
    if (canonical.length != size) {
      throw new CarouselException.Request(
          "Parameter '" + name + "' has " + size + " values, not " + canonical.length + ".");
    }
    backend.pack(parameter.spec().layout(), canonical, parameter.value());
  }

  /// The canonical array of a parameter.
  public float[] value(String name) {
    Parameter parameter = get(name);
    return unpack(parameter, parameter.value());
  }

  /// The canonical array of a parameter's gradient.
  public float[] gradient(String name) {
    Parameter parameter = get(name);
    return unpack(parameter, parameter.gradient());
  }

  private float[] unpack(Parameter parameter, Slot slot) {
    float[] canonical = new float[parameter.spec().layout().canonicalSize()];
    backend.unpack(parameter.spec().layout(), slot, canonical);
    return canonical;
  }
}
