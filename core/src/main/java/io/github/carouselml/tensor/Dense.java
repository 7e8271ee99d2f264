package io.github.carouselml.tensor;

import org.jspecify.annotations.Nullable;

/// The product of rows with a weight matrix. Every output is one chain of fused multiply-adds.
public interface Dense {
  /// `y = W x + b`: from the bias (or 0), inputs ascending.
  void forward(int rows, Layout.Matrix layout, Slot x, Slot weights, @Nullable Slot bias, Slot y);

  /// Packs `Wᵀ`; its layout is [Layout.Matrix#transposed] of the layout of W.
  void transpose(Layout.Matrix layout, Layout.Matrix turned, Slot weights, Slot transposed);

  /// `dx (+)= Wᵀ dy`: from the present value (or 0), outputs ascending.
  void backwardData(int rows, Layout.Matrix turned, Slot dy, Slot transposed, Slot dx, boolean add);

  /// `dW += dy xᵀ` and `db += dy`: from the present value, rows ascending.
  void backwardWeights(
      int rows,
      Layout.Matrix layout,
      Slot x,
      Slot dy,
      @Nullable Slot weightsGradient,
      @Nullable Slot biasGradient);
}
