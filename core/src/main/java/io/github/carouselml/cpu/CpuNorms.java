package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.tensor.Norms;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// Layer normalisation, rows to the threads; its parameters' gradients, columns to the threads.
final class CpuNorms extends Work implements Norms {
  private enum Kind {
    FORWARD,
    BACKWARD,
    PARAMETERS
  }

  private final Elementwise kernels;

  // the arguments of the running operation
  private Kind kind = Kind.FORWARD;
  private int count;
  private int features;
  private int ld;
  private float epsilon;
  private boolean add;
  private float[] x = {};
  private int xAt;
  private float[] gain = {};
  private int gainAt;
  private float[] bias = {};
  private int biasAt;
  private float[] n = {};
  private int nAt;
  private float[] scale = {};
  private int scaleAt;
  private float[] y = {};
  private int yAt;

  CpuNorms(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  @Override
  public void layer(
      int rows,
      int width,
      float small,
      Slot source,
      Slot gains,
      Slot biases,
      Slot normalised,
      Slot scales,
      Slot target) {
    kind = Kind.FORWARD;
    features = width;
    ld = Sizes.stride(width);
    epsilon = small;
    x = floats(source);
    xAt = at(source);
    gain = floats(gains);
    gainAt = at(gains);
    bias = floats(biases);
    biasAt = at(biases);
    n = floats(normalised);
    nAt = at(normalised);
    scale = floats(scales);
    scaleAt = at(scales);
    y = floats(target);
    yAt = at(target);
    split(rows, ld);
  }

  @Override
  public void layerBackward(
      int rows,
      int width,
      Slot normalised,
      Slot scales,
      Slot gains,
      Slot dy,
      @Nullable Slot dx,
      boolean more,
      @Nullable Slot gainGradient,
      @Nullable Slot biasGradient) {
    features = width;
    ld = Sizes.stride(width);
    count = rows;
    n = floats(normalised);
    nAt = at(normalised);
    scale = floats(scales);
    scaleAt = at(scales);
    x = floats(dy);
    xAt = at(dy);
    if (dx != null) {
      kind = Kind.BACKWARD;
      gain = floats(gains);
      gainAt = at(gains);
      y = floats(dx);
      yAt = at(dx);
      add = more;
      split(rows, ld);
    }
    if (gainGradient != null || biasGradient != null) {
      kind = Kind.PARAMETERS;
      gain = floatsOrNone(gainGradient);
      gainAt = at(gainGradient);
      bias = floatsOrNone(biasGradient);
      biasAt = at(biasGradient);
      split(ld / Sizes.LANES, (long) rows * Sizes.LANES);
    }
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int r = from; r < to; r++) {
      switch (kind) {
        case FORWARD -> {
          int row = r * ld;
          scale[scaleAt + r] =
              kernels.layerNorm(
                  x, xAt + row, gain, gainAt, bias, biasAt, epsilon, n, nAt + row, y, yAt + row,
                  features);
          kernels.fill(0, n, nAt + row + features, ld - features);
          kernels.fill(0, y, yAt + row + features, ld - features);
        }
        case BACKWARD -> {
          int row = r * ld;
          kernels.layerNormGradient(
              n,
              nAt + row,
              scale[scaleAt + r],
              gain,
              gainAt,
              x,
              xAt + row,
              y,
              yAt + row,
              features,
              add);
          kernels.fill(0, y, yAt + row + features, ld - features);
        }
        case PARAMETERS -> columns(r * Sizes.LANES);
      }
    }
  }

  /// dGain += Σ dy n   dBias += Σ dy, for 16 columns
  private void columns(int column) {
    for (int r = 0; r < count; r++) {
      int at = r * ld + column;
      if (gain.length > 0) {
        kernels.multiplyAdd(x, xAt + at, n, nAt + at, gain, gainAt + column, Sizes.LANES);
      }
      if (bias.length > 0) {
        kernels.axpy(1, x, xAt + at, bias, biasAt + column, Sizes.LANES);
      }
    }
  }
}
