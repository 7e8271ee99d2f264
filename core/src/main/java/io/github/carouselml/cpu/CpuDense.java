package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.tensor.Dense;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Dense products. Threads take pieces of one panel and one block of rows (for weight gradients: of
/// inputs), or of several panels that share a copy of the rows in the form that products read fastest
/// ([Products#packs]). The inner dimension is never shared out, so every element is one chain whoever
/// computes it; where a piece takes it in parts, so that they stay in cache, the chain goes on through
/// memory.
final class CpuDense extends Work implements Dense {
  /// Rows, or inputs, in a piece at least.
  private static final int BLOCK = 64;

  /// Rows in a piece at most: of a panel too long for a cache, each piece reads all.
  private static final int MOST = 256;

  /// The part of the inner dimension that is taken at once: a panel of it is 128 KiB, and as many
  /// rows of the other operand as a piece has are half of that to twice that.
  private static final int INNER = 512;

  /// Panels that share a copy of rows: with fewer it costs more than it gains, more gain nothing.
  private static final int LEAST_SHARED = 4;

  private static final int MOST_SHARED = 8;

  /// Floats of such a copy, which stays in the second cache beside a panel.
  private static final int COPIED = 1 << 16;

  /// From row to row of a copy: its tiles do not lie a power of two apart, where they would fall into
  /// the same few sets of the first cache.
  private static final int COPIED_ROW = INNER + 8;

  /// The part of the rows whose gradients are taken at once.
  private static final int ROWS = 256;

  private static final int PANEL = Products.PANEL;

  /// So many multiply-adds cost about as much as one float of other work.
  private static final int CHEAP = 8;

  private static final float[] ONE = {1f};

  private static final float[] ZEROS = new float[PANEL];

  private enum Kind {
    FORWARD,
    TRANSPOSE,
    DATA,
    WEIGHTS,
    BIAS
  }

  private final Products products;

  // the arguments of the running operation: Y = init + X W, or W += Xᵀ Y
  private Kind kind = Kind.FORWARD;
  private Layout.Matrix layout = new Layout.Matrix(1, 1);
  private Layout.Matrix turned = layout;
  private int count;
  private int block;
  private int blocks;
  private int shared; // panels of a piece, 1 without a copy
  private float[] x = {};
  private int xAt;
  private int ldx;
  private float[] w = {};
  private int wAt;
  private float[] init = ZEROS;
  private int initAt;
  private int initPanel;
  private int initRow;
  private float[] bias = {};
  private int biasAt;
  private float[] y = {};
  private int yAt;
  private int ldy;

  /// The panel of gradients that a worker has brought together.
  private final float[][] gathered;

  /// The rows that a worker has copied, made when first some are.
  private final float[][] copies;

  CpuDense(Engine engine) {
    super(engine);
    gathered = new float[threads()][0];
    copies = new float[threads()][0];
    products = engine.products();
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
    initAt = add ? at(dx) : 0;
    initPanel = add ? PANEL : 0;
    initRow = add ? turned.vectors() * Sizes.LANES : 0;
    product(rows, turned, dy, turned.inputs(), transposed, dx);
  }

  private void product(
      int rows, Layout.Matrix matrix, Slot from, int fromStride, Slot weights, Slot to) {
    layout = matrix;
    count = rows;
    x = floats(from);
    xAt = at(from);
    ldx = fromStride;
    w = floats(weights);
    wAt = at(weights);
    y = floats(to);
    yAt = at(to);
    ldy = matrix.vectors() * Sizes.LANES;
    if (shares(matrix, rows)) {
      if (copies[0].length == 0) {
        Arrays.setAll(copies, _ -> new float[MOST * COPIED_ROW]);
      }
    } else {
      shared = 1;
      block = BLOCK;
      while (matrix.inputs() > INNER && block < MOST && enough(matrix, rows, 2 * block)) {
        block *= 2;
      }
      blocks = (rows + block - 1) / block;
    }
    int pieces = (matrix.panels() + shared - 1) / shared * blocks;
    long products = (long) Math.min(rows, block) * PANEL * matrix.inputs() * shared;
    split(pieces, products / CHEAP);
  }

  /// Whether pieces of so many rows are enough for all threads to end at about the same time.
  private boolean enough(Layout.Matrix matrix, int rows, int size) {
    return (long) matrix.panels() * (rows / size) >= 4L * threads();
  }

  /// Whether there are panels enough to share copies of rows, and pieces for all threads besides.
  private boolean shares(Layout.Matrix matrix, int rows) {
    if (rows < Products.PACKED_ROWS || !products.packs()) {
      return false;
    }
    boolean far = matrix.inputs() > INNER; // each block of rows reads the panels from far away
    int fit = COPIED / Math.min(INNER, matrix.inputs()) / BLOCK * BLOCK;
    int most = Math.clamp(fit, BLOCK, MOST);
    int pieces = (far ? 2 : 4) * threads();
    block = matrix.panels() * (rows / most) >= LEAST_SHARED * pieces ? most : BLOCK;
    blocks = (rows + block - 1) / block;
    shared = Math.min(Math.min(MOST_SHARED, matrix.panels()), matrix.panels() * blocks / pieces);
    return shared >= LEAST_SHARED && (block == most || !far);
  }

  @Override
  public void transpose(Layout.Matrix matrix, Layout.Matrix target, Slot weights, Slot transposed) {
    kind = Kind.TRANSPOSE;
    layout = matrix;
    w = floats(weights);
    wAt = at(weights);
    y = floats(transposed);
    yAt = at(transposed);
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
    xAt = at(from);
    ldx = Sizes.stride(matrix.inputs());
    y = floats(dy);
    yAt = at(dy);
    ldy = matrix.vectors() * Sizes.LANES;
    bias = floatsOrNone(biasGradient);
    biasAt = at(biasGradient);
    if (rows == 0) {
      return;
    }
    if (weightsGradient != null) {
      kind = Kind.WEIGHTS;
      w = floats(weightsGradient);
      wAt = at(weightsGradient);
      block = matrix.panels() < 4 * threads() ? BLOCK : matrix.inputs();
      blocks = (matrix.inputs() + block - 1) / block;
      long products = (long) Math.min(matrix.inputs(), block) * PANEL * rows;
      split(matrix.panels() * blocks, products / CHEAP);
    } else if (biasGradient != null) {
      kind = Kind.BIAS;
      split(matrix.panels(), (long) PANEL * rows);
    }
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int piece = from; piece < to; piece++) {
      switch (kind) {
        case FORWARD, DATA -> product(piece / blocks * shared, piece % blocks * block, worker);
        case WEIGHTS -> weights(piece / blocks, piece % blocks * block, worker);
        case BIAS -> bias(piece, y, yAt + piece * PANEL, count, ldy);
        case TRANSPOSE -> Transposed.panel(layout, turned, w, wAt, y, yAt, piece);
      }
    }
  }

  /// Y = init + X W, some rows and the panels of a piece
  private void product(int firstPanel, int first, int worker) {
    int rows = Math.min(block, count - first);
    int end = Math.min(layout.panels(), firstPanel + shared);
    float[] copy = copies[worker];
    for (int k = 0; k == 0 || k < layout.inputs(); k += INNER) {
      int inner = Math.min(INNER, layout.inputs() - k);
      int from = xAt + first * ldx + k;
      if (shared > 1) {
        products.pack(rows, Sizes.stride(inner), x, from, ldx, copy, 0, COPIED_ROW);
      }
      for (int panel = firstPanel; panel < end; panel++) {
        int width = layout.width(panel);
        int at = wAt + layout.panelOffset(panel) + k * width * Sizes.LANES;
        int to = yAt + first * ldy + panel * PANEL;
        boolean begins = k == 0;
        float[] initial = begins ? init : y;
        int i = begins ? initAt + panel * initPanel + first * initRow : to;
        int row = begins ? initRow : ldy;
        if (shared > 1) {
          products.multiplyPacked(
              width, rows, inner, copy, 0, COPIED_ROW, w, at, initial, i, row, y, to, ldy);
        } else {
          products.multiply(
              width, rows, 1, inner, x, from, ldx, 0, w, at, initial, i, row, y, to, ldy);
        }
      }
    }
  }

  /// dW += Xᵀ dY, some inputs and one panel
  private void weights(int panel, int first, int worker) {
    int columns = layout.width(panel) * Sizes.LANES;
    int inputs = Math.min(block, layout.inputs() - first);
    boolean gathers = inputs >= BLOCK && ldy > columns;
    float[] own = gathers ? gathered(worker) : y;
    for (int row = 0; row < count; row += ROWS) {
      int rows = Math.min(ROWS, count - row);
      int from = yAt + row * ldy + panel * PANEL;
      if (gathers) {
        for (int r = 0; r < rows; r++) {
          System.arraycopy(y, from + r * ldy, own, r * PANEL, columns);
        }
      }
      int at = gathers ? 0 : from;
      int ld = gathers ? PANEL : ldy;
      if (first == 0 && bias.length > 0) {
        bias(panel, own, at, rows, ld); // while they are in cache
      }
      products.multiplyTransposed(
          layout.width(panel),
          inputs,
          rows,
          x,
          xAt + row * ldx + first,
          ldx,
          own,
          at,
          ld,
          w,
          wAt + layout.panelOffset(panel) + first * columns,
          columns);
    }
  }

  /// Scratch for a panel of gradients; made once for each worker.
  private float[] gathered(int worker) {
    float[] own = gathered[worker];
    if (own.length == 0) {
      own = new float[ROWS * PANEL];
      gathered[worker] = own;
    }
    return own;
  }

  /// db += Σ dY, one panel, some rows: a product with an input that is 1, whose sums stay in
  /// registers.
  private void bias(int panel, float[] dy, int from, int rows, int ld) {
    int to = biasAt + panel * PANEL;
    products.multiplyTransposed(
        layout.width(panel), 1, rows, ONE, 0, 0, dy, from, ld, bias, to, PANEL);
  }
}
