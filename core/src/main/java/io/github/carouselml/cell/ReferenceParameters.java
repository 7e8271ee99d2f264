package io.github.carouselml.cell;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The parameters of a reference cell, or their gradients: named matrices in double, row-major, in
/// canonical order. Biases and gains have one column.
public final class ReferenceParameters {
  /// Without parameters yet.
  public ReferenceParameters() {}

  /// One parameter: `values[row * columns + column]`.
  @SuppressWarnings("ArrayRecordComponent") // a name for an array, not a value
  public record Parameter(String name, int rows, int columns, double[] values) {}

  private final List<Parameter> all = new ArrayList<>();

  /// The parameters in canonical order.
  public List<Parameter> all() {
    return Collections.unmodifiableList(all);
  }

  /// The values of the parameter of this name; they may be changed in place.
  public double[] get(String name) {
    for (Parameter parameter : all) {
      if (parameter.name.equals(name)) {
        return parameter.values;
      }
    }
    throw new IllegalArgumentException(
        "There is no parameter '%s' here, only %s."
            .formatted(name, all.stream().map(Parameter::name).toList()));
  }

  /// As many zeros under the same names: where gradients are added up.
  public ReferenceParameters zeros() {
    ReferenceParameters zeros = new ReferenceParameters();
    for (Parameter parameter : all) {
      zeros.add(parameter.name, parameter.rows, parameter.columns);
    }
    return zeros;
  }

  /// Adds a parameter of zeros and returns its values.
  double[] add(String name, int rows, int columns) {
    double[] values = new double[Math.multiplyExact(rows, columns)];
    all.add(new Parameter(name, rows, columns, values));
    return values;
  }
}
