package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parameters of a cell that no product takes, peepholes and gains: where they lie for a block
/// of units, and where their gradients go.
final class CellVectors {
  private final int[] places;
  private final int[] begins;
  private final int[] gates;
  private final float[][] values;
  private final int[] valueAt;
  private final float[][] gradients;
  private final int[] gradientAt;
  private final int[] gradientBlock;
  private final float[][] nowhere;

  CellVectors(CellKernel kernel, List<ParameterSpec> specs, GatePlan[] plans) {
    List<Integer> own = new ArrayList<>();
    List<Integer> from = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int p = 0; p < specs.size(); p++) {
      if (!taken(plans, p)) {
        int begin = 0;
        for (Layout part : parts(specs.get(p).layout())) {
          own.add(p);
          from.add(begin);
          sizes.add(part instanceof Layout.Vector vector ? vector.gates() : 0);
          begin += part.packedSize();
        }
      }
    }
    int count = own.size();
    if (!kernel.vectors().equals(sizes)) {
      throw new IllegalStateException("The cell's vectors are " + kernel.vectors() + ": " + specs);
    }
    places = own.stream().mapToInt(Integer::intValue).toArray();
    begins = from.stream().mapToInt(Integer::intValue).toArray();
    gates = sizes.stream().mapToInt(Integer::intValue).toArray();
    values = new float[count][0];
    valueAt = new int[count];
    gradients = new float[count][0];
    gradientAt = new int[count];
    gradientBlock = new int[count];
    nowhere = new float[count][];
    for (int v = 0; v < count; v++) {
      nowhere[v] = new float[gates[v] * Sizes.LANES];
    }
  }

  private static boolean taken(GatePlan[] plans, int parameter) {
    for (GatePlan plan : plans) {
      if (plan.inputWeight == parameter
          || plan.recurrentWeight == parameter
          || plan.bias == parameter) {
        return true;
      }
    }
    return false;
  }

  private static List<Layout> parts(Layout layout) {
    return layout instanceof Layout.Stack stack ? stack.parts() : List.of(layout);
  }

  boolean any() {
    return places.length > 0;
  }

  void bind(Slot[] parameters) {
    for (int v = 0; v < places.length; v++) {
      values[v] = floats(parameters[places[v]]);
      valueAt[v] = CpuBuffer.at(parameters[places[v]]) + begins[v];
    }
  }

  /// Gradients that nobody asks for go nowhere.
  void bindGradients(@Nullable Slot[] parameters) {
    for (int v = 0; v < places.length; v++) {
      Slot slot = parameters[places[v]];
      gradients[v] = slot == null ? nowhere[v] : floats(slot);
      gradientAt[v] = slot == null ? 0 : CpuBuffer.at(slot) + begins[v];
      gradientBlock[v] = slot == null ? 0 : gates[v] * Sizes.LANES;
    }
  }

  /// Sets them for one block of units.
  void at(CellBlock s, int block) {
    s.vectors = values;
    for (int v = 0; v < places.length; v++) {
      s.vectorAt[v] = valueAt[v] + block * gates[v] * Sizes.LANES;
    }
  }

  /// Sets their gradients for one block of units.
  void gradientsAt(CellBlock s, int block) {
    s.dVectors = gradients;
    for (int v = 0; v < places.length; v++) {
      s.dVectorAt[v] = gradientAt[v] + block * gradientBlock[v];
    }
  }

  /// Room in a block for the positions.
  void fit(CellBlock s) {
    s.vectorAt = new int[places.length];
    s.dVectorAt = new int[places.length];
  }
}
