package io.github.carouselml.cell;

/// What the element-wise part of a cell works on: some rows of one block of 16 units, at one step.
///
/// The gates of group g lie in `z` from `zAt[g]`, 16 lanes a gate, the next row [#Z_ROW] floats on.
/// States lie `stateRow` floats apart. The caller sets the fields and uses the object again and again,
/// one a thread; a cell reads those that it has.
public final class CellBlock {
  /// A block with nothing bound.
  public CellBlock() {}

  /// The distance of two rows of gates.
  public static final int Z_ROW = 64;

  private static final float[] NONE = {};

  /// How many rows.
  public int rows;

  /// The distance of two rows of every state array.
  public int stateRow;

  /// Forward: pre-activations in, activated gates out. Backward: activated gates in, gradients of the
  /// pre-activations out.
  public float[] z = NONE;

  /// Where each group of gates begins.
  public final int[] zAt = new int[3];

  /// h' [rows, 16]
  public float[] hPrev = NONE;

  public int hPrevAt;

  /// h [rows, 16]
  public float[] h = NONE;

  public int hAt;

  /// c' [rows, 16]
  public float[] cPrev = NONE;

  public int cPrevAt;

  /// c [rows, 16]; may be c' itself
  public float[] c = NONE;

  public int cAt;

  /// What a first stage hands to the second stage's product [rows, 16]: the GRU's r ⊙ h'.
  public float[] m = NONE;

  public int mAt;

  /// ∂L/∂h [rows, 16], complete
  public float[] dh = NONE;

  public int dhAt;

  /// In: ∂L/∂c from the step after. Out: ∂L/∂c' [rows, 16]
  public float[] dc = NONE;

  public int dcAt;

  /// Out: the part of ∂L/∂h' that does not come through R [rows, 16]
  public float[] carry = NONE;

  public int carryAt;

  /// ∂L/∂m [rows, 16], complete
  public float[] dm = NONE;

  public int dmAt;
}
