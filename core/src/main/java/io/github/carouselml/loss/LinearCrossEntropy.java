package io.github.carouselml.loss;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.LinearOp;
import io.github.carouselml.grad.Objective;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Region;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `z = W x + b`, `L = Σ_r w_r (ln Σ_c e^z_rc - z_r,class) / Σ w`: a linear layer, the softmax and
/// the cross-entropy in one, over blocks of rows. The logits of a large vocabulary never exist as a
/// whole: a block's logits become their own gradient and are spent before the next block begins.
///
/// Every sum goes on from block to block in the order of the rows, so the size of a block does not
/// show in the bits.
public final class LinearCrossEntropy extends Objective {
  /// The floats of a block of logits, where that is enough rows.
  private static final int BLOCK_FLOATS = 1 << 18;

  /// Rows of a block at least: each block reads all weights three times and their gradient, which
  /// takes as long as the products of some ten rows (measured at 50,000 classes: 256 rows are 1.3
  /// times faster than 64, and 512 are no faster).
  private static final int BLOCK_ROWS = 256;

  private final Tensor x;
  private final Parameter W;
  private final @Nullable Parameter b;
  private final Indices target;
  private final @Nullable Tensor weight;
  private final Layout.Matrix layout;
  private final Layout.Matrix turned;
  private final int blockRows;
  private final Region logits;
  private final Region values;
  private final Region transposed;
  private Slot[] xBlocks = {};
  private Slot[] dxBlocks = {};

  private LinearCrossEntropy(
      Tensor x,
      Parameter W,
      @Nullable Parameter b,
      Indices target,
      @Nullable Tensor weight,
      float coefficient) {
    super(
        "cross-entropy " + W.name(),
        weight == null ? List.of(x) : List.of(x, weight),
        b == null ? List.of(W) : List.of(W, b),
        coefficient);
    this.x = x;
    this.W = W;
    this.b = b;
    this.target = target;
    this.weight = weight;
    this.layout = LinearOp.matrix(W);
    this.turned = layout.transposed();
    features(x, layout.inputs());
    sameRows(x, target.space());
    if (weight != null) {
      sameRows(weight, x.space());
      features(weight, 1);
    }
    int capacity = tape().capacity(x.space());
    int ld = Sizes.stride(layout.units());
    this.blockRows =
        Math.max(1, Math.min(capacity, Math.max(BLOCK_ROWS, BLOCK_FLOATS / ld & -BLOCK_ROWS)));
    this.logits =
        own("logits of " + blockRows + " rows", Region.Lifetime.RESERVE, blockRows * (long) ld);
    this.values = own("values", Region.Lifetime.RESERVE, capacity);
    this.transposed = own("transposed", Region.Lifetime.BACKWARD, turned.packedSize());
  }

  /// Records the mean cross-entropy of `softmax(W x + b)` with the target classes. A negative class
  /// leaves its row out. Weights are one number a row.
  public static LinearCrossEntropy of(
      Tensor x,
      Parameter W,
      @Nullable Parameter b,
      Indices target,
      @Nullable Tensor weight,
      float coefficient) {
    return record(new LinearCrossEntropy(x, W, b, target, weight, coefficient));
  }

  @Override
  protected boolean byRows() {
    return weight == null || weight.isInput();
  }

  @Override
  protected boolean differentiates(int i) {
    return i == 0;
  }

  @Override
  protected void forward(Operations operations, int update) {
    double total = totalWeight(operations);
    if (xBlocks.length == 0) {
      xBlocks = blocks(x.value());
    }
    for (int from = 0; from < x.rows(); from += blockRows) {
      int rows = Math.min(blockRows, x.rows() - from);
      entropy(operations, from, rows, false, 0);
    }
    result(sum(operations, x.rows(), values.slot()), total);
  }

  @Override
  protected void backward(Operations operations, int update) {
    double total = totalWeight(operations);
    float scale = gradientScale(total);
    Slot dx = gradientOf(0);
    if (xBlocks.length == 0) {
      xBlocks = blocks(x.value());
    }
    if (dx != null && dxBlocks.length == 0) {
      dxBlocks = blocks(dx);
    }
    Slot dW = gradientOf(W);
    Slot db = b == null ? null : gradientOf(b);
    if (dx != null) {
      operations.dense().transpose(layout, turned, W.value(), transposed.slot());
    }
    Slot dz = logits.slot();
    for (int from = 0; from < x.rows(); from += blockRows) {
      int rows = Math.min(blockRows, x.rows() - from);
      int block = from / blockRows;
      // dz = w (softmax(z) - 1[class]) / Σ w
      entropy(operations, from, rows, true, scale);
      // z = W x + b
      if (dx != null) {
        operations
            .dense()
            .backwardData(rows, turned, dz, transposed.slot(), dxBlocks[block], adds(0));
      }
      if (dW != null || db != null) {
        operations.dense().backwardWeights(rows, layout, xBlocks[block], dz, dW, db);
      }
    }
    result(sum(operations, x.rows(), values.slot()), total);
  }

  private void entropy(Operations operations, int from, int rows, boolean derive, float scale) {
    Slot z = logits.slot();
    Slot bias = b == null ? null : b.value();
    operations.dense().forward(rows, layout, xBlocks[from / blockRows], W.value(), bias, z);
    operations
        .losses()
        .softmaxCrossEntropy(
            from,
            rows,
            layout.units(),
            target.present(),
            weight == null ? null : weight.value(),
            z,
            values.slot(),
            derive,
            scale);
  }

  /// The slots of all blocks of rows, made once.
  private Slot[] blocks(Slot whole) {
    int ld = Sizes.stride(x.features());
    int capacity = tape().capacity(x.space());
    Slot[] blocks = new Slot[(capacity + blockRows - 1) / blockRows];
    for (int i = 0; i < blocks.length; i++) {
      int from = i * blockRows;
      int rows = Math.min(blockRows, capacity - from);
      blocks[i] = new Slot(whole.buffer(), whole.offset() + from * ld, rows * ld);
    }
    return blocks;
  }

  private double totalWeight(Operations operations) {
    int[] classes = target.values();
    int counted = 0;
    int rows = x.space().allRows();
    for (int r = 0; r < rows; r++) {
      if (classes[r] >= layout.units()) {
        throw new CarouselException.Data(
            "Class "
                + classes[r]
                + " of "
                + target
                + " in row "
                + r
                + " does not exist: parameter '"
                + W.name()
                + "' knows "
                + layout.units()
                + " classes.");
      }
      counted += classes[r] >= 0 ? 1 : 0;
    }
    if (weight == null) {
      return counted;
    }
    if (counted < rows) {
      throw new CarouselException.Data(
          (rows - counted)
              + " rows of "
              + target
              + " have a negative class, which leaves them out, but rows have weights too. Give"
              + " them weight 0 and any class.");
    }
    return operations.losses().sum(rows * Sizes.LANES, weight.all());
  }
}
