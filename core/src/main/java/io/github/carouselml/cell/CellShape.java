package io.github.carouselml.cell;

import io.github.carouselml.cell.GateGroup.Operand;
import java.util.List;

/// What a sweep must know of a cell: its groups of gates, and what follows from them.
///
/// @param groups in the order of [CellBlock#zAt] and of the cell's parameters
/// @param stages of a step
/// @param makesOperand whether the stage before the last makes what the last one's product multiplies
/// @param projects whether that product gives the outputs, so that the cell's own stage is the one
///     before the last
/// @param recurs whether a step's units see those of the step before; if not, each unit can run
///     through all steps by itself
public record CellShape(
    List<GateGroup> groups, int stages, boolean makesOperand, boolean projects, boolean recurs) {

  static CellShape of(GateGroup... groups) {
    return of(List.of(groups));
  }

  static CellShape of(List<GateGroup> groups) {
    int last = 0;
    boolean made = false;
    boolean projected = false;
    boolean recurrent = false;
    for (GateGroup group : groups) {
      last = Math.max(last, group.stage());
      projected |= group.operand() == Operand.PROJECTED;
      made |= group.operand().isMade();
      recurrent |= group.operand() != Operand.NONE;
    }
    return new CellShape(List.copyOf(groups), last + 1, made, projected, recurrent);
  }

  /// The last stage whose units are the cell's.
  public int cellStage() {
    return projects ? stages - 2 : stages - 1;
  }
}
