package io.github.carouselml.cell;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Products.LANES;

import io.github.carouselml.kernel.Elementwise;
import java.util.Arrays;

/// The layer norms of an LSTM, on whole rows (the reference in double is [LayerNormReference]):
/// ```
/// a = gainW LN(W x) + gainR LN(R h') + b          over all gates of a row
/// m = gainC LN(c) + biasC                         over its cells
/// ```
/// A row has its real units only, in the order in which they lie in panels: group, block of units,
/// gate, lane. It is brought together from there, unless it is one group's whole panels and the
/// kernels take it as it lies. What LN made stays in the place of the product, its scale among the
/// row's numbers.
final class CellNorms {
  private static final float ε = 1e-5f;

  /// What a row keeps: the scales of W x, of R h' and of c.
  static final int NUMBERS = 3;

  /// The gates of each of the groups that one product is made of.
  private final int[] gates;

  private final int all;

  CellNorms(int... gates) {
    this.gates = gates;
    all = Arrays.stream(gates).sum();
  }

  /// a, from the products W x in the first groups of z and R h' in the next; a is the third.
  void forwardGates(CellBlock s, int gainW, int gainR, int b) {
    int count = all * s.units;
    Columns k = s.beginRow(count);
    Elementwise kernels = k.kernels();
    if (gates.length == 1 && inPanels(kernels, count)) {
      forwardGatePanels(s, kernels, count / Z_ROW, gainW, gainR, b);
      return;
    }
    float[] gW = vector(s, k, gainW);
    float[] gR = vector(s, k, gainR);
    float[] bias = vector(s, k, b);
    float[] x = k.spare();
    float[] n = k.spare();
    float[] a = k.spare();
    int g = gates.length;
    for (int r = 0; r < s.rows; r++) {
      int numbers = s.rowNumbersAt + r * NUMBERS;
      product(s, k, 0, r, x);
      s.rowNumbers[numbers] = kernels.layerNorm(x, 0, gW, 0, bias, 0, ε, n, 0, a, 0, count);
      keep(s, k, 0, r, n);
      product(s, k, g, r, x);
      s.rowNumbers[numbers + 1] = kernels.layerNorm(x, 0, gR, 0, a, 0, ε, n, 0, a, 0, count);
      keep(s, k, g, r, n);
      keep(s, k, 2 * g, r, a);
    }
  }

  private static boolean inPanels(Elementwise kernels, int count) {
    return count % Z_ROW == 0 && kernels.normsPanels();
  }

  private static void forwardGatePanels(
      CellBlock s, Elementwise kernels, int panels, int gainW, int gainR, int b) {
    float[] z = s.z;
    int next = s.zPanel;
    for (int r = 0; r < s.rows; r++) {
      int numbers = s.rowNumbersAt + r * NUMBERS;
      int w = s.zAt[0] + r * Z_ROW;
      int u = s.zAt[1] + r * Z_ROW;
      int a = s.zAt[2] + r * Z_ROW;
      s.rowNumbers[numbers] =
          kernels.layerNormPanels(
              panels,
              z,
              w,
              next,
              s.vectors[gainW],
              s.vectorAt[gainW],
              s.vectors[b],
              s.vectorAt[b],
              Z_ROW,
              ε,
              z,
              w,
              next,
              z,
              a,
              next);
      s.rowNumbers[numbers + 1] =
          kernels.layerNormPanels(
              panels,
              z,
              u,
              next,
              s.vectors[gainR],
              s.vectorAt[gainR],
              z,
              a,
              next,
              ε,
              z,
              u,
              next,
              z,
              a,
              next);
    }
  }

  /// The gradients of the two products, from δ in the third groups.
  void backwardGates(CellBlock s, int gainW, int gainR) {
    int count = all * s.units;
    Columns k = s.beginRow(count);
    Elementwise kernels = k.kernels();
    if (gates.length == 1 && inPanels(kernels, count)) {
      backwardGatePanels(s, kernels, count / Z_ROW, gainW, gainR);
      return;
    }
    float[] gW = vector(s, k, gainW);
    float[] gR = vector(s, k, gainR);
    float[] δ = k.spare();
    float[] n = k.spare();
    int g = gates.length;
    for (int r = 0; r < s.rows; r++) {
      int numbers = s.rowNumbersAt + r * NUMBERS;
      product(s, k, 2 * g, r, δ);
      product(s, k, 0, r, n);
      float scale = s.rowNumbers[numbers];
      kernels.layerNormGradient(n, 0, scale, gW, 0, δ, 0, n, 0, count, false);
      gradient(s, k, 0, r, n);
      product(s, k, g, r, n);
      scale = s.rowNumbers[numbers + 1];
      kernels.layerNormGradient(n, 0, scale, gR, 0, δ, 0, n, 0, count, false);
      gradient(s, k, g, r, n);
    }
  }

  private static void backwardGatePanels(
      CellBlock s, Elementwise kernels, int panels, int gainW, int gainR) {
    float[] z = s.z;
    int next = s.zPanel;
    for (int r = 0; r < s.rows; r++) {
      int numbers = s.rowNumbersAt + r * NUMBERS;
      int at = r * Z_ROW;
      int δ = s.zAt[2] + at;
      kernels.layerNormGradientPanels(
          panels,
          z,
          s.zAt[0] + at,
          next,
          s.rowNumbers[numbers],
          s.vectors[gainW],
          s.vectorAt[gainW],
          z,
          δ,
          next,
          z,
          s.dAt[0] + at,
          next,
          false);
      kernels.layerNormGradientPanels(
          panels,
          z,
          s.zAt[1] + at,
          next,
          s.rowNumbers[numbers + 1],
          s.vectors[gainR],
          s.vectorAt[gainR],
          z,
          δ,
          next,
          z,
          s.dAt[1] + at,
          next,
          false);
    }
  }

  /// m in group `m`, and LN(c) in the group after it.
  void forwardCell(CellBlock s, int m, int gainC, int biasC) {
    int H = s.units;
    Columns k = s.beginRow(H);
    Elementwise kernels = k.kernels();
    if (inPanels(kernels, H)) {
      forwardCellPanels(s, kernels, H / Z_ROW, m, gainC, biasC);
      return;
    }
    float[] n = k.spare();
    float[] y = k.spare();
    for (int r = 0; r < s.rows; r++) {
      s.rowNumbers[s.rowNumbersAt + r * NUMBERS + 2] =
          kernels.layerNorm(
              s.c,
              s.cAt + r * s.stateRow,
              s.vectors[gainC],
              s.vectorAt[gainC],
              s.vectors[biasC],
              s.vectorAt[biasC],
              ε,
              n,
              0,
              y,
              0,
              H);
      scatter(k, y, 0, 1, H, s.z, s.zAt[m] + r * Z_ROW, s.zPanel);
      scatter(k, n, 0, 1, H, s.z, s.zAt[m + 1] + r * Z_ROW, s.zPanel);
    }
  }

  private static void forwardCellPanels(
      CellBlock s, Elementwise kernels, int panels, int m, int gainC, int biasC) {
    int next = s.zPanel;
    for (int r = 0; r < s.rows; r++) {
      s.rowNumbers[s.rowNumbersAt + r * NUMBERS + 2] =
          kernels.layerNormPanels(
              panels,
              s.c,
              s.cAt + r * s.stateRow,
              Z_ROW,
              s.vectors[gainC],
              s.vectorAt[gainC],
              s.vectors[biasC],
              s.vectorAt[biasC],
              Z_ROW,
              ε,
              s.z,
              s.zAt[m + 1] + r * Z_ROW,
              next,
              s.z,
              s.zAt[m] + r * Z_ROW,
              next);
    }
  }

  /// ∂L/∂c += what came through m, whose gradient lies in its group.
  void backwardCell(CellBlock s, int m, int gainC) {
    int H = s.units;
    Columns k = s.beginRow(H);
    Elementwise kernels = k.kernels();
    if (inPanels(kernels, H)) {
      backwardCellPanels(s, kernels, H / Z_ROW, m, gainC);
      return;
    }
    float[] dm = k.spare();
    float[] n = k.spare();
    float[] gain = s.vectors[gainC];
    int gainAt = s.vectorAt[gainC];
    for (int r = 0; r < s.rows; r++) {
      gather(k, s.z, s.zAt[m] + r * Z_ROW, s.zPanel, 1, H, dm, 0);
      gather(k, s.z, s.zAt[m + 1] + r * Z_ROW, s.zPanel, 1, H, n, 0);
      float scale = s.rowNumbers[s.rowNumbersAt + r * NUMBERS + 2];
      int dc = s.dcAt + r * s.stateRow;
      kernels.layerNormGradient(n, 0, scale, gain, gainAt, dm, 0, s.dc, dc, H, true);
    }
  }

  private static void backwardCellPanels(
      CellBlock s, Elementwise kernels, int panels, int m, int gainC) {
    int next = s.zPanel;
    for (int r = 0; r < s.rows; r++) {
      kernels.layerNormGradientPanels(
          panels,
          s.z,
          s.zAt[m + 1] + r * Z_ROW,
          next,
          s.rowNumbers[s.rowNumbersAt + r * NUMBERS + 2],
          s.vectors[gainC],
          s.vectorAt[gainC],
          s.z,
          s.zAt[m] + r * Z_ROW,
          next,
          s.dc,
          s.dcAt + r * s.stateRow,
          Z_ROW,
          true);
    }
  }

  /// A vector of all gates, whose parts are own vectors from `first` on.
  private float[] vector(CellBlock s, Columns k, int first) {
    float[] to = k.spare();
    int at = 0;
    for (int g = 0; g < gates.length; g++) {
      at = gather(k, s.vectors[first + g], s.vectorAt[first + g], Z_ROW, gates[g], s.units, to, at);
    }
    return to;
  }

  private void product(CellBlock s, Columns k, int group, int r, float[] to) {
    int at = 0;
    for (int g = 0; g < gates.length; g++) {
      int from = s.zAt[group + g] + r * Z_ROW;
      at = gather(k, s.z, from, s.zPanel, gates[g], s.units, to, at);
    }
  }

  private void keep(CellBlock s, Columns k, int group, int r, float[] from) {
    int at = 0;
    for (int g = 0; g < gates.length; g++) {
      int to = s.zAt[group + g] + r * Z_ROW;
      at = scatter(k, from, at, gates[g], s.units, s.z, to, s.zPanel);
    }
  }

  private void gradient(CellBlock s, Columns k, int group, int r, float[] from) {
    int at = 0;
    for (int g = 0; g < gates.length; g++) {
      int to = s.dAt[group + g] + r * Z_ROW;
      at = scatter(k, from, at, gates[g], s.units, s.z, to, s.zPanel);
    }
  }

  /// One row of a group of gates, its padding left out; returns where the next group goes.
  private static int gather(
      Columns k, float[] z, int zAt, int zPanel, int gates, int units, float[] to, int toAt) {
    int panels = units * gates / Z_ROW;
    for (int lane = 0; lane < Z_ROW; lane += LANES) {
      k.kernels().copyRows(z, zAt + lane, zPanel, to, toAt + lane, Z_ROW, panels);
    }
    int at = toAt + panels * Z_ROW;
    for (int block = panels * 4 / gates; block * LANES < units; block++) {
      int from = zAt + block * gates / 4 * zPanel + block * gates % 4 * LANES;
      int lanes = Math.min(LANES, units - block * LANES);
      for (int gate = 0; gate < gates; gate++) {
        System.arraycopy(z, from + gate * LANES, to, at, lanes);
        at += lanes;
      }
    }
    return at;
  }

  /// Puts one back; padding becomes +0.
  private static int scatter(
      Columns k, float[] x, int xAt, int gates, int units, float[] z, int zAt, int zPanel) {
    int panels = units * gates / Z_ROW;
    for (int lane = 0; lane < Z_ROW; lane += LANES) {
      k.kernels().copyRows(x, xAt + lane, Z_ROW, z, zAt + lane, zPanel, panels);
    }
    int at = xAt + panels * Z_ROW;
    for (int block = panels * 4 / gates; block * LANES < units; block++) {
      int to = zAt + block * gates / 4 * zPanel + block * gates % 4 * LANES;
      int lanes = Math.min(LANES, units - block * LANES);
      for (int gate = 0; gate < gates; gate++) {
        System.arraycopy(x, at, z, to + gate * LANES, lanes);
        Arrays.fill(z, to + gate * LANES + lanes, to + (gate + 1) * LANES, 0f);
        at += lanes;
      }
    }
    return at;
  }
}
