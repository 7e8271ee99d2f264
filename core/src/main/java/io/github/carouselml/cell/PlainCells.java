package io.github.carouselml.cell;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CellSpec;

/// Every cell: the common ones in flat plain loops, their relatives in columns, which compute with
/// whatever element-wise kernels they are given.
public final class PlainCells implements CellKernels {
  /// They keep nothing.
  public PlainCells() {}

  @Override
  public CellKernel of(CellSpec cell) {
    return switch (cell) {
      case CellSpec.Lstm lstm when lstm.isPlain() -> new Lstm();
      case CellSpec.Lstm lstm -> new LstmFamily(lstm);
      case CellSpec.Gru gru when plain(gru) ->
          switch (gru.reset()) {
            case BEFORE -> new GruBefore();
            case AFTER -> new GruAfter();
          };
      case CellSpec.Gru gru ->
          switch (gru.reset()) {
            case BEFORE -> new GruBeforeFamily(gru);
            case AFTER -> new GruAfterFamily(gru);
          };
      case CellSpec.Rnn rnn when rnn.activation() instanceof Activation.Tanh -> new Rnn();
      case CellSpec.Rnn rnn -> new RnnFamily(rnn);
      case CellSpec.MinLstm _ -> new MinLstm();
      case CellSpec.MinGru _ -> new MinGru();
      case CellSpec.Own own -> throw own.cannot("it has no kernel.");
    };
  }

  private static boolean plain(CellSpec.Gru gru) {
    return gru.gateActivation() instanceof Activation.Sigmoid
        && gru.candidateActivation() instanceof Activation.Tanh;
  }
}
