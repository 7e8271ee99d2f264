package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Objects;

/// Operations along the time of each sequence.
public final class Sequences {
  private Sequences() {}

  /// `[N, F] -> [B, F]`: the last step of each sequence, zeros for one without steps.
  public static Tensor last(Tensor x) {
    return Op.record(new Last(x)).y;
  }

  /// `[N, F] -> [N, F]`: each sequence from its own end.
  public static Tensor reverse(Tensor x) {
    return Op.record(new Reverse(x)).y;
  }

  /// `[B, F] -> [N, F]`: the same row for every step of a sequence.
  public static Tensor repeat(Tensor x) {
    return Op.record(new Repeat(x)).y;
  }

  /// `[N, F] -> [B, F]`: the sum over the steps of each sequence.
  public static Tensor sum(Tensor x) {
    return Op.record(new Sum(x)).y;
  }

  private static RowSpace.Sequences sequences(Tensor x) {
    if (x.space() instanceof RowSpace.Steps(var rows)) {
      return new RowSpace.Sequences(rows);
    }
    throw new CarouselException.Request(
        "An operation over time needs one row per step, not " + x + ".");
  }

  private static final class Last extends Op {
    private final Tensor x;
    private final Tensor y;

    Last(Tensor x) {
      super("last step", List.of(x), List.of());
      this.x = x;
      this.y = output(sequences(x), x.features());
    }

    // y[b] = x[T_b - 1, b]
    @Override
    protected void forward(Operations operations, int update) {
      operations.moves().last(x.space().rows(), x.features(), x.value(), y.value());
    }

    // dx[T_b - 1, b] = dy[b], elsewhere 0
    @Override
    protected void backward(Operations operations, int update) {
      Slot dx = Objects.requireNonNull(gradientOf(0));
      operations
          .moves()
          .lastBackward(x.space().rows(), x.features(), gradientOfOutput(), dx, adds(0));
    }
  }

  private static final class Reverse extends Op {
    private final Tensor x;
    private final Tensor y;

    Reverse(Tensor x) {
      super("reverse", List.of(x), List.of());
      this.x = x;
      sequences(x);
      this.y = output(x.space(), x.features());
    }

    // y[t, b] = x[T_b - 1 - t, b]
    @Override
    protected void forward(Operations operations, int update) {
      operations.moves().reverse(x.space().rows(), x.features(), x.value(), y.value(), false);
    }

    // dx[t, b] = dy[T_b - 1 - t, b]
    @Override
    protected void backward(Operations operations, int update) {
      Slot dx = Objects.requireNonNull(gradientOf(0));
      operations.moves().reverse(x.space().rows(), x.features(), gradientOfOutput(), dx, adds(0));
    }
  }

  private static final class Repeat extends Op {
    private final Tensor x;
    private final Tensor y;

    Repeat(Tensor x) {
      super("repeat", List.of(x), List.of());
      this.x = x;
      if (!(x.space() instanceof RowSpace.Sequences(var rows))) {
        throw new CarouselException.Request(this + " needs one row per sequence, not " + x + ".");
      }
      this.y = output(new RowSpace.Steps(rows), x.features());
    }

    // y[t, b] = x[b]
    @Override
    protected void forward(Operations operations, int update) {
      operations.moves().repeat(x.space().rows(), x.features(), x.value(), y.value(), false);
    }

    // dx[b] = Σ_t dy[t, b]
    @Override
    protected void backward(Operations operations, int update) {
      Slot dx = Objects.requireNonNull(gradientOf(0));
      operations.moves().sumSteps(x.space().rows(), x.features(), gradientOfOutput(), dx, adds(0));
    }
  }

  private static final class Sum extends Op {
    private final Tensor x;
    private final Tensor y;

    Sum(Tensor x) {
      super("sum of steps", List.of(x), List.of());
      this.x = x;
      this.y = output(sequences(x), x.features());
    }

    // y[b] = Σ_t x[t, b]
    @Override
    protected void forward(Operations operations, int update) {
      operations.moves().sumSteps(x.space().rows(), x.features(), x.value(), y.value(), false);
    }

    // dx[t, b] = dy[b]
    @Override
    protected void backward(Operations operations, int update) {
      Slot dx = Objects.requireNonNull(gradientOf(0));
      operations.moves().repeat(x.space().rows(), x.features(), gradientOfOutput(), dx, adds(0));
    }
  }
}
