package io.github.carouselml.cell;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.Products;

/// What the element-wise part of a cell works on: some rows of one block of 16 units, at one step.
///
/// The gates of group g lie in `z` from `zAt[g]`, 16 lanes a gate, the next row [#Z_ROW] floats on.
/// States lie `stateRow` floats apart. The caller sets the fields and uses the object again and again,
/// one a thread; a cell reads those that it has.
public final class CellBlock {
  /// The distance of two rows of gates.
  public static final int Z_ROW = Products.PANEL;

  /// No cell has more groups.
  public static final int MOST_GROUPS = 10;

  private static final float[] NONE = {};

  private static final float[] ONES = new float[Z_ROW];

  static {
    java.util.Arrays.fill(ONES, 1f);
  }

  /// How many rows.
  public int rows;

  /// How many of the block's lanes are real units; the others stay +0 in every state.
  public int lanes = Products.LANES;

  /// The distance of two rows of every state array.
  public int stateRow;

  /// For [RowKernel]: how many steps, and how far on the next step's gates, h and c lie.
  public int steps = 1;

  public int zStep;
  public int hStep;
  public int cStep;

  /// Forward: pre-activations in, activated gates out. Backward: activated gates in, gradients of the
  /// pre-activations out.
  public float[] z = NONE;

  /// Where each group of gates begins.
  public final int[] zAt = new int[MOST_GROUPS];

  /// Where the gradients of each group begin: the same place, or where the group is kept another.
  public final int[] dAt = new int[MOST_GROUPS];

  /// From one panel of a group to its next.
  public int zPanel;

  /// The units of the cell.
  public int units;

  /// The numbers that each row keeps, [rows, rowNumbers].
  public float[] rowNumbers = NONE;

  public int rowNumbersAt;

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

  /// The cell's own vectors, as [CellKernel#vectors] lists them, and where this block's 16 numbers of
  /// each one's first gate lie; those of the next gate follow.
  public float[][] vectors = {};

  public int[] vectorAt = {};

  /// Where the gradients of the own vectors are added.
  public float[][] dVectors = {};

  public int[] dVectorAt = {};

  private final Columns columns;

  /// A block whose cell computes with these kernels, if it is written in columns.
  public CellBlock(Elementwise kernels) {
    columns = new Columns(kernels);
  }

  /// A block with plain loops.
  public CellBlock() {
    this(new PlainElementwise());
  }

  /// Scratch arrays for a whole row of so many floats.
  Columns beginRow(int floats) {
    columns.begin((floats + Products.LANES - 1) / Products.LANES);
    return columns;
  }

  /// Fresh columns for the rows of this block.
  Columns begin() {
    columns.begin(rows);
    return columns;
  }

  /// The column of one gate.
  float[] gate(int group, int gate) {
    return columns.take(z, zAt[group] + gate * Products.LANES, Z_ROW);
  }

  void putGate(int group, int gate, float[] x) {
    columns.put(x, z, zAt[group] + gate * Products.LANES, Z_ROW);
  }

  /// One gate of an own vector, the same in every row.
  float[] vector(int vector, int gate) {
    return columns.take(vectors[vector], vectorAt[vector] + gate * Products.LANES, 0);
  }

  /// Adds Σ δ n over the rows to the gradients of a gain of a group's gates; n is what `product`
  /// kept.
  void addToGain(int vector, int group, int gates, int product) {
    columns.begin(rows);
    columns.addProducts(
        gates * Products.LANES,
        z,
        zAt[group],
        Z_ROW,
        z,
        zAt[product],
        Z_ROW,
        dVectors[vector],
        dVectorAt[vector]);
  }

  /// Adds Σ δ over the rows to the gradients of a bias of a group's gates.
  void addToBias(int vector, int group, int gates) {
    columns.begin(rows);
    columns.addProducts(
        gates * Products.LANES,
        z,
        zAt[group],
        Z_ROW,
        ONES,
        0,
        0,
        dVectors[vector],
        dVectorAt[vector]);
  }

  float[] hPrev() {
    return columns.take(hPrev, hPrevAt, stateRow);
  }

  float[] cPrev() {
    return columns.take(cPrev, cPrevAt, stateRow);
  }

  float[] c() {
    return columns.take(c, cAt, stateRow);
  }

  float[] dh() {
    return columns.take(dh, dhAt, stateRow);
  }

  float[] dc() {
    return columns.take(dc, dcAt, stateRow);
  }

  float[] dm() {
    return columns.take(dm, dmAt, stateRow);
  }

  float[] carry() {
    return columns.take(carry, carryAt, stateRow);
  }

  /// h = x, its padding +0 whatever the activations make of 0
  void putH(float[] x) {
    columns.clear(lanes, x);
    columns.put(x, h, hAt, stateRow);
  }

  /// c = x, its padding +0
  void putC(float[] x) {
    columns.clear(lanes, x);
    columns.put(x, c, cAt, stateRow);
  }

  /// m = x, its padding +0
  void putM(float[] x) {
    columns.clear(lanes, x);
    columns.put(x, m, mAt, stateRow);
  }

  void putDc(float[] x) {
    columns.put(x, dc, dcAt, stateRow);
  }

  void putCarry(float[] x) {
    columns.put(x, carry, carryAt, stateRow);
  }

  /// Adds Σ δ x of a gate and a state to the gradient of an own vector's gate: one chain over the
  /// rows for each unit.
  void addToVector(int vector, int at, int group, int gate, float[] x, int xAt) {
    columns.begin(rows);
    columns.addProducts(
        Products.LANES,
        z,
        zAt[group] + gate * Products.LANES,
        Z_ROW,
        x,
        xAt,
        stateRow,
        dVectors[vector],
        dVectorAt[vector] + at * Products.LANES);
  }
}
