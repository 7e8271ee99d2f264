package io.github.carouselml.layer;

import io.github.carouselml.grad.Columns;
import io.github.carouselml.grad.DropoutOp;
import io.github.carouselml.grad.Pointwise;
import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.grad.Tensor;
import java.util.List;

/// Cells as users write them.
public final class OwnCells {
  private OwnCells() {}

  /// The LSTM of the textbooks, with the parameters of the built-in one in the same order.
  public record OwnLstm(int hiddenSize) implements OwnCell {
    @Override
    public boolean hasCellState() {
      return true;
    }

    @Override
    public Parts parts(String name, int inputSize) {
      int H = hiddenSize;
      Dense in = new Dense(name + ".in", inputSize, 4 * H);
      Dense back = new Dense(name + ".back", H, 4 * H).withoutBias();
      return new Parts(
          List.of(in, back),
          (x, before) -> {
            Tensor a = Pointwise.add(in.apply(x), back.apply(before.h()));
            Tensor i = Pointwise.sigmoid(Columns.slice(a, 0, H));
            Tensor f = Pointwise.sigmoid(Columns.slice(a, H, H));
            Tensor g = Pointwise.tanh(Columns.slice(a, 2 * H, H));
            Tensor o = Pointwise.sigmoid(Columns.slice(a, 3 * H, H));
            Tensor c = Pointwise.add(Pointwise.multiply(f, before.c()), Pointwise.multiply(i, g));
            return new State(Pointwise.multiply(o, Pointwise.tanh(c)), c);
          });
    }
  }

  /// A cell that nobody built in: c leaks, is normalised, and comes out through a projection.
  public record Leaky(int hiddenSize, int outputSize) implements OwnCell {
    @Override
    public boolean hasCellState() {
      return true;
    }

    @Override
    public Parts parts(String name, int inputSize) {
      Dense in = new Dense(name + ".in", inputSize + outputSize, hiddenSize);
      LayerNorm norm = new LayerNorm(name + ".norm", hiddenSize);
      Dense out = new Dense(name + ".out", hiddenSize, outputSize);
      return new Parts(
          List.of(in, norm, out),
          (x, before) -> {
            Tensor a = Pointwise.tanh(in.apply(Columns.concat(List.of(x, before.h()))));
            Tensor c =
                Pointwise.add(
                    Pointwise.scale(0.75f, before.c()),
                    Pointwise.scale(0.25f, Pointwise.multiply(a, before.c())));
            Tensor more = Pointwise.add(c, a);
            return new State(Pointwise.sigmoid(out.apply(norm.apply(more))), more);
          });
    }
  }

  /// Gives its input with some of it dropped, and has no memory.
  public record Dropping(int hiddenSize) implements OwnCell {
    @Override
    public Parts parts(String name, int inputSize) {
      return new Parts(List.of(), (x, before) -> new State(DropoutOp.of(x, 0.5f, false), null));
    }
  }
}
