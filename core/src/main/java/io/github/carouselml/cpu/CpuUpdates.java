package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Reductions;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Slot;
import io.github.carouselml.tensor.Updates;

/// What optimizers do, by blocks of 4096 floats: the blocks of the canonical reductions.
final class CpuUpdates extends Work implements Updates {
  private enum Kind {
    SUM,
    SUM_OF_SQUARES,
    LARGEST,
    NON_FINITE,
    AFFINE,
    CLIP,
    COPY,
    ACCUMULATE,
    SGD,
    MOMENTUM,
    RMS_PROP,
    ADAM
  }

  private final Elementwise kernels;

  // the arguments of the running operation
  private Kind kind = Kind.COPY;
  private int count;
  private double[] partial = {};
  private float[] w = {};
  private int wAt;
  private float[] g = {};
  private int gAt;
  private float[] m = {};
  private int mAt;
  private float[] v = {};
  private int vAt;
  private float scale;
  private float rate;
  private float decay;
  private float momentum;
  private boolean nesterov;
  private float correction;
  private float shrink;
  private float gain1;
  private float gain2;
  private float epsilon;

  CpuUpdates(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  private void run(Kind what, int floats, Slot first, Slot second, Slot third, Slot fourth) {
    kind = what;
    count = floats;
    w = floats(first);
    wAt = at(first);
    g = floats(second);
    gAt = at(second);
    m = floats(third);
    mAt = at(third);
    v = floats(fourth);
    vAt = at(fourth);
    int blocks = Reductions.blocks(floats);
    if (partial.length < blocks) {
      partial = new double[blocks];
    }
    split(blocks, Elementwise.BLOCK);
  }

  /// The sum of the first floats of a slot.
  double sum(int floats, Slot x) {
    run(Kind.SUM, floats, x, x, x, x);
    return Reductions.combine(partial, Reductions.blocks(floats));
  }

  @Override
  public double sumOfSquares(Slot x) {
    run(Kind.SUM_OF_SQUARES, x.size(), x, x, x, x);
    return Reductions.combine(partial, Reductions.blocks(x.size()));
  }

  @Override
  public float largest(Slot x) {
    run(Kind.LARGEST, x.size(), x, x, x, x);
    double largest = 0;
    for (int i = 0; i < Reductions.blocks(x.size()); i++) {
      largest = Math.max(largest, partial[i]);
    }
    return (float) largest;
  }

  @Override
  public int countNonFinite(Slot x) {
    run(Kind.NON_FINITE, x.size(), x, x, x, x);
    return (int) Reductions.combine(partial, Reductions.blocks(x.size()));
  }

  @Override
  public void scale(float alpha, Slot x) {
    scale = alpha;
    run(Kind.AFFINE, x.size(), x, x, x, x);
  }

  @Override
  public void clip(float limit, Slot x) {
    scale = limit;
    run(Kind.CLIP, x.size(), x, x, x, x);
  }

  @Override
  public void copy(Slot x, Slot y) {
    run(Kind.COPY, x.size(), y, x, x, x);
  }

  @Override
  public void accumulate(float alpha, Slot x, Slot y) {
    scale = alpha;
    run(Kind.ACCUMULATE, x.size(), y, x, x, x);
  }

  @Override
  public void sgd(Slot values, Slot gradient, float by, float step, float pull) {
    scale = by;
    rate = step;
    decay = pull;
    run(Kind.SGD, values.size(), values, gradient, gradient, gradient);
  }

  @Override
  public void momentum(
      Slot values,
      Slot gradient,
      Slot velocity,
      float by,
      float step,
      float pull,
      float keep,
      boolean ahead) {
    scale = by;
    rate = step;
    decay = pull;
    momentum = keep;
    nesterov = ahead;
    run(Kind.MOMENTUM, values.size(), values, gradient, velocity, gradient);
  }

  @Override
  public void rmsProp(
      Slot values,
      Slot gradient,
      Slot squares,
      float by,
      float step,
      float pull,
      float gain,
      float small) {
    scale = by;
    rate = step;
    decay = pull;
    gain2 = gain;
    epsilon = small;
    run(Kind.RMS_PROP, values.size(), values, gradient, gradient, squares);
  }

  @Override
  public void adam(
      Slot values,
      Slot gradient,
      Slot means,
      Slot squares,
      float by,
      float step,
      float rootCorrection,
      float pull,
      float shrinking,
      float gainOfMeans,
      float gainOfSquares,
      float small) {
    scale = by;
    rate = step;
    correction = rootCorrection;
    decay = pull;
    shrink = shrinking;
    gain1 = gainOfMeans;
    gain2 = gainOfSquares;
    epsilon = small;
    run(Kind.ADAM, values.size(), values, gradient, means, squares);
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int block = from; block < to; block++) {
      int at = block * Elementwise.BLOCK;
      int n = Reductions.blockSize(count, block);
      int wB = wAt + at;
      int gB = gAt + at;
      int mB = mAt + at;
      int vB = vAt + at;
      switch (kind) {
        case SUM -> partial[block] = kernels.sum(w, wB, n);
        case SUM_OF_SQUARES -> partial[block] = kernels.sumOfSquares(w, wB, n);
        case LARGEST -> partial[block] = kernels.maxAbs(w, wB, n);
        case NON_FINITE -> partial[block] = kernels.countNonFinite(w, wB, n);
        case AFFINE -> kernels.forward(Unary.AFFINE, scale, 0, w, wB, w, wB, n);
        case CLIP -> kernels.forward(Unary.CLIP, -scale, scale, w, wB, w, wB, n);
        case COPY -> kernels.copy(g, gB, w, wB, n);
        case ACCUMULATE -> kernels.axpy(scale, g, gB, w, wB, n);
        case SGD -> kernels.sgd(w, wB, g, gB, n, scale, rate, decay);
        case MOMENTUM ->
            kernels.momentum(w, wB, g, gB, m, mB, n, scale, rate, decay, momentum, nesterov);
        case RMS_PROP ->
            kernels.rmsProp(w, wB, g, gB, v, vB, n, scale, rate, decay, gain2, epsilon);
        case ADAM ->
            kernels.adam(
                w,
                wB,
                g,
                gB,
                m,
                mB,
                v,
                vB,
                n,
                scale,
                rate,
                correction,
                decay,
                shrink,
                gain1,
                gain2,
                epsilon);
      }
    }
  }
}
