package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Elements;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;

/// Element-wise operations, by ranges of rows.
final class CpuElements extends Work implements Elements {
  private static final Random NO_RANDOM = new Random(0, Random.Purpose.DROPOUT, 0);

  private enum Kind {
    FILL,
    COPY,
    ACCUMULATE,
    UNARY,
    UNARY_BACKWARD,
    BINARY,
    BINARY_BACKWARD_FIRST,
    BINARY_BACKWARD_SECOND,
    MULTIPLY_ROWS,
    DOT_ROWS,
    SOFTMAX,
    SOFTMAX_BACKWARD,
    DROPOUT
  }

  private final Elementwise kernels;

  // the arguments of the running operation: sources a, b, c, target y, all of rows of ld floats
  private Kind kind = Kind.FILL;
  private Unary unary = Unary.AFFINE;
  private Binary binary = Binary.ADD;
  private float p;
  private float q;
  private int features;
  private int ld;
  private float[] a = {};
  private float[] b = {};
  private float[] c = {};
  private float[] y = {};
  private int aAt;
  private int bAt;
  private int cAt;
  private int yAt;
  private boolean add;
  private Rows batch = new Rows(0, 0);
  private boolean steps;
  private boolean shared;
  private Random random = NO_RANDOM;
  private int update;
  private float[] maskRow = {};

  CpuElements(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  private void run(
      Kind what,
      int rows,
      int width,
      Slot first,
      Slot second,
      Slot third,
      Slot target,
      boolean more) {
    kind = what;
    features = width;
    ld = Sizes.stride(width);
    a = floats(first);
    aAt = at(first);
    b = floats(second);
    bAt = at(second);
    c = floats(third);
    cAt = at(third);
    y = floats(target);
    yAt = at(target);
    add = more;
    split(rows, ld);
  }

  @Override
  public void fill(Slot target, float value) {
    p = value;
    int blocks = (target.size() + Elementwise.BLOCK - 1) / Elementwise.BLOCK;
    kind = Kind.FILL;
    features = target.size();
    y = floats(target);
    yAt = at(target);
    split(blocks, Elementwise.BLOCK);
  }

  @Override
  public void clear(int rows, int width, Slot target) {
    kernels.fill(0, floats(target), at(target), rows * Sizes.stride(width));
  }

  @Override
  public void copy(int rows, int width, Slot x, Slot target) {
    run(Kind.COPY, rows, width, x, x, x, target, false);
  }

  @Override
  public void accumulate(int rows, int width, Slot x, Slot target) {
    run(Kind.ACCUMULATE, rows, width, x, x, x, target, true);
  }

  @Override
  public void unary(Unary f, float fp, float fq, int rows, int width, Slot x, Slot target) {
    unary = f;
    p = fp;
    q = fq;
    run(Kind.UNARY, rows, width, x, x, x, target, false);
  }

  @Override
  public void unaryBackward(
      Unary f, float fp, float fq, int rows, int width, Slot kept, Slot dy, Slot dx, boolean more) {
    unary = f;
    p = fp;
    q = fq;
    run(Kind.UNARY_BACKWARD, rows, width, kept, dy, dy, dx, more);
  }

  @Override
  public void binary(Binary f, int rows, int width, Slot first, Slot second, Slot target) {
    binary = f;
    run(Kind.BINARY, rows, width, first, second, second, target, false);
  }

  @Override
  public void binaryBackwardFirst(
      Binary f, int rows, int width, Slot first, Slot second, Slot dy, Slot da, boolean more) {
    binary = f;
    run(Kind.BINARY_BACKWARD_FIRST, rows, width, first, second, dy, da, more);
  }

  @Override
  public void binaryBackwardSecond(
      Binary f, int rows, int width, Slot first, Slot second, Slot dy, Slot db, boolean more) {
    binary = f;
    run(Kind.BINARY_BACKWARD_SECOND, rows, width, first, second, dy, db, more);
  }

  @Override
  public void multiplyRows(int rows, int width, Slot w, Slot x, Slot target, boolean more) {
    run(Kind.MULTIPLY_ROWS, rows, width, w, x, x, target, more);
  }

  @Override
  public void dotRows(int rows, int width, Slot first, Slot second, Slot target, boolean more) {
    run(Kind.DOT_ROWS, rows, width, first, second, second, target, more);
  }

  @Override
  public void softmax(int rows, int width, Slot x, Slot target) {
    run(Kind.SOFTMAX, rows, width, x, x, x, target, false);
  }

  @Override
  public void softmaxBackward(int rows, int width, Slot result, Slot dy, Slot dx, boolean more) {
    run(Kind.SOFTMAX_BACKWARD, rows, width, result, dy, dy, dx, more);
  }

  @Override
  public void dropout(
      Rows rows,
      boolean perStep,
      boolean oneMask,
      int width,
      float rate,
      Random numbers,
      int updates,
      Slot x,
      Slot target,
      boolean more) {
    batch = rows;
    steps = perStep;
    shared = oneMask;
    p = rate;
    random = numbers;
    update = updates;
    int count = perStep ? rows.count() : rows.sequences();
    run(Kind.DROPOUT, count, width, x, x, x, target, more);
  }

  @Override
  public void weightMask(
      Layout layout,
      int outputs,
      int inputs,
      float rate,
      Random numbers,
      int updates,
      Slot target) {
    if (maskRow.length < inputs) {
      maskRow = new float[inputs];
    }
    float[] to = floats(target);
    kernels.fill(0, to, at(target), target.size());
    for (int o = 0; o < outputs; o++) {
      kernels.mask(numbers, updates, o, 0, rate, maskRow, 0, inputs);
      // the inputs of an output lie equally far apart
      int at = at(target) + layout.packed(o * inputs);
      int apart = inputs == 1 ? 0 : layout.packed(o * inputs + 1) - layout.packed(o * inputs);
      for (int k = 0; k < inputs; k++) {
        to[at + k * apart] = maskRow[k];
      }
    }
  }

  @Override
  void rows(int from, int to, int worker) {
    int aFrom = aAt + from * ld;
    int bFrom = bAt + from * ld;
    int cFrom = cAt + from * ld;
    int yFrom = yAt + from * ld;
    int count = (to - from) * ld;
    switch (kind) {
      case FILL -> {
        int at = from * Elementwise.BLOCK;
        kernels.fill(p, y, yAt + at, (int) Math.min(features, (long) to * Elementwise.BLOCK) - at);
      }
      case COPY -> kernels.copy(a, aFrom, y, yFrom, count);
      case ACCUMULATE -> kernels.axpy(1, a, aFrom, y, yFrom, count);
      case UNARY -> {
        kernels.forward(unary, p, q, a, aFrom, y, yFrom, count);
        kernels.clearPadding(y, yFrom, to - from, features, ld);
      }
      case UNARY_BACKWARD -> {
        kernels.gradient(unary, p, q, a, aFrom, b, bFrom, y, yFrom, count, add);
        kernels.clearPadding(y, yFrom, to - from, features, ld);
      }
      case BINARY -> {
        kernels.forward(binary, a, aFrom, b, bFrom, y, yFrom, count);
        kernels.clearPadding(y, yFrom, to - from, features, ld);
      }
      case BINARY_BACKWARD_FIRST -> {
        kernels.gradientOfFirst(binary, a, aFrom, b, bFrom, c, cFrom, y, yFrom, count, add);
        kernels.clearPadding(y, yFrom, to - from, features, ld);
      }
      case BINARY_BACKWARD_SECOND -> {
        kernels.gradientOfSecond(binary, a, aFrom, b, bFrom, c, cFrom, y, yFrom, count, add);
        kernels.clearPadding(y, yFrom, to - from, features, ld);
      }
      case MULTIPLY_ROWS, DOT_ROWS, SOFTMAX, SOFTMAX_BACKWARD, DROPOUT -> {
        for (int r = from; r < to; r++) {
          row(r);
        }
      }
    }
  }

  private void row(int r) {
    int aRow = aAt + r * ld;
    int bRow = bAt + r * ld;
    int yRow = yAt + r * ld;
    switch (kind) {
      case MULTIPLY_ROWS -> {
        // a is a grid of one feature
        float w = a[aAt + r * Sizes.LANES];
        if (!add) {
          kernels.fill(0, y, yRow, ld);
        }
        kernels.axpy(w, b, bRow, y, yRow, features);
      }
      case DOT_ROWS -> {
        // y is a grid of one feature
        int at = yAt + r * Sizes.LANES;
        float dot = (float) kernels.dot(a, aRow, b, bRow, features);
        if (!add) {
          kernels.fill(0, y, at, Sizes.LANES);
        }
        y[at] += dot;
      }
      case SOFTMAX -> {
        kernels.softmax(a, aRow, y, yRow, features);
        kernels.fill(0, y, yRow + features, ld - features);
      }
      case SOFTMAX_BACKWARD -> {
        kernels.softmaxGradient(a, aRow, b, bRow, y, yRow, features, add);
        kernels.fill(0, y, yRow + features, ld - features);
      }
      case DROPOUT -> {
        int t = steps ? batch.step(r) : 0;
        int rank = steps ? r - batch.first(t) : r;
        int step = shared || !steps ? 0 : batch.begin() + t;
        kernels.dropout(random, update, batch.id(rank), step, p, a, aRow, y, yRow, features, add);
        kernels.fill(0, y, yRow + features, ld - features);
      }
      case FILL,
          COPY,
          ACCUMULATE,
          UNARY,
          UNARY_BACKWARD,
          BINARY,
          BINARY_BACKWARD_FIRST,
          BINARY_BACKWARD_SECOND ->
          throw new IllegalStateException(kind + " does not go row by row.");
    }
  }
}
