package io.github.carouselml.layer;

import io.github.carouselml.grad.CellStep;
import io.github.carouselml.spec.CellSpec;
import java.util.List;

/// A cell of your own: one step in tape operations, which a [Recurrent] records once and replays,
/// alone or in a stack with built-in cells, in any direction:
/// ```
/// record Leaky(int hiddenSize) implements OwnCell {
///   public Parts parts(String name, int inputSize) {
///     var in = new Dense(name + ".in", inputSize, hiddenSize);
///     var back = new Dense(name + ".back", hiddenSize, hiddenSize).withoutBias();
///     return new Parts(List.of(in, back), (x, before) -> {
///         Tensor a = Pointwise.tanh(Pointwise.add(in.apply(x), back.apply(before.h())));
///         Tensor h = Pointwise.add(Pointwise.scale(0.9f, before.h()), Pointwise.scale(0.1f, a));
///         return new State(h, null);
///       });
///   }
/// }
/// ```
/// A cell carries h of [#outputSize], which is its output, and, where [#hasCellState], c of
/// [#hiddenSize]: whatever else it needs, side by side. A record is best, since states belong to
/// equal cells. Dropout in a step has one mask for all steps of a sequence. What it costs beside a
/// built-in cell: a product for each step in place of one for all, and the step once more backward.
public interface OwnCell extends CellSpec.Own {
  /// What a cell is made of in one place of a stack.
  ///
  /// @param layers the owners of its parameters, with their first values
  /// @param step what it computes with them
  record Parts(List<? extends Layer> layers, CellStep step) {
    public Parts {
      layers = List.copyOf(layers);
    }
  }

  /// The same parts whenever the same is asked for.
  ///
  /// @param name of the place, with which all parameters' names begin: `stack.0.forward`
  Parts parts(String name, int inputSize);

  /// Refuses a cell of the user's own that cannot be recorded.
  static void check(CellSpec cell) {
    if (cell instanceof CellSpec.Own own) {
      if (!(own instanceof OwnCell)) {
        throw own.cannot("it must say what it computes: implement OwnCell.");
      }
      if (own.hiddenSize() < 1 || own.outputSize() < 1) {
        throw own.cannot(
            "it must say sizes of 1 or more, not hidden size %d and output size %d."
                .formatted(own.hiddenSize(), own.outputSize()));
      }
    }
  }
}
