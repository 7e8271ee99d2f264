package io.github.carouselml.cpu;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cell.ReferenceCell.State;
import io.github.carouselml.cell.ReferenceParameters;
import io.github.carouselml.layer.ReferenceSequence;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A recurrent plan that goes through the reference in double, one sequence after the other.
public final class ReferencePlan implements RecurrentPlan {
  private final CellSpec cell;
  private final int inputSize;
  private final List<ParameterSpec> specs;
  private final List<ReferenceSequence> sequences = new ArrayList<>();

  public ReferencePlan(CellSpec cell, int inputSize) {
    this.cell = cell;
    this.inputSize = inputSize;
    this.specs = CellParameters.of(cell, inputSize);
  }

  @Override
  public long workspaceFloats() {
    return 0;
  }

  @Override
  public long reserveFloats() {
    return 0;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return specs;
  }

  private ReferenceCell reference(Slot[] parameters) {
    ReferenceCell reference = ReferenceCell.of(cell, inputSize);
    for (int p = 0; p < parameters.length; p++) {
      double[] values = reference.parameters().all().get(p).values();
      for (int i = 0; i < values.length; i++) {
        values[i] = get(parameters[p], specs.get(p).layout().packed(i));
      }
    }
    return reference;
  }

  private static float get(Slot slot, int at) {
    return CpuBuffer.floats(slot)[CpuBuffer.at(slot) + at];
  }

  private static double[] row(@Nullable Slot slot, int row, int features) {
    double[] values = new double[features];
    for (int f = 0; slot != null && f < features; f++) {
      values[f] = get(slot, row * Sizes.stride(features) + f);
    }
    return values;
  }

  private static void put(@Nullable Slot slot, int row, double[] values, boolean add) {
    if (slot == null) {
      return;
    }
    float[] to = CpuBuffer.floats(slot);
    int ld = Sizes.stride(values.length);
    for (int f = 0; f < ld; f++) {
      int at = CpuBuffer.at(slot) + row * ld + f;
      to[at] = (add ? to[at] : 0) + (f < values.length ? (float) values[f] : 0);
    }
  }

  private int cellSize() {
    return cell.hasCellState() ? cell.hiddenSize() : 0;
  }

  @Override
  public void forward(
      Rows rows,
      Slot x,
      @Nullable Slot h0,
      @Nullable Slot c0,
      Slot[] parameters,
      Slot y,
      @Nullable Slot hN,
      @Nullable Slot cN,
      boolean training) {
    ReferenceCell reference = reference(parameters);
    sequences.clear();
    for (int rank = 0; rank < rows.sequences(); rank++) {
      double[][] inputs = new double[rows.length(rank)][];
      for (int t = 0; t < inputs.length; t++) {
        inputs[t] = row(x, rows.first(t) + rank, inputSize);
      }
      State first = new State(row(h0, rank, cell.outputSize()), row(c0, rank, cellSize()));
      ReferenceSequence sequence = ReferenceSequence.forward(reference, inputs, first);
      for (int t = 0; t < inputs.length; t++) {
        put(y, rows.first(t) + rank, sequence.outputs()[t], false);
      }
      put(hN, rank, sequence.last().h(), false);
      put(cN, rank, sequence.last().c(), false);
      sequences.add(sequence);
    }
  }

  @Override
  public void backward(
      Rows rows,
      Slot x,
      Slot y,
      @Nullable Slot dy,
      @Nullable Slot dhN,
      @Nullable Slot dcN,
      Slot[] parameters,
      @Nullable Slot dx,
      boolean addDx,
      @Nullable Slot dh0,
      @Nullable Slot dc0,
      @Nullable Slot[] gradients) {
    for (int rank = 0; rank < rows.sequences(); rank++) {
      double[][] dh = new double[rows.length(rank)][];
      for (int t = 0; t < dh.length; t++) {
        dh[t] = row(dy, rows.first(t) + rank, cell.outputSize());
      }
      State last = new State(row(dhN, rank, cell.outputSize()), row(dcN, rank, cellSize()));
      ReferenceSequence.Gradients all = sequences.get(rank).backward(dh, last);
      for (int t = 0; t < dh.length; t++) {
        put(dx, rows.first(t) + rank, all.dx()[t], addDx);
      }
      put(dh0, rank, all.dInitial().h(), false);
      put(dc0, rank, all.dInitial().c(), false);
      for (int p = 0; p < gradients.length; p++) {
        Slot slot = gradients[p];
        ReferenceParameters.Parameter parameter = all.parameters().all().get(p);
        for (int i = 0; slot != null && i < parameter.values().length; i++) {
          float[] to = CpuBuffer.floats(slot);
          to[CpuBuffer.at(slot) + specs.get(p).layout().packed(i)] += (float) parameter.values()[i];
        }
      }
    }
  }
}
