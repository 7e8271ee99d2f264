package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// `y[r] = table[index r]`.
public final class EmbeddingOp extends Op {
  private final Indices indices;
  private final Parameter table;
  private final Layout.Table layout;
  private final Tensor y;

  private EmbeddingOp(Tape tape, Indices indices, Parameter table) {
    super(tape, "embedding " + table.name(), List.of(), List.of(table));
    this.indices = indices;
    this.table = table;
    if (!(table.spec().layout() instanceof Layout.Table shape)) {
      throw new CarouselException.Request(
          "An embedding needs a table, but parameter '"
              + table.name()
              + "' has layout "
              + table.spec().layout()
              + ".");
    }
    this.layout = shape;
    this.y = output(indices.space(), layout.features());
  }

  /// Records a look-up in `table [entries, features]`.
  public static Tensor of(Tape tape, Indices indices, Parameter table) {
    return record(new EmbeddingOp(tape, indices, table)).y;
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // y[r] = table[index r]
  @Override
  protected void forward(Operations operations, int update) {
    operations
        .moves()
        .gather(
            y.rows(),
            layout.entries(),
            layout.features(),
            indices.present(),
            table.value(),
            y.value());
  }

  // dTable[index r] += dy[r]
  @Override
  protected void backward(Operations operations, int update) {
    Slot dTable = gradientOf(table);
    if (dTable != null) {
      operations
          .moves()
          .scatterAdd(
              y.rows(),
              layout.entries(),
              layout.features(),
              indices.present(),
              gradientOfOutput(),
              dTable);
    }
  }
}
