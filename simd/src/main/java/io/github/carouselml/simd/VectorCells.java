package io.github.carouselml.simd;

import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.cell.PlainCells;
import io.github.carouselml.spec.Activation.Sigmoid;
import io.github.carouselml.spec.Activation.Tanh;
import io.github.carouselml.spec.CellSpec;

/// The cells that have a vector form of their own; the others in plain loops.
public final class VectorCells implements CellKernels {
  private final PlainCells plain = new PlainCells();

  @Override
  public CellKernel of(CellSpec cell) {
    CellKernel loops = plain.of(cell);
    return switch (cell) {
      case CellSpec.Lstm lstm when lstm.isPlain() -> new VectorLstm(loops);
      case CellSpec.Lstm lstm when isNormed(lstm) -> new VectorNormedLstm(loops);
      case CellSpec.Gru(_, var reset, Sigmoid _, Tanh _) ->
          switch (reset) {
            case AFTER -> new VectorGruAfter(loops);
            case BEFORE -> new VectorGruBefore(loops);
          };
      case CellSpec.Rnn(_, Tanh _) -> new VectorRnn(loops);
      case CellSpec.MinLstm _ -> new VectorMinLstm(loops);
      case CellSpec.MinGru _ -> new VectorMinGru(loops);
      default -> loops;
    };
  }

  /// Whether layer norm is its only option.
  private static boolean isNormed(CellSpec.Lstm lstm) {
    return lstm.equals(new CellSpec.Lstm(lstm.hiddenSize()).withLayerNorm());
  }
}
