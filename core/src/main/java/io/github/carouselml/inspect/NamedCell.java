package io.github.carouselml.inspect;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.MinGru;
import io.github.carouselml.spec.CellSpec.MinLstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Flag;
import java.util.EnumSet;
import java.util.List;
import java.util.function.IntFunction;

/// A cell that is held to the contract on bits, under the name that it has in `bits.digest`.
///
/// @param name a word without spaces
/// @param of the cell of a hidden size
public record NamedCell(String name, IntFunction<CellSpec> of) {
  private static final Activation SIGMOID = new Activation.Sigmoid();
  private static final Activation TANH = new Activation.Tanh();

  /// Every cell and every option that has a path of its own: the one list that the bits, the
  /// gradient checks and the parity with the reference go through.
  private static final List<NamedCell> ALL =
      List.of(
          new NamedCell("rnn", Rnn::new),
          new NamedCell("rnn-relu", H -> new Rnn(H, new Activation.Relu())),
          new NamedCell("lstm", Lstm::new),
          new NamedCell("lstm-peepholes", H -> new Lstm(H).withPeepholes()),
          new NamedCell("lstm-coupled", H -> new Lstm(H).withCoupledInputForget()),
          new NamedCell("lstm-projection", H -> new Lstm(H).withProjectionSize(H - H / 4)),
          new NamedCell("lstm-layer-norm", H -> new Lstm(H).withLayerNorm()),
          new NamedCell("lstm-clip", H -> new Lstm(H).withCellClip(0.6f)),
          new NamedCell(
              "lstm-options",
              H ->
                  new Lstm(H)
                      .withPeepholes()
                      .withCoupledInputForget()
                      .withProjectionSize(H - 1)
                      .withCellClip(0.9f)),
          new NamedCell(
              "lstm-all-options",
              H ->
                  new Lstm(H)
                      .withPeepholes()
                      .withCoupledInputForget()
                      .withProjectionSize(H - 1)
                      .withLayerNorm()
                      .withCellClip(0.9f)),
          new NamedCell(
              "lstm-activations",
              H ->
                  new Lstm(H)
                      .withActivations(
                          new Activation.HardSigmoid(), new Activation.Softsign(), TANH)),
          new NamedCell("gru", Gru::new),
          new NamedCell("gru-reset-before", H -> new Gru(H).withReset(Gru.Reset.BEFORE)),
          new NamedCell(
              "gru-activations",
              H -> new Gru(H).withActivations(SIGMOID, new Activation.LeakyRelu(0.1f))),
          new NamedCell(
              "gru-reset-before-activations",
              H ->
                  new Gru(H)
                      .withReset(Gru.Reset.BEFORE)
                      .withActivations(new Activation.Affine(0.7f, 0.2f), TANH)),
          new NamedCell("min-lstm", MinLstm::new),
          new NamedCell("min-gru", MinGru::new));

  /// Every cell and option.
  public static List<NamedCell> all() {
    return ALL;
  }

  /// Those that a backend can run.
  public static List<NamedCell> runningOn(Backend backend) {
    return ALL.stream().filter(cell -> cell.runsOn(backend)).toList();
  }

  private boolean runsOn(Backend backend) {
    try {
      return !backend.plan(of.apply(4), 2, 1, 1, EnumSet.allOf(Flag.class)).parameters().isEmpty();
    } catch (CarouselException.Request _) {
      return false;
    }
  }
}
