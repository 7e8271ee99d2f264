package io.github.carouselml.tensor;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Layout.Matrix;
import io.github.carouselml.tensor.Layout.Vector;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.ArrayList;
import java.util.List;

/// The parameters of a cell, in the order in which every plan takes them and every file names them.
public final class CellParameters {
  /// `W`, all gates of the input product.
  public static final String INPUT_WEIGHT = "input_weight";

  /// `R`, all gates of the recurrent product.
  public static final String RECURRENT_WEIGHT = "recurrent_weight";

  /// `b`, one bias per gate.
  public static final String BIAS = "bias";

  /// The bias of the GRU's recurrent candidate, which the reset gate multiplies.
  public static final String RECURRENT_BIAS = "recurrent_bias";

  /// `p`, through which the gates see the cell, in the order i f o.
  public static final String PEEPHOLE = "peephole";

  /// `P`, from the cells to the outputs.
  public static final String PROJECTION_WEIGHT = "projection_weight";

  /// What multiplies the normalised `W x`.
  public static final String INPUT_GAIN = "input_gain";

  /// What multiplies the normalised `R h'`.
  public static final String RECURRENT_GAIN = "recurrent_gain";

  /// What multiplies the normalised cell on its way out.
  public static final String CELL_GAIN = "cell_gain";

  /// What is added to it.
  public static final String CELL_BIAS = "cell_bias";

  private CellParameters() {}

  /// The gates that a cell computes with one product.
  public static int gates(CellSpec cell) {
    return switch (cell) {
      case CellSpec.Rnn _ -> 1;
      case CellSpec.Lstm lstm -> lstm.coupledInputForget() ? 3 : 4;
      case CellSpec.Gru _ -> 3;
      case CellSpec.MinLstm _ -> 3;
      case CellSpec.MinGru _ -> 2;
      case CellSpec.Own own -> throw own.cannot("no backend has a plan for it.");
    };
  }

  /// The gates of a cell in the groups in which they are computed, each group a part of one
  /// [Layout.Stack]: groups have 1, 2 or 4 gates, so that a block of 16 units lies in one panel.
  private static List<Integer> groups(CellSpec cell) {
    int gates = gates(cell);
    return gates == 3 ? List.of(2, 1) : List.of(gates);
  }

  private static Layout matrix(CellSpec cell, int inputs) {
    return stack(groups(cell).stream().map(g -> new Matrix(g, cell.hiddenSize(), inputs)).toList());
  }

  private static Layout vector(CellSpec cell) {
    return stack(groups(cell).stream().map(g -> new Vector(g, cell.hiddenSize())).toList());
  }

  private static Layout stack(List<? extends Layout> parts) {
    return parts.size() == 1 ? parts.getFirst() : new Layout.Stack(List.copyOf(parts));
  }

  /// What the cell needs for inputs of this size.
  public static List<ParameterSpec> of(CellSpec cell, int inputSize) {
    List<ParameterSpec> all = new ArrayList<>();
    all.add(new ParameterSpec(INPUT_WEIGHT, matrix(cell, inputSize), Role.INPUT_WEIGHT));
    if (cell instanceof CellSpec.MinLstm || cell instanceof CellSpec.MinGru) {
      all.add(new ParameterSpec(BIAS, vector(cell), Role.BIAS));
      return List.copyOf(all);
    }
    all.add(
        new ParameterSpec(
            RECURRENT_WEIGHT, matrix(cell, cell.outputSize()), Role.RECURRENT_WEIGHT));
    all.add(new ParameterSpec(BIAS, vector(cell), Role.BIAS));
    if (cell instanceof CellSpec.Gru gru && gru.reset() == CellSpec.Gru.Reset.AFTER) {
      all.add(new ParameterSpec(RECURRENT_BIAS, new Vector(gru.hiddenSize()), Role.BIAS));
    }
    if (cell instanceof CellSpec.Lstm lstm) {
      addOptions(lstm, all);
    }
    return List.copyOf(all);
  }

  private static void addOptions(CellSpec.Lstm lstm, List<ParameterSpec> all) {
    int H = lstm.hiddenSize();
    if (lstm.peepholes()) {
      Layout layout = new Vector(lstm.coupledInputForget() ? 2 : 3, H);
      all.add(new ParameterSpec(PEEPHOLE, layout, Role.GAIN));
    }
    if (lstm.projectionSize().isPresent()) {
      Layout layout = new Matrix(lstm.outputSize(), H);
      all.add(new ParameterSpec(PROJECTION_WEIGHT, layout, Role.INPUT_WEIGHT));
    }
    if (lstm.layerNorm()) {
      Layout gains = vector(lstm);
      all.add(new ParameterSpec(INPUT_GAIN, gains, Role.GAIN));
      all.add(new ParameterSpec(RECURRENT_GAIN, gains, Role.GAIN));
      all.add(new ParameterSpec(CELL_GAIN, new Vector(H), Role.GAIN));
      all.add(new ParameterSpec(CELL_BIAS, new Vector(H), Role.BIAS));
    }
  }
}
