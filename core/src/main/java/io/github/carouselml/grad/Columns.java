package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// Features side by side, and features cut out again.
public final class Columns {
  private Columns() {}

  /// `y = [x1, x2, …]`: the features of tensors with the same rows, side by side.
  public static Tensor concat(List<Tensor> parts) {
    return parts.size() == 1 ? parts.getFirst() : Op.record(new Concat(parts)).y;
  }

  /// The features `from .. from + width - 1`.
  public static Tensor slice(Tensor x, int from, int width) {
    return Op.record(new Slice(x, from, width)).y;
  }

  private static final class Concat extends Op {
    private final List<Tensor> parts;
    private final Tensor y;

    Concat(List<Tensor> parts) {
      super("concat", parts, List.of());
      this.parts = List.copyOf(parts);
      int features = 0;
      for (Tensor part : parts) {
        sameRows(part, parts.getFirst().space());
        features = Math.addExact(features, part.features());
      }
      this.y = output(parts.getFirst().space(), features);
    }

    @Override
    protected boolean byRows() {
      return true;
    }

    // y = [x1, x2, …]
    @Override
    protected void forward(Operations operations, int update) {
      int at = 0;
      for (int i = 0; i < parts.size(); i++) {
        Tensor x = parts.get(i);
        int width = x.features();
        operations
            .moves()
            .columns(x.rows(), width, x.value(), width, 0, y.value(), y.features(), at, false);
        at += width;
      }
    }

    // dx_i = its columns of dy
    @Override
    protected void backward(Operations operations, int update) {
      Slot dy = gradientOfOutput();
      int at = 0;
      for (int i = 0; i < parts.size(); i++) {
        Tensor x = parts.get(i);
        int width = x.features();
        Slot dx = gradientOf(i);
        if (dx != null) {
          operations.moves().columns(x.rows(), width, dy, y.features(), at, dx, width, 0, adds(i));
        }
        at += width;
      }
    }
  }

  private static final class Slice extends Op {
    private final Tensor x;
    private final int from;
    private final Tensor y;

    Slice(Tensor x, int from, int width) {
      super("slice", List.of(x), List.of());
      this.x = x;
      this.from = from;
      if (from < 0 || width < 1 || width > x.features() - from) {
        throw new CarouselException.Request(
            "Features "
                + from
                + " to "
                + ((long) from + width - 1)
                + " were asked for, but "
                + x
                + " does not have them.");
      }
      this.y = output(x.space(), width);
    }

    @Override
    protected boolean byRows() {
      return true;
    }

    // y = columns of x
    @Override
    protected void forward(Operations operations, int update) {
      int width = y.features();
      operations
          .moves()
          .columns(x.rows(), width, x.value(), x.features(), from, y.value(), width, 0, false);
    }

    // dx = 0 but for these columns, which are dy
    @Override
    protected void backward(Operations operations, int update) {
      Slot dx = gradientOf(0);
      if (dx == null) {
        return;
      }
      if (!adds(0)) {
        operations.elements().clear(x.rows(), x.features(), dx);
      }
      int width = y.features();
      operations
          .moves()
          .columns(x.rows(), width, gradientOfOutput(), width, 0, dx, x.features(), from, true);
    }
  }
}
