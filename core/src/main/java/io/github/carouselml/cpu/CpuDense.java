package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.tensor.Dense;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// Dense products, element by element.
final class CpuDense implements Dense {
  @Override
  public void forward(
      int rows, Layout.Matrix layout, Slot x, Slot weights, @Nullable Slot bias, Slot y) {
    float[] X = floats(x);
    float[] W = floats(weights);
    float[] b = floatsOrNone(bias);
    float[] Y = floats(y);
    int ldx = Sizes.stride(layout.inputs());
    int ldy = Sizes.stride(layout.units());
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < ldy; o++) {
        float sum = bias == null ? 0 : b[at(bias) + o];
        for (int k = 0; k < layout.inputs(); k++) {
          sum =
              Math.fma(X[x.offset() + r * ldx + k], W[weights.offset() + place(layout, o, k)], sum);
        }
        Y[y.offset() + r * ldy + o] = sum;
      }
    }
  }

  private static int place(Layout.Matrix layout, int output, int input) {
    int vector = output / Sizes.LANES;
    int panel = vector / Layout.Matrix.PANEL_VECTORS;
    return layout.panelOffset(panel)
        + (input * layout.width(panel) + vector % Layout.Matrix.PANEL_VECTORS) * Sizes.LANES
        + output % Sizes.LANES;
  }

  @Override
  public void transpose(Layout.Matrix layout, Slot weights, Slot transposed) {
    float[] W = floats(weights);
    float[] Wt = floats(transposed);
    Layout.Matrix turned = turned(layout);
    for (int k = 0; k < Sizes.stride(layout.inputs()); k++) {
      for (int o = 0; o < turned.inputs(); o++) {
        Wt[transposed.offset() + place(turned, k, o)] =
            k < layout.inputs() ? W[weights.offset() + place(layout, o, k)] : 0;
      }
    }
  }

  static Layout.Matrix turned(Layout.Matrix layout) {
    return new Layout.Matrix(layout.inputs(), layout.vectors() * Sizes.LANES);
  }

  @Override
  public void backwardData(
      int rows, Layout.Matrix layout, Slot dy, Slot transposed, Slot dx, boolean add) {
    float[] DX = floats(dx);
    float[] Wt = floats(transposed);
    float[] DY = floats(dy);
    Layout.Matrix turned = turned(layout);
    int ldx = Sizes.stride(layout.inputs());
    int ldy = turned.inputs();
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < ldx; k++) {
        float sum = add ? DX[dx.offset() + r * ldx + k] : 0;
        for (int o = 0; o < ldy; o++) {
          sum =
              Math.fma(
                  DY[dy.offset() + r * ldy + o],
                  Wt[transposed.offset() + place(turned, k, o)],
                  sum);
        }
        DX[dx.offset() + r * ldx + k] = sum;
      }
    }
  }

  @Override
  public void backwardWeights(
      int rows,
      Layout.Matrix layout,
      Slot x,
      Slot dy,
      @Nullable Slot weightsGradient,
      @Nullable Slot biasGradient) {
    float[] X = floats(x);
    float[] DY = floats(dy);
    int ldx = Sizes.stride(layout.inputs());
    int ldy = Sizes.stride(layout.units());
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < ldy; o++) {
        float d = DY[dy.offset() + r * ldy + o];
        if (biasGradient != null) {
          floats(biasGradient)[biasGradient.offset() + o] += d;
        }
        for (int k = 0; k < layout.inputs() && weightsGradient != null; k++) {
          int at = weightsGradient.offset() + place(layout, o, k);
          float[] DW = floats(weightsGradient);
          DW[at] = Math.fma(X[x.offset() + r * ldx + k], d, DW[at]);
        }
      }
    }
  }
}
