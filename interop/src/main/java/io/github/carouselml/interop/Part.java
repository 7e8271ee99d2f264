package io.github.carouselml.interop;

import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Embedding;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// One part of a network that goes from framework to framework. A part that has weights has the
/// name of the module in the other framework; it may be empty where the module is the whole file.
public sealed interface Part {
  /// The layer that computes it, if it has weights.
  Optional<Layer> layer();

  /// A row of numbers for each token: PyTorch's `Embedding`.
  record Lookup(String name, int entries, int size) implements Part {
    @Override
    public Optional<Layer> layer() {
      return Optional.of(embedding());
    }

    Embedding embedding() {
      return new Embedding(name.isEmpty() ? "embedding" : name, entries, size);
    }

    @Override
    public String toString() {
      return "embedding '%s', %d entries of %d".formatted(name, entries, size);
    }
  }

  /// A recurrent stack of equal layers: PyTorch's `LSTM`, `GRU` and `RNN`.
  ///
  /// @param bidirectional whether each layer reads both ways, outputs side by side
  /// @param bias whether the other framework has biases in it; without, they are zeros here
  record Stack(
      String name, int inputSize, CellSpec cell, int layers, boolean bidirectional, boolean bias)
      implements Part {
    /// So that a damaged file cannot ask for any memory.
    private static final int MOST_LAYERS = 1000;

    public Stack {
      if (!isCommon(cell)) {
        throw new CarouselException.Request(
            ("The stack '%s' has the cell %s, which PyTorch does not have. It has the LSTM with or"
                    + " without projection, the GRU with its reset after the product, and the RNN of"
                    + " tanh or relu.")
                .formatted(name, cell));
      }
      if (layers < 1 || layers > MOST_LAYERS) {
        throw new CarouselException.Request(
            "The stack '%s' has %d layers, but 1 to %d are possible."
                .formatted(name, layers, MOST_LAYERS));
      }
    }

    private static boolean isCommon(CellSpec cell) {
      return switch (cell) {
        case CellSpec.Lstm lstm ->
            lstm.projectionSize().isEmpty()
                ? lstm.isPlain()
                : lstm.equals(
                    new CellSpec.Lstm(lstm.hiddenSize())
                        .withProjectionSize(lstm.projectionSize().getAsInt()));
        case CellSpec.Gru gru -> gru.equals(new CellSpec.Gru(gru.hiddenSize()));
        case CellSpec.Rnn rnn ->
            rnn.activation() instanceof Activation.Tanh
                || rnn.activation() instanceof Activation.Relu;
        case CellSpec.MinLstm _, CellSpec.MinGru _, CellSpec.Own _ -> false;
      };
    }

    /// `lstm`, `gru` or `rnn`.
    String kind() {
      return switch (cell) {
        case CellSpec.Lstm _ -> "lstm";
        case CellSpec.Gru _ -> "gru";
        default -> "rnn";
      };
    }

    @Override
    public Optional<Layer> layer() {
      return Optional.of(recurrent());
    }

    Recurrent recurrent() {
      CellSpec[] cells = Collections.nCopies(layers, cell).toArray(CellSpec[]::new);
      return new Recurrent(name.isEmpty() ? kind() : name, inputSize, cells)
          .withDirection(bidirectional ? Direction.BOTH : Direction.FORWARD);
    }

    @Override
    public String toString() {
      return "%s '%s', %d -> %d, %d %s%s%s"
          .formatted(
              kind(),
              name,
              inputSize,
              recurrent().outputSize(),
              layers,
              layers == 1 ? "layer" : "layers",
              bidirectional ? ", both ways" : "",
              cell instanceof CellSpec.Rnn(_, var f)
                  ? f instanceof Activation.Relu ? ", relu" : ", tanh"
                  : "");
    }
  }

  /// `y = W x + b`: PyTorch's `Linear`.
  record Linear(String name, int inputs, int outputs, boolean bias) implements Part {
    @Override
    public Optional<Layer> layer() {
      return Optional.of(dense());
    }

    Dense dense() {
      Dense dense = new Dense(name.isEmpty() ? "linear" : name, inputs, outputs);
      return bias ? dense : dense.withoutBias();
    }

    @Override
    public String toString() {
      return "linear '%s', %d -> %d%s"
          .formatted(name, inputs, outputs, bias ? "" : ", without bias");
    }
  }

  /// What has no weights.
  enum Plain implements Part {
    TANH,
    RELU,
    SIGMOID,
    /// Of each sequence the last step alone.
    LAST;

    /// As it is written in a chain.
    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public Optional<Layer> layer() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return word();
    }
  }

  /// The name in the other framework; of what has none, its word.
  default String title() {
    return switch (this) {
      case Lookup part -> part.name;
      case Stack part -> part.name;
      case Linear part -> part.name;
      case Plain part -> part.word();
    };
  }

  static List<Plain> plain() {
    return List.of(Plain.values());
  }
}
