package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Dense;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// Dense products. Threads take pieces of one panel and one block of rows (for weight gradients: of
/// inputs); the inner dimension is never cut, so every element is one chain whoever computes it.
final class CpuDense extends Work implements Dense {
  /// Rows, or inputs, in a piece.
  private static final int BLOCK = 64;

  /// Columns of a full panel.
  private static final int PANEL = Layout.Matrix.PANEL_VECTORS * Sizes.LANES;

  /// So many multiply-adds cost about as much as one float of other work.
  private static final int CHEAP = 8;

  private static final float[] ZEROS = new float[PANEL];

  private enum Kind {
    FORWARD,
    TRANSPOSE,
    DATA,
    WEIGHTS,
    BIAS
  }

  private final Products products;
  private final Elementwise kernels;

  // the arguments of the running operation: Y = init + X W, or W += Xᵀ Y
  private Kind kind = Kind.FORWARD;
  private Layout.Matrix layout = new Layout.Matrix(1, 1);
  private Layout.Matrix turned = layout;
  private int count;
  private int blocks;
  private float[] x = {};
  private int xAt;
  private int ldx;
  private float[] w = {};
  private int wAt;
  private float[] init = ZEROS;
  private int initAt;
  private int initPanel;
  private int initRow;
  private float[] y = {};
  private int yAt;
  private int ldy;

  CpuDense(Engine engine) {
    super(engine);
    products = engine.products();
    kernels = engine.elementwise();
  }

  @Override
  public void forward(
      int rows, Layout.Matrix matrix, Slot from, Slot weights, @Nullable Slot bias, Slot to) {
    kind = Kind.FORWARD;
    init = bias == null ? ZEROS : floats(bias);
    initAt = at(bias);
    initPanel = bias == null ? 0 : PANEL;
    initRow = 0;
    product(rows, matrix, from, Sizes.stride(matrix.inputs()), weights, to);
  }

  @Override
  public void backwardData(
      int rows, Layout.Matrix turned, Slot dy, Slot transposed, Slot dx, boolean add) {
    kind = Kind.DATA;
    init = add ? floats(dx) : ZEROS;
    initAt = add ? dx.offset() : 0;
    initPanel = add ? PANEL : 0;
    initRow = add ? turned.vectors() * Sizes.LANES : 0;
    product(rows, turned, dy, turned.inputs(), transposed, dx);
  }

  private void product(
      int rows, Layout.Matrix matrix, Slot from, int fromStride, Slot weights, Slot to) {
    layout = matrix;
    count = rows;
    x = floats(from);
    xAt = from.offset();
    ldx = fromStride;
    w = floats(weights);
    wAt = weights.offset();
    y = floats(to);
    yAt = to.offset();
    ldy = matrix.vectors() * Sizes.LANES;
    blocks = (rows + BLOCK - 1) / BLOCK;
    long products = (long) Math.min(rows, BLOCK) * PANEL * matrix.inputs();
    split(matrix.panels() * blocks, products / CHEAP);
  }

  @Override
  public void transpose(Layout.Matrix matrix, Layout.Matrix target, Slot weights, Slot transposed) {
    kind = Kind.TRANSPOSE;
    layout = matrix;
    w = floats(weights);
    wAt = weights.offset();
    y = floats(transposed);
    yAt = transposed.offset();
    turned = target;
    split(target.panels(), (long) PANEL * matrix.vectors() * Sizes.LANES);
  }

  @Override
  public void backwardWeights(
      int rows,
      Layout.Matrix matrix,
      Slot from,
      Slot dy,
      @Nullable Slot weightsGradient,
      @Nullable Slot biasGradient) {
    layout = matrix;
    count = rows;
    x = floats(from);
    xAt = from.offset();
    ldx = Sizes.stride(matrix.inputs());
    y = floats(dy);
    yAt = dy.offset();
    ldy = matrix.vectors() * Sizes.LANES;
    if (rows > 0 && weightsGradient != null) {
      kind = Kind.WEIGHTS;
      w = floats(weightsGradient);
      wAt = weightsGradient.offset();
      blocks = (matrix.inputs() + BLOCK - 1) / BLOCK;
      long products = (long) Math.min(matrix.inputs(), BLOCK) * PANEL * rows;
      split(matrix.panels() * blocks, products / CHEAP);
    }
    if (rows > 0 && biasGradient != null) {
      kind = Kind.BIAS;
      w = floatsOrNone(biasGradient);
      wAt = at(biasGradient);
      split(matrix.panels(), (long) PANEL * rows);
    }
  }

  @Override
  void rows(int from, int to) {
    for (int piece = from; piece < to; piece++) {
      switch (kind) {
        case FORWARD, DATA -> product(piece / blocks, piece % blocks * BLOCK);
        case WEIGHTS -> weights(piece / blocks, piece % blocks * BLOCK);
        case BIAS -> bias(piece);
        case TRANSPOSE -> Transposed.panel(layout, turned, w, wAt, y, yAt, piece);
      }
    }
  }

  /// Y = init + X W, some rows and one panel
  private void product(int panel, int first) {
    products.multiply(
        layout.width(panel),
        Math.min(BLOCK, count - first),
        1,
        layout.inputs(),
        x,
        xAt + first * ldx,
        ldx,
        0,
        w,
        wAt + layout.panelOffset(panel),
        init,
        initAt + panel * initPanel + first * initRow,
        initRow,
        y,
        yAt + first * ldy + panel * PANEL,
        ldy);
  }

  /// dW += Xᵀ dY, some inputs and one panel
  private void weights(int panel, int first) {
    int columns = layout.width(panel) * Sizes.LANES;
    products.multiplyTransposed(
        layout.width(panel),
        Math.min(BLOCK, layout.inputs() - first),
        count,
        x,
        xAt + first,
        ldx,
        y,
        yAt + panel * PANEL,
        ldy,
        w,
        wAt + layout.panelOffset(panel) + first * columns,
        columns);
  }

  /// db += Σ dY, one panel
  private void bias(int panel) {
    int columns = layout.width(panel) * Sizes.LANES;
    int column = panel * PANEL;
    kernels.addRows(y, yAt + column, count, columns, ldy, w, wAt + column);
  }
}
