package io.github.carouselml.spec;

import io.github.carouselml.spec.Activation.Sigmoid;
import io.github.carouselml.spec.Activation.Tanh;
import java.util.OptionalInt;

/// Which cell: its kind, its size and the options that its kind has. The plain ones are
/// `new Lstm(64)`, `new Gru(64)` and `new Rnn(64)`; each option is a `withX` away, and an option
/// that a cell does not have cannot be written down. [Own] leaves room for cells that users write.
///
/// Whether a cell's biases are there to be trained, dropout, directions and lengths belong to the
/// layer; the input size belongs to the data.
public sealed interface CellSpec {

  /// H, the number of units: of cells where there are cells, else of outputs.
  int hiddenSize();

  /// The size of the output `h_t` and of the state that is fed back: [#hiddenSize], but for a
  /// projected LSTM the size of its projection.
  default int outputSize() {
    return hiddenSize();
  }

  /// The same cell with so many units.
  default CellSpec withHiddenSize(int units) {
    return switch (this) {
      case Rnn c -> new Rnn(units, c.activation());
      case Lstm c ->
          new Lstm(
              units,
              c.peepholes(),
              c.coupledInputForget(),
              c.projectionSize(),
              c.layerNorm(),
              c.cellClip(),
              c.gateActivation(),
              c.candidateActivation(),
              c.outputActivation());
      case Gru c -> new Gru(units, c.reset(), c.gateActivation(), c.candidateActivation());
      case MinLstm _ -> new MinLstm(units);
      case MinGru _ -> new MinGru(units);
      case Own own -> throw own.cannot("it has the sizes that it was made with.");
    };
  }

  /// Whether the state has a part `c` that only the cell itself sees.
  default boolean hasCellState() {
    return false;
  }

  /// Whether `h_{t-1}` is multiplied by a recurrent weight of the layer's.
  default boolean hasRecurrentWeight() {
    return true;
  }

  /// The simple recurrent network of Elman (1990): `h_t = tanh(W x_t + R h_{t-1} + b)`.
  record Rnn(int hiddenSize, Activation activation) implements CellSpec {
    public Rnn {
      positive("hidden size", hiddenSize);
    }

    public Rnn(int hiddenSize) {
      this(hiddenSize, new Tanh());
    }

    public Rnn withActivation(Activation activation) {
      return new Rnn(hiddenSize, activation);
    }
  }

  /// Long short-term memory with a forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000),
  /// and its relatives.
  ///
  /// @param peepholes the gates see the cell: i and f the previous one, o the present one (Gers &
  ///     Schmidhuber 2000)
  /// @param coupledInputForget no forget gate of its own, `f = 1 - i` (Greff et al. 2017: CIFG)
  /// @param projectionSize the output is `P (o ⊙ tanh(c))` of this size, smaller than the hidden
  ///     size (Sak et al. 2014)
  /// @param layerNorm both products and the cell are normalised (Ba et al. 2016)
  /// @param cellClip the pre-activations of i, f, g and o are kept within ± this, as ONNX Runtime
  ///     does it, not c; infinity does nothing
  /// @param gateActivation of i, f and o
  /// @param candidateActivation of g
  /// @param outputActivation of the cell on its way out
  record Lstm(
      int hiddenSize,
      boolean peepholes,
      boolean coupledInputForget,
      OptionalInt projectionSize,
      boolean layerNorm,
      float cellClip,
      Activation gateActivation,
      Activation candidateActivation,
      Activation outputActivation)
      implements CellSpec {
    public Lstm {
      positive("hidden size", hiddenSize);
      if (projectionSize.isPresent()) {
        int size = projectionSize.getAsInt();
        positive("projection size", size);
        if (size >= hiddenSize) {
          throw new CarouselException.Request(
              "The projection size must be smaller than the hidden size "
                  + hiddenSize
                  + ", not "
                  + size
                  + ": a projection is there to make the output smaller.");
        }
      }
      if (!(cellClip > 0)) {
        throw new CarouselException.Request(
            "The cell clip must be a positive number, not "
                + cellClip
                + "; infinity means no clipping.");
      }
    }

    /// The plain LSTM: σ for the gates, tanh for candidate and output, no option taken.
    public Lstm(int hiddenSize) {
      this(
          hiddenSize,
          false,
          false,
          OptionalInt.empty(),
          false,
          Float.POSITIVE_INFINITY,
          new Sigmoid(),
          new Tanh(),
          new Tanh());
    }

    @Override
    public int outputSize() {
      return projectionSize.orElse(hiddenSize);
    }

    @Override
    public boolean hasCellState() {
      return true;
    }

    /// Whether this is the LSTM of the textbooks: no option taken.
    public boolean isPlain() {
      return equals(new Lstm(hiddenSize));
    }

    public Lstm withPeepholes() {
      return with(true, coupledInputForget, projectionSize, layerNorm, cellClip);
    }

    public Lstm withCoupledInputForget() {
      return with(peepholes, true, projectionSize, layerNorm, cellClip);
    }

    public Lstm withProjectionSize(int size) {
      return with(peepholes, coupledInputForget, OptionalInt.of(size), layerNorm, cellClip);
    }

    public Lstm withLayerNorm() {
      return with(peepholes, coupledInputForget, projectionSize, true, cellClip);
    }

    public Lstm withCellClip(float clip) {
      return with(peepholes, coupledInputForget, projectionSize, layerNorm, clip);
    }

    public Lstm withActivations(Activation gate, Activation candidate, Activation output) {
      return new Lstm(
          hiddenSize,
          peepholes,
          coupledInputForget,
          projectionSize,
          layerNorm,
          cellClip,
          gate,
          candidate,
          output);
    }

    private Lstm with(
        boolean peepholes, boolean coupled, OptionalInt projection, boolean norm, float clip) {
      return new Lstm(
          hiddenSize,
          peepholes,
          coupled,
          projection,
          norm,
          clip,
          gateActivation,
          candidateActivation,
          outputActivation);
    }
  }

  /// The gated recurrent unit (Cho et al. 2014).
  ///
  /// @param gateActivation of r and z
  /// @param candidateActivation of n
  record Gru(int hiddenSize, Reset reset, Activation gateActivation, Activation candidateActivation)
      implements CellSpec {

    /// Where the reset gate multiplies.
    public enum Reset {
      /// `n = tanh(W x + b + R (r ⊙ h'))`: the paper, and the default of ONNX
      BEFORE,
      /// `n = tanh(W x + b + r ⊙ (R h' + b_R))`: PyTorch, cuDNN and Keras; one product a step
      AFTER
    }

    public Gru {
      positive("hidden size", hiddenSize);
    }

    /// The reset gate after the product, σ for the gates and tanh for the candidate.
    public Gru(int hiddenSize) {
      this(hiddenSize, Reset.AFTER, new Sigmoid(), new Tanh());
    }

    public Gru withReset(Reset reset) {
      return new Gru(hiddenSize, reset, gateActivation, candidateActivation);
    }

    public Gru withActivations(Activation gate, Activation candidate) {
      return new Gru(hiddenSize, reset, gate, candidate);
    }
  }

  /// An LSTM whose gates see only the input (Feng et al. 2024, "Were RNNs all we needed?").
  record MinLstm(int hiddenSize) implements CellSpec {
    public MinLstm {
      positive("hidden size", hiddenSize);
    }

    @Override
    public boolean hasRecurrentWeight() {
      return false;
    }
  }

  /// A GRU whose gate sees only the input (Feng et al. 2024, "Were RNNs all we needed?").
  record MinGru(int hiddenSize) implements CellSpec {
    public MinGru {
      positive("hidden size", hiddenSize);
    }

    @Override
    public boolean hasRecurrentWeight() {
      return false;
    }
  }

  /// A cell of the user's own, which only code can describe: its sizes. What it computes is said
  /// where layers are known.
  non-sealed interface Own extends CellSpec {
    /// Its weights are its parts'.
    @Override
    default boolean hasRecurrentWeight() {
      return false;
    }

    /// The refusal of what needs a cell that is built in.
    default CarouselException cannot(String consequence) {
      return new CarouselException.Request("The cell " + this + " is your own, so " + consequence);
    }
  }

  private static void positive(String what, int size) {
    if (size < 1) {
      throw new CarouselException.Request("The " + what + " must be 1 or more, not " + size + ".");
    }
  }
}
