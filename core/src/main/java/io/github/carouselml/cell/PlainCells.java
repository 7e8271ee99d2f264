package io.github.carouselml.cell;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;

/// The plain loops of every cell.
public final class PlainCells implements CellKernels {
  /// They keep nothing.
  public PlainCells() {}

  @Override
  public CellKernel of(CellSpec cell) {
    return switch (cell) {
      case CellSpec.Lstm lstm when lstm.isPlain() -> new Lstm();
      case CellSpec.Gru gru when plain(gru) ->
          switch (gru.reset()) {
            case BEFORE -> new GruBefore();
            case AFTER -> new GruAfter();
          };
      case CellSpec.Rnn rnn when rnn.activation() instanceof Activation.Tanh -> new Rnn();
      default -> throw new CarouselException.Request("There is no fast path yet for " + cell + ".");
    };
  }

  private static boolean plain(CellSpec.Gru gru) {
    return gru.gateActivation() instanceof Activation.Sigmoid
        && gru.candidateActivation() instanceof Activation.Tanh;
  }
}
