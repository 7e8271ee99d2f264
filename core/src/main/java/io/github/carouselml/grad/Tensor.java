package io.github.carouselml.grad;

import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// An activation `[rows, features]` on a tape: an input or what an operation gave.
public final class Tensor {
  final Tape tape;
  final String name;
  final boolean needsGradient;
  final Region value;
  @Nullable Region gradient;
  @Nullable Region all;
  boolean kept;
  boolean isInput;
  private final RowSpace space;
  private final int features;

  Tensor(Tape tape, String name, RowSpace space, int features, boolean needsGradient) {
    this.tape = tape;
    this.name = name;
    this.space = space;
    this.features = features;
    this.needsGradient = needsGradient;
    this.value = new Region(name, size());
  }

  int size() {
    return Sizes.grid("'" + name + "'", tape.capacity(space), features);
  }

  /// Gives an input that comes in intervals a place for all of it.
  void makeInput() {
    kept = true;
    isInput = true;
    if (tape.byIntervals() && space instanceof RowSpace.Steps) {
      all = new Region(name + " of all steps", Sizes.grid(name, space.capacity(), features));
    }
  }

  /// Brings the rows of the present interval to where operations see them.
  void narrow(Operations operations) {
    Region from = all;
    if (from != null) {
      operations
          .moves()
          .rows(rows(), features, from.slot(), space.rows().firstRow(), value(), 0, false);
    }
  }

  /// The tape that it was recorded on.
  public Tape tape() {
    return tape;
  }

  /// What its rows stand for.
  public RowSpace space() {
    return space;
  }

  /// The rows of the present batch.
  public int rows() {
    return space.count();
  }

  /// The numbers in a row.
  public int features() {
    return features;
  }

  /// Where its values lie while they live.
  public Slot value() {
    return value.slot();
  }

  /// Where the values of all rows of an input lie.
  public Slot all() {
    Region whole = all;
    return whole == null ? value() : whole.slot();
  }

  /// Whether a caller sets it.
  public boolean isInput() {
    return isInput;
  }

  /// Where its gradient lies, or null where none is computed.
  public @Nullable Slot gradient() {
    Region region = gradient;
    return region == null ? null : region.slot();
  }

  @Override
  public String toString() {
    return "'" + name + "' (" + space + ", " + features + " features)";
  }
}
