package io.github.carouselml.cell;

import java.util.List;

/// Zoneout around any cell (Krueger et al. 2017), whose step gives h̃ and c̃:
/// ```
/// training     h = d ? h' : h̃             c = e ? c' : c̃             d, e at random
/// predicting   h = p h' + (1 - p) h̃       c = q c' + (1 - q) c̃       the expectation
/// ```
/// The cell sees c' as it was left and its own c̃, which is kept beside c; h̃ is made in place.
public final class Zoneout implements CellKernel {
  private static final float[] NONE = {};

  private final CellKernel cell;
  private final float keptH;
  private final float keptC;
  private final int cellStage;
  private final int lastStage;
  private final float[] candidate;
  private final float[] passedH;
  private final float[] passedC;

  // bound for a pass
  private boolean training;
  private float[] masksH = NONE;
  private int masksHAt;
  private float[] masksC = NONE;
  private int masksCAt;
  private int hAt;
  private int cAt;

  /// @param keptH the rate p
  /// @param keptC the rate q
  /// @param candidate room for c̃, as for c; none where q is 0
  /// @param passedH room for a gradient of h, none without backward passes
  /// @param passedC the same for c, none where q is 0
  public Zoneout(
      CellKernel cell,
      float keptH,
      float keptC,
      float[] candidate,
      float[] passedH,
      float[] passedC) {
    this.cell = cell;
    this.keptH = keptH;
    this.keptC = keptC;
    lastStage = cell.shape().stages() - 1;
    cellStage = cell.shape().cellStage();
    this.candidate = candidate;
    this.passedH = passedH;
    this.passedC = passedC;
  }

  /// Predicts from now on.
  public void predict() {
    training = false;
  }

  /// Trains from now on: a mask of 0 keeps the value of the step before. Masks lie like the rows of
  /// h, which begin at `hAt`, and of c, which begin at `cAt` as those of c̃ do.
  public void train(float[] masksH, int masksHAt, float[] masksC, int masksCAt, int hAt, int cAt) {
    training = true;
    this.masksH = masksH;
    this.masksHAt = masksHAt;
    this.masksC = masksC;
    this.masksCAt = masksCAt;
    this.hAt = hAt;
    this.cAt = cAt;
  }

  @Override
  public CellShape shape() {
    return cell.shape();
  }

  @Override
  public boolean carries() {
    return true;
  }

  @Override
  public List<Integer> vectors() {
    return cell.vectors();
  }

  @Override
  public int rowNumbers() {
    return cell.rowNumbers();
  }

  @Override
  public void forwardRows(int stage, CellBlock s) {
    float[] c = s.c;
    s.c = keptC > 0 ? candidate : c;
    cell.forwardRows(stage, s);
    s.c = c;
  }

  @Override
  public void backwardRows(int stage, CellBlock s) {
    float[] c = s.c;
    s.c = keptC > 0 ? candidate : c;
    cell.backwardRows(stage, s);
    s.c = c;
  }

  @Override
  public void vectorGradients(CellBlock s) {
    float[] c = s.c;
    s.c = keptC > 0 ? candidate : c;
    cell.vectorGradients(s);
    s.c = c;
  }

  @Override
  public void forward(int stage, CellBlock s) {
    float[] c = s.c;
    s.c = keptC > 0 ? candidate : c;
    cell.forward(stage, s);
    s.c = c;
    if (stage == cellStage && keptC > 0) {
      Columns k = s.begin();
      float[] cPrev = s.cPrev();
      float[] y = k.take(candidate, s.cAt, s.stateRow);
      blend(k, keptC, masksC, masksCAt + s.cAt - cAt, s.stateRow, cPrev, y);
      k.put(y, c, s.cAt, s.stateRow);
    }
    if (stage == lastStage && keptH > 0) {
      Columns k = s.begin();
      float[] hPrev = s.hPrev();
      float[] y = k.take(s.h, s.hAt, s.stateRow);
      blend(k, keptH, masksH, masksHAt + s.hAt - hAt, s.stateRow, hPrev, y);
      k.put(y, s.h, s.hAt, s.stateRow);
    }
  }

  /// y = mask ? y : x', or p x' + (1 - p) y
  private void blend(
      Columns k, float p, float[] masks, int maskAt, int row, float[] before, float[] y) {
    if (training) {
      k.select(k.take(masks, maskAt, row), before, y, y);
    } else {
      k.scale(1f - p, y, y);
      k.axpy(p, before, y);
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    // h = d ? h' : h̃
    if (stage == lastStage && keptH > 0) {
      part(s, masksH, masksHAt + s.hAt - hAt, s.dh, s.dhAt, passedH);
    }
    // c = e ? c' : c̃
    if (stage == cellStage && keptC > 0) {
      part(s, masksC, masksCAt + s.cAt - cAt, s.dc, s.dcAt, passedC);
    }
    float[] c = s.c;
    s.c = keptC > 0 ? candidate : c;
    cell.backward(stage, s);
    s.c = c;
    if (cell.carries() ? stage == 0 : stage == lastStage) {
      carry(s);
    }
    if (stage == 0 && keptC > 0) {
      Columns k = s.begin();
      float[] dc = s.dc();
      k.add(dc, k.take(passedC, s.dcAt, s.stateRow), dc);
      s.putDc(dc);
    }
  }

  /// ∂L/∂h' also has what passed the cell by.
  private void carry(CellBlock s) {
    Columns k = s.begin();
    float[] own = cell.carries() ? s.carry() : k.zeros();
    float[] passed = keptH > 0 ? k.take(passedH, s.dhAt, s.stateRow) : k.zeros();
    k.add(own, passed, own);
    s.putCarry(own);
  }

  /// Parts a gradient: into what the cell made, and into what passed by.
  private static void part(
      CellBlock s, float[] masks, int maskAt, float[] d, int dAt, float[] passed) {
    Columns k = s.begin();
    float[] mask = k.take(masks, maskAt, s.stateRow);
    float[] made = k.take(d, dAt, s.stateRow);
    float[] zeros = k.zeros();
    float[] past = k.spare();
    k.select(mask, made, zeros, past);
    k.put(past, passed, dAt, s.stateRow);
    k.select(mask, zeros, made, made);
    k.put(made, d, dAt, s.stateRow);
  }
}
