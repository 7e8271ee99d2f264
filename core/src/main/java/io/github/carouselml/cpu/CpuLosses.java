package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Functions;
import io.github.carouselml.kernel.Penalty;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Losses;
import io.github.carouselml.tensor.RunningSum;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// Losses and their derivatives, by ranges of rows.
final class CpuLosses extends Work implements Losses {
  /// What is added to a standard deviation, so that it is never 0.
  private static final float LEAST_DEVIATION = 1e-4f;

  /// ln(2π)/2
  private static final float HALF_LOG_TAU = 0.9189385f;

  private static final LossSpec CROSS_ENTROPY = new LossSpec.CrossEntropy();

  private final Elementwise kernels;
  private final CpuUpdates sums;

  // the arguments of the running operation
  private LossSpec loss = CROSS_ENTROPY;
  private int first;
  private int[] classes = {};
  private int targets;
  private int ld; // of predictions and values
  private int targetLd;
  private int weightLd;
  private float[] p = {};
  private int pAt;
  private float[] t = {};
  private int tAt;
  private float[] w = {};
  private int wAt;
  private float[] value = {};
  private int valueAt;
  private int slopeAt;
  private float[] gradient = {};
  private int gradientAt;
  private float scale;
  private boolean derive;
  private boolean add;
  private boolean oneWeight;

  CpuLosses(Engine engine, CpuUpdates sums) {
    super(engine);
    this.kernels = engine.elementwise();
    this.sums = sums;
  }

  @Override
  public double sum(int count, Slot x) {
    return sums.sum(count, x);
  }

  @Override
  public void add(int count, Slot x, RunningSum sum) {
    sum.add(floats(x), at(x), count);
  }

  @Override
  public void pointwise(
      LossSpec spec,
      int rows,
      int width,
      Slot prediction,
      Slot target,
      @Nullable Slot weight,
      int weightFeatures,
      Slot values,
      @Nullable Slot slopes,
      float factor,
      boolean more) {
    loss = spec;
    targets = width;
    int predictions = width * spec.outputBlocks();
    ld = Sizes.stride(predictions);
    targetLd = Sizes.stride(width);
    weightLd = Sizes.stride(weightFeatures);
    p = floats(prediction);
    pAt = at(prediction);
    t = floats(target);
    tAt = at(target);
    w = floatsOrNone(weight);
    wAt = at(weight);
    value = floats(values);
    valueAt = at(values);
    slopeAt = valueAt + rows * ld;
    derive = slopes != null;
    gradient = floatsOrNone(slopes);
    gradientAt = at(slopes);
    scale = factor;
    add = more;
    oneWeight = weightFeatures == 1;
    split(rows, 4L * ld);
  }

  @Override
  public void softmaxCrossEntropy(
      int from,
      int rows,
      int count,
      int[] target,
      @Nullable Slot weight,
      Slot logits,
      Slot values,
      boolean slopes,
      float factor) {
    loss = CROSS_ENTROPY;
    first = from;
    targets = count;
    classes = target;
    ld = Sizes.stride(count);
    w = floatsOrNone(weight);
    wAt = at(weight);
    p = floats(logits);
    pAt = at(logits);
    value = floats(values);
    valueAt = at(values);
    derive = slopes;
    scale = factor;
    split(rows, 4L * ld);
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int r = from; r < to; r++) {
      if (loss instanceof LossSpec.CrossEntropy) {
        crossEntropy(r);
      } else {
        pointwise(r);
      }
    }
  }

  private void pointwise(int r) {
    int y = pAt + r * ld;
    int v = valueAt + r * ld;
    int d = slopeAt + r * ld;
    int target = tAt + r * targetLd;
    switch (loss) {
      case LossSpec.Squared() -> penalty(Penalty.SQUARED, 0, y, target, v, d);
      case LossSpec.Absolute() -> penalty(Penalty.ABSOLUTE, 0, y, target, v, d);
      case LossSpec.Huber(double delta) -> penalty(Penalty.HUBER, (float) delta, y, target, v, d);
      case LossSpec.Quantile(var levels) -> {
        for (int block = 0; block < levels.size(); block++) {
          int at = block * targets;
          float level = levels.get(block).floatValue();
          penalty(Penalty.QUANTILE, level, y + at, target, v + at, d + at);
        }
      }
      case LossSpec.Gaussian() -> gaussian(y, target, v, d);
      case LossSpec.CrossEntropy() -> throw new IllegalStateException("not element by element");
    }
    weigh(r, v, d);
  }

  private void penalty(Penalty f, float parameter, int y, int target, int v, int d) {
    kernels.penalty(f, parameter, p, y, t, target, value, v, value, d, targets);
  }

  /// e = (t - mean) / deviation, l = e²/2 + ln(deviation) + ln(2π)/2, deviation = softplus(s) +
  /// 1e-4
  private void gaussian(int y, int target, int v, int d) {
    for (int j = 0; j < targets; j++) {
      float mean = p[y + j];
      float s = p[y + targets + j];
      float deviation = Functions.softplus(s) + LEAST_DEVIATION;
      float e = (t[target + j] - mean) / deviation;
      value[v + j] = Math.fma(0.5f * e, e, Functions.log(deviation) + HALF_LOG_TAU);
      value[v + targets + j] = 0;
      // dl/dmean = -e / deviation   dl/ddeviation = (1 - e²) / deviation   ddeviation/ds = σ(s)
      value[d + j] = -e / deviation;
      value[d + targets + j] = Math.fma(-e, e, 1) / deviation * Functions.sigmoid(s);
    }
  }

  /// v = w v, dp (+)= scale w d; nothing that is not finite passes a weight of 0
  private void weigh(int r, int v, int d) {
    int blocks = loss.outputBlocks();
    int end = blocks * targets;
    int weight = wAt + r * weightLd;
    if (w.length > 0) {
      for (int block = 0; block < blocks; block++) {
        for (int j = 0; j < targets; j++) {
          float by = w[oneWeight ? weight : weight + j];
          int i = block * targets + j;
          value[v + i] = by == 0 ? 0 : by * value[v + i];
          value[d + i] = by == 0 ? 0 : by * value[d + i];
        }
      }
    }
    kernels.fill(0, value, v + end, ld - end);
    if (derive) {
      int g = gradientAt + r * ld;
      if (!add) {
        kernels.fill(0, gradient, g, ld);
      }
      kernels.axpy(scale, value, d, gradient, g, end);
    }
  }

  /// v = w (ln Σ eᶻ - z_class), z = scale w (softmax(z) - 1[class])
  private void crossEntropy(int r) {
    int row = first + r;
    int z = pAt + r * ld;
    int c = classes[row];
    float by = w.length == 0 ? 1 : w[wAt + row * Sizes.LANES];
    boolean counts = c >= 0 && by != 0;
    float own = counts ? p[z + c] : 0;
    double logSum = kernels.softmax(p, z, p, z, targets);
    value[valueAt + row] = counts ? (float) (by * (logSum - own)) : 0;
    if (derive) {
      float factor = scale * by;
      if (counts) {
        p[z + c] -= 1;
        for (int j = 0; j < targets; j++) {
          p[z + j] *= factor;
        }
      } else {
        kernels.fill(0, p, z, targets);
      }
    }
    kernels.fill(0, p, z + targets, ld - targets);
  }
}
