package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.cell.GateGroup;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// One group of gates of a recurrent plan: where its weights lie, and its products.
///
/// `z [panel, rows, 64]` holds its pre-activations, gates or gradients. Products run over panels of
/// `W` and `R`, and backward over panels of their transposed copies.
final class GatePlan {
  private static final int ROW = 64;

  /// The inner dimension of a backward product is cut after this many panels, 512 floats, so that
  /// the part of the transposed weights that several tiles of rows read stays in the second cache.
  private static final int INNER_PANELS = 8;

  /// In place of the distance of the panels of δ.
  static final int PACKED = 0;

  private static final float[] ZERO = new float[ROW];

  final GateGroup group;

  /// Where its parameters stand among the cell's; -1 where it has none.
  final int inputWeight;

  final int recurrentWeight;
  final int bias;
  final int panels;
  final Layout.Matrix input;
  final Layout.Matrix recurrent;
  final Layout.Matrix inputTurned;
  final Layout.Matrix recurrentTurned;
  final float[] inputTransposed;
  final float[] recurrentTransposed;

  private final int biasPanel;

  // where it begins in its parameters, after the groups before it
  private int wBegin;
  private int rBegin;
  private int bBegin;

  // bound for a pass
  float[] w = ZERO;
  int wAt;
  float[] r = ZERO;
  int rAt;
  float[] b = ZERO;
  int bAt;
  int zAt;

  /// Where its gradients begin in z, zAt unless the group is kept.
  int dAt;

  /// Where the gradients of the step after an interval begin, see [SweepBackward].
  int edgeAt;

  GatePlan(
      GateGroup group,
      CellSpec cell,
      List<ParameterSpec> specs,
      int inputs,
      boolean backward,
      boolean needDx,
      Memory memory) {
    this.group = group;
    boolean projected = group.operand() == GateGroup.Operand.PROJECTED;
    int units = projected ? cell.outputSize() : cell.hiddenSize();
    boolean state = group.operand() == GateGroup.Operand.STATE;
    int operands = state ? cell.outputSize() : cell.hiddenSize();
    inputWeight = group.input() ? place(specs, CellParameters.INPUT_WEIGHT) : -1;
    String weight = projected ? CellParameters.PROJECTION_WEIGHT : CellParameters.RECURRENT_WEIGHT;
    recurrentWeight = hasOperand() ? place(specs, weight) : -1;
    String biasName = group.input() ? CellParameters.BIAS : CellParameters.RECURRENT_BIAS;
    bias = group.bias() ? place(specs, biasName) : -1;
    biasPanel = group.bias() ? ROW : 0;
    input = new Layout.Matrix(group.gates(), units, inputs);
    recurrent = new Layout.Matrix(group.gates(), units, operands);
    panels = input.panels();
    inputTurned = input.transposed();
    recurrentTurned = recurrent.transposed();
    inputTransposed = memory.takeAligned(needDx && group.input() ? inputTurned.packedSize() : 0);
    recurrentTransposed =
        memory.takeAligned(backward && hasOperand() ? recurrentTurned.packedSize() : 0);
  }

  private static int place(List<ParameterSpec> specs, String name) {
    for (int p = 0; p < specs.size(); p++) {
      if (specs.get(p).name().equals(name)) {
        return p;
      }
    }
    throw new IllegalStateException("The cell has no " + name + ": " + specs);
  }

  /// Takes its place behind the groups before it in the parameters that they share.
  void follow(GatePlan[] before, int count) {
    for (int g = 0; g < count; g++) {
      GatePlan other = before[g];
      wBegin += inputWeight >= 0 && other.inputWeight >= 0 ? other.input.packedSize() : 0;
      rBegin += recurrentWeight == other.recurrentWeight ? other.recurrent.packedSize() : 0;
      bBegin += bias == other.bias ? other.input.vectors() * Sizes.LANES : 0;
    }
  }

  void bind(Slot[] parameters) {
    if (inputWeight >= 0) {
      w = floats(parameters[inputWeight]);
      wAt = at(parameters[inputWeight]) + wBegin;
    }
    if (recurrentWeight >= 0) {
      r = floats(parameters[recurrentWeight]);
      rAt = at(parameters[recurrentWeight]) + rBegin;
    }
    if (bias >= 0) {
      b = floats(parameters[bias]);
      bAt = at(parameters[bias]) + bBegin;
    }
  }

  /// Where this group's part of a gradient begins.
  int inputGradient(Slot gradient) {
    return at(gradient) + wBegin;
  }

  int recurrentGradient(Slot gradient) {
    return at(gradient) + rBegin;
  }

  int biasGradient(Slot gradient) {
    return at(gradient) + bBegin;
  }

  boolean hasOperand() {
    return group.operand() != GateGroup.Operand.NONE;
  }

  /// The floats of z for this many rows.
  long zFloats(long rows) {
    return panels * rows * ROW;
  }

  /// `z = b + W x` for one panel.
  void project(
      Products products, int panel, int rows, float[] x, int xAt, int xRow, float[] z, int at) {
    products.multiply(
        input.width(panel),
        rows,
        1,
        input.inputs(),
        x,
        xAt,
        xRow,
        0,
        w,
        wAt + input.panelOffset(panel),
        b,
        bAt + panel * biasPanel,
        0,
        z,
        at,
        ROW);
  }

  /// `z += R h'` for one panel, from the bias where there is no input product.
  void recur(
      Products products, int panel, int rows, float[] h, int hAt, int hRow, float[] z, int at) {
    boolean fromZ = group.input();
    products.multiply(
        recurrent.width(panel),
        rows,
        1,
        recurrent.inputs(),
        h,
        hAt,
        hRow,
        0,
        r,
        rAt + recurrent.panelOffset(panel),
        fromZ ? z : b,
        fromZ ? at : bAt + panel * biasPanel,
        fromZ ? ROW : 0,
        z,
        at,
        ROW);
  }

  /// `out += Rᵀ δ` for one panel of 64 outputs; δ begins at `δAt`, its panels lie `δPanel` apart,
  /// which is [#PACKED] if [PackedGradients] holds it.
  void recurBack(
      Products products,
      int q,
      int rows,
      float[] δ,
      int δAt,
      int δPanel,
      float[] out,
      int at,
      int ld) {
    float[] turned = recurrentTransposed;
    back(products, recurrentTurned, turned, q, rows, δ, δAt, δPanel, out, at, ld, out, at, ld);
  }

  /// `out (+)= Wᵀ δ` for one panel of 64 outputs, δ as in [#recurBack].
  void projectBack(
      Products products,
      int q,
      int rows,
      float[] δ,
      int δAt,
      int δPanel,
      float[] out,
      int at,
      int ld,
      boolean add) {
    float[] init = add ? out : ZERO;
    int initAt = add ? at : 0;
    int initLd = add ? ld : 0;
    float[] turned = inputTransposed;
    back(products, inputTurned, turned, q, rows, δ, δAt, δPanel, init, initAt, initLd, out, at, ld);
  }

  private void back(
      Products products,
      Layout.Matrix turned,
      float[] transposed,
      int q,
      int rows,
      float[] δ,
      int δAt,
      int δPanel,
      float[] init,
      int initAt,
      int initLd,
      float[] out,
      int at,
      int ld) {
    int vectors = turned.width(q);
    int bq = Memory.FIRST + turned.panelOffset(q);
    int columns = turned.inputs();
    float[] from = init;
    int fromAt = initAt;
    int fromLd = initLd;
    for (int k = 0; k < columns; ) {
      int n = Math.min(INNER_PANELS * ROW, columns - k);
      int b = bq + k * vectors * Sizes.LANES;
      if (δPanel == PACKED) {
        int a = δAt + Products.PACKED_ROWS * k;
        products.multiplyPacked(
            vectors, rows, n, δ, a, columns, transposed, b, from, fromAt, fromLd, out, at, ld);
      } else {
        int outer = Math.max(1, n / ROW); // a last panel that is not whole goes by itself
        int inner = Math.min(ROW, n);
        n = outer * inner;
        int a = δAt + k / ROW * δPanel;
        products.multiply(
            vectors,
            rows,
            outer,
            inner,
            δ,
            a,
            ROW,
            δPanel,
            transposed,
            b,
            from,
            fromAt,
            fromLd,
            out,
            at,
            ld);
      }
      k += n;
      from = out;
      fromAt = at;
      fromLd = ld;
    }
  }
}
