package io.github.carouselml.spec;

/// What a recurrent layer leaves out at random while it is trained. Predicting, nothing is left
/// out, and zoneout takes its expectation. All rates lie from 0 to below 1.
///
/// @param input variational dropout on the input of every layer: one mask for all steps of a
///     sequence (Gal & Ghahramani 2016)
/// @param recurrent the same on what the recurrent weights multiply, `R (m ⊙ h')`; what reaches
///     `h` past `R` is left whole
/// @param zoneoutHidden how many units of h keep the value of the step before (Krueger et al. 2017)
/// @param zoneoutCell the same of c
/// @param dropConnect how many recurrent weights are dropped, anew for each update (Wan et al.
///     2013; Merity et al. 2018)
public record RecurrentNoise(
    double input, double recurrent, double zoneoutHidden, double zoneoutCell, double dropConnect) {
  public RecurrentNoise {
    Numbers.fraction("rate of input dropout", input);
    Numbers.fraction("rate of recurrent dropout", recurrent);
    Numbers.fraction("zoneout of the hidden state", zoneoutHidden);
    Numbers.fraction("zoneout of the cell state", zoneoutCell);
    Numbers.fraction("rate of DropConnect", dropConnect);
  }

  /// None.
  public RecurrentNoise() {
    this(0, 0, 0, 0, 0);
  }

  public RecurrentNoise withInput(double rate) {
    return new RecurrentNoise(rate, recurrent, zoneoutHidden, zoneoutCell, dropConnect);
  }

  public RecurrentNoise withRecurrent(double rate) {
    return new RecurrentNoise(input, rate, zoneoutHidden, zoneoutCell, dropConnect);
  }

  /// @param cell must be 0 for a cell without c
  public RecurrentNoise withZoneout(double hidden, double cell) {
    return new RecurrentNoise(input, recurrent, hidden, cell, dropConnect);
  }

  public RecurrentNoise withDropConnect(double rate) {
    return new RecurrentNoise(input, recurrent, zoneoutHidden, zoneoutCell, rate);
  }

  /// Whether the cell itself computes otherwise than without: recurrent dropout or zoneout.
  public boolean reachesTheCell() {
    return recurrent > 0 || zonesOut();
  }

  /// Whether there is zoneout, which prediction sees too.
  public boolean zonesOut() {
    return zoneoutHidden > 0 || zoneoutCell > 0;
  }

  /// Refuses what a cell has no place for.
  public void check(CellSpec cell) {
    if (cell instanceof CellSpec.Own own && (reachesTheCell() || dropConnect > 0)) {
      throw own.cannot(
          this + " cannot reach into it: leave out in its step what is to be left out.");
    }
    if (recurrent > 0 && !cell.hasRecurrentWeight()) {
      throw new CarouselException.Request(
          "recurrent dropout " + recurrent + " has no effect on " + cell + ": it has no R");
    }
    if (dropConnect > 0 && !cell.hasRecurrentWeight()) {
      throw new CarouselException.Request(
          "DropConnect " + dropConnect + " has no effect on " + cell + ": it has no R");
    }
    if (zoneoutCell > 0 && !cell.hasCellState()) {
      throw new CarouselException.Request(
          "zoneout "
              + zoneoutCell
              + " of the cell state has no effect on "
              + cell
              + ": it has none");
    }
  }
}
