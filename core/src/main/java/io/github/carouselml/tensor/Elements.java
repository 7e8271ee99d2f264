package io.github.carouselml.tensor;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.kernel.Unary;

/// Operations that treat every element, or every row, of a grid alike.
public interface Elements {
  /// Every float of the slot becomes `value`.
  void fill(Slot y, float value);

  /// `y = 0`, all floats of the grid.
  void clear(int rows, int features, Slot y);

  /// `y = x`, all floats of the grid.
  void copy(int rows, int features, Slot x, Slot y);

  /// `y += x`, all floats of the grid.
  void accumulate(int rows, int features, Slot x, Slot y);

  /// `y = f(x; p, q)`. y may be x.
  void unary(Unary f, float p, float q, int rows, int features, Slot x, Slot y);

  /// `dx (+)= dy f'(kept)`, where `kept` is x or y as [Unary#keeps] says (and is not read where
  /// nothing is kept).
  void unaryBackward(
      Unary f, float p, float q, int rows, int features, Slot kept, Slot dy, Slot dx, boolean add);

  /// `y = f(a, b)`. y may be a or b, and a may be b.
  void binary(Binary f, int rows, int features, Slot a, Slot b, Slot y);

  /// `da (+)= dy ∂f/∂a`.
  void binaryBackwardFirst(
      Binary f, int rows, int features, Slot a, Slot b, Slot dy, Slot da, boolean add);

  /// `db (+)= dy ∂f/∂b`.
  void binaryBackwardSecond(
      Binary f, int rows, int features, Slot a, Slot b, Slot dy, Slot db, boolean add);

  /// `y (+)= w x`, each row times its own number; w is a grid of one feature.
  void multiplyRows(int rows, int features, Slot w, Slot x, Slot y, boolean add);

  /// `y (+)= Σ_f a b` for each row; y is a grid of one feature.
  void dotRows(int rows, int features, Slot a, Slot b, Slot y, boolean add);

  /// `y = softmax(x)` over the features of each row.
  void softmax(int rows, int features, Slot x, Slot y);

  /// `dx (+)= y (dy - Σ_f dy y)`.
  void softmaxBackward(int rows, int features, Slot y, Slot dy, Slot dx, boolean add);

  /// `y (+)= x / (1 - rate)` where the element is kept, 0 where it is dropped. What is kept depends
  /// on the stream, the update, the id of the sequence, the step and the unit alone; `shared` uses
  /// one mask for all steps of a sequence. `steps` says whether the grid has one row per real step
  /// of `rows`, or one per sequence. The backward pass is the same on gradients.
  void dropout(
      Rows rows,
      boolean steps,
      boolean shared,
      int features,
      float rate,
      Random random,
      int update,
      Slot x,
      Slot y,
      boolean add);

  /// `y = 1 / (1 - rate)` where a weight is kept, 0 where it is dropped, packed like the matrix of
  /// `outputs` x `inputs` that the layout lays out; padding becomes 0. What is kept depends on the
  /// stream, the update and the place in the canonical matrix alone.
  void weightMask(
      Layout layout, int outputs, int inputs, float rate, Random random, int update, Slot y);
}
