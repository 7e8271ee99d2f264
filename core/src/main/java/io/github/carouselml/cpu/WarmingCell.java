package io.github.carouselml.cpu;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.cell.RowKernel;
import io.github.carouselml.kernel.Products;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A cell that starts on plain loops; see [WarmUp].
final class WarmingCell implements CellKernel {
  private static final int FORWARD = 0;
  private static final int BACKWARD = 1;
  private static final int ROW = 2;
  private static final int ROWS = 5;
  private static final int FLOATS = 16 * ROWS * CellBlock.Z_ROW;

  private final CellKernel plain;
  private final CellKernel fast;
  private final WarmUp.Places<CellKernel> places;

  /// The plain kernel until the fast one is compiled; a cell that computes with the element-wise
  /// kernels it is given is the same in both sets.
  static CellKernel of(WarmUp warmUp, CellKernel plain, CellKernel fast) {
    return plain.getClass() == fast.getClass() ? plain : new WarmingCell(warmUp, plain, fast);
  }

  private WarmingCell(WarmUp warmUp, CellKernel plain, CellKernel fast) {
    this.plain = plain;
    this.fast = fast;
    places = warmUp.new Places<>(3, plain, fast);
  }

  private CellKernel serving(int place) {
    CellKernel now = places.get(place);
    return now != null ? now : places.ask(place, exercise(place));
  }

  private Runnable exercise(int place) {
    CellBlock s = new CellBlock();
    s.rows = ROWS;
    s.stateRow = 2 * Products.LANES;
    s.z = new float[FLOATS];
    for (int g = 0; g < s.zAt.length; g++) {
      s.zAt[g] = g * ROWS * CellBlock.Z_ROW;
    }
    s.hPrev = new float[FLOATS];
    s.h = new float[FLOATS];
    s.c = new float[FLOATS];
    s.cPrev = new float[FLOATS];
    s.m = new float[FLOATS];
    s.dh = new float[FLOATS];
    s.dc = new float[FLOATS];
    s.carry = new float[FLOATS];
    s.dm = new float[FLOATS];
    s.zPanel = CellBlock.Z_ROW;
    float[] r = new float[2 * Products.LANES * CellBlock.Z_ROW];
    int stages = fast.shape().stages();
    return switch (place) {
      case FORWARD ->
          () -> {
            for (int stage = 0; stage < stages; stage++) {
              fast.forward(stage, s);
            }
          };
      case BACKWARD ->
          () -> {
            for (int stage = stages - 1; stage >= 0; stage--) {
              fast.backward(stage, s);
            }
          };
      default ->
          () -> {
            RowKernel row = fast.row();
            if (row != null) {
              row.forwardRow(s, 2, Products.LANES, r, 0, 0);
            }
          };
    };
  }

  @Override
  public CellShape shape() {
    return plain.shape();
  }

  @Override
  public boolean carries() {
    return plain.carries();
  }

  @Override
  public List<Integer> vectors() {
    return plain.vectors();
  }

  @Override
  public int rowNumbers() {
    return plain.rowNumbers();
  }

  @Override
  public void forwardRows(int stage, CellBlock s) {
    plain.forwardRows(stage, s);
  }

  @Override
  public void backwardRows(int stage, CellBlock s) {
    plain.backwardRows(stage, s);
  }

  @Override
  public void vectorGradients(CellBlock s) {
    plain.vectorGradients(s);
  }

  @Override
  public void forward(int stage, CellBlock s) {
    serving(FORWARD).forward(stage, s);
  }

  @Override
  public void backward(int stage, CellBlock s) {
    serving(BACKWARD).backward(stage, s);
  }

  @Override
  public @Nullable RowKernel row() {
    return serving(ROW).row();
  }
}
