package io.github.carouselml.cell;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.MinGru;
import io.github.carouselml.spec.CellSpec.MinLstm;
import io.github.carouselml.spec.CellSpec.Rnn;

/// One time step of a cell for one sequence, in double, written to be read beside the paper. Every
/// fast kernel is held to it, and finite differences hold it to the truth.
///
/// `step` does the forward pass and remembers what its backward pass needs:
/// ```
/// Step step = cell.step(x, before);          // x [I], before.h [P], before.c [H]
/// Back back = step.backward(d, gradients);   // d = ∂L/∂(h, c) after the step
/// ```
/// A prime marks the step before: `h'` is `h_{t-1}`, in code `hPrev`. `dX` is `∂L/∂X`; `δX` is the
/// gradient of the pre-activation of X, the argument that its activation got.
public abstract sealed class ReferenceCell
    permits RnnReference,
        LstmReference,
        LstmFamilyReference,
        GruAfterReference,
        GruBeforeReference,
        MinLstmReference,
        MinGruReference {

  /// What a cell carries from step to step, or the gradient of a loss with respect to it: `h` of
  /// the output size, `c` of the hidden size, empty where the cell has none.
  @SuppressWarnings("ArrayRecordComponent") // a pair of arrays, not a value
  public record State(double[] h, double[] c) {}

  /// What comes out of a backward step: `∂L/∂x` and `∂L/∂(h', c')`, both for this step alone.
  @SuppressWarnings("ArrayRecordComponent") // a pair of arrays, not a value
  public record Back(double[] dx, State dBefore) {}

  /// A step that was done.
  public abstract static sealed class Step
      permits RnnReference.RnnStep,
          LstmReference.LstmStep,
          LstmFamilyReference.LstmFamilyStep,
          GruAfterReference.GruAfterStep,
          GruBeforeReference.GruBeforeStep,
          MinLstmReference.MinLstmStep,
          MinGruReference.MinGruStep {
    Step() {}

    /// The state after this step; its `h` is the output.
    public abstract State after();

    /// The same step backward.
    ///
    /// @param d the gradient of the loss with respect to the state after this step, from everything
    ///     that uses it
    /// @param gradients where this step's share of the parameters' gradients is added
    public abstract Back backward(State d, ReferenceParameters gradients);
  }

  /// An empty array: the cell state of a cell that has none.
  static final double[] NONE = {};

  final int inputSize;
  final CellSpec spec;
  final ReferenceParameters parameters = new ReferenceParameters();

  ReferenceCell(CellSpec spec, int inputSize) {
    this.spec = spec;
    this.inputSize = inputSize;
  }

  /// The reference for this cell, its parameters all zero.
  public static ReferenceCell of(CellSpec spec, int inputSize) {
    return switch (spec) {
      case Rnn rnn -> new RnnReference(rnn, inputSize);
      case Lstm lstm ->
          lstm.isPlain()
              ? new LstmReference(lstm, inputSize)
              : new LstmFamilyReference(lstm, inputSize);
      case Gru gru ->
          switch (gru.reset()) {
            case AFTER -> new GruAfterReference(gru, inputSize);
            case BEFORE -> new GruBeforeReference(gru, inputSize);
          };
      case MinLstm lstm -> new MinLstmReference(lstm, inputSize);
      case MinGru gru -> new MinGruReference(gru, inputSize);
      case CellSpec.Own own -> throw own.cannot("it has no reference in double.");
    };
  }

  public final CellSpec spec() {
    return spec;
  }

  public final int inputSize() {
    return inputSize;
  }

  /// The parameters, which may be changed in place.
  public final ReferenceParameters parameters() {
    return parameters;
  }

  /// The state of zeros from which a sequence starts unless it is given another.
  public final State zeroState() {
    return new State(
        new double[spec.outputSize()], spec.hasCellState() ? new double[spec.hiddenSize()] : NONE);
  }

  /// The step from the state before to the state after; neither array is changed or kept changed.
  public abstract Step step(double[] x, State before);
}
