package io.github.carouselml.tensor;

import io.github.carouselml.spec.CarouselException;
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

  private CellParameters() {}

  /// The gates that a cell computes with one product.
  public static int gates(CellSpec cell) {
    return switch (cell) {
      case CellSpec.Rnn _ -> 1;
      case CellSpec.Lstm lstm -> lstm.coupledInputForget() ? 3 : 4;
      case CellSpec.Gru _ -> 3;
      case CellSpec.MinLstm _ -> 3;
      case CellSpec.MinGru _ -> 2;
    };
  }

  /// What the cell needs for inputs of this size.
  public static List<ParameterSpec> of(CellSpec cell, int inputSize) {
    int units = cell.hiddenSize();
    int gates = gates(cell);
    List<ParameterSpec> all = new ArrayList<>();
    all.add(
        new ParameterSpec(INPUT_WEIGHT, new Matrix(gates, units, inputSize), Role.INPUT_WEIGHT));
    if (cell instanceof CellSpec.MinLstm || cell instanceof CellSpec.MinGru) {
      all.add(new ParameterSpec(BIAS, new Vector(gates, units), Role.BIAS));
      return List.copyOf(all);
    }
    if (cell instanceof CellSpec.Lstm lstm && !lstm.isPlain()) {
      throw new CarouselException.Request(
          "Only the plain LSTM can be trained so far, not " + lstm + ".");
    }
    all.add(
        new ParameterSpec(
            RECURRENT_WEIGHT, new Matrix(gates, units, cell.outputSize()), Role.RECURRENT_WEIGHT));
    all.add(new ParameterSpec(BIAS, new Vector(gates, units), Role.BIAS));
    if (cell instanceof CellSpec.Gru gru && gru.reset() == CellSpec.Gru.Reset.AFTER) {
      all.add(new ParameterSpec(RECURRENT_BIAS, new Vector(units), Role.BIAS));
    }
    return List.copyOf(all);
  }
}
