package io.github.carouselml.tensor;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.WeightPrecision;
import java.util.Set;

/// A place where numbers are kept and computed. It is found once, at the edge, and an argument
/// everywhere else.
///
/// A backend itself has no mutable state that a caller could see: any number of threads may share
/// one. What computes is an [Operations] or a [RecurrentPlan] made by it, each used by one thread
/// at a time.
public interface Backend extends AutoCloseable {
  /// The name that a user asks for it by.
  String name();

  /// A buffer of zeros.
  Buffer allocate(int floats);

  /// Copies `to.size()` floats from an array into a slot.
  void upload(float[] from, int offset, Slot to);

  /// Copies `from.size()` floats from a slot into an array.
  void download(Slot from, float[] to, int offset);

  /// Copies `rows * features` floats, row by row without gaps, into the padded rows of a slot;
  /// padding becomes +0.
  void uploadRows(float[] from, int rows, int features, Slot to);

  /// Copies the padded rows of a slot into an array, row by row without gaps.
  void downloadRows(Slot from, int rows, int features, float[] to);

  /// Brings a canonical array into its place; padding becomes +0.
  void pack(Layout layout, float[] canonical, Slot to);

  /// The canonical array of what a slot holds.
  void unpack(Layout layout, Slot from, float[] canonical);

  /// Operations for one caller, with the scratch memory that they need.
  Operations operations();

  /// A plan for one recurrent layer in one direction, over at most `maxSteps` steps of
  /// `maxSequences` sequences.
  RecurrentPlan plan(CellSpec cell, int inputSize, int maxSteps, int maxSequences, Set<Flag> flags);

  /// The same with noise within the layer. A backend that cannot do it says so.
  default RecurrentPlan plan(
      CellSpec cell,
      int inputSize,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise) {
    if (noise.reachesTheCell()) {
      throw new CarouselException.Request(
          "Backend '" + name() + "' cannot run a recurrent layer with " + noise + ".");
    }
    return plan(cell, inputSize, maxSteps, maxSequences, flags);
  }

  /// The floats that such a plan would hold, workspace and reserve.
  default long planFloats(
      CellSpec cell,
      int inputSize,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise) {
    RecurrentPlan plan = plan(cell, inputSize, maxSteps, maxSequences, flags, noise);
    return plan.workspaceFloats() + plan.reserveFloats();
  }

  /// One step of one sequence of a recurrent layer with these parameters, in the order of a plan's.
  /// Matrices in fewer bits are copies, made here; a backend that has none says so.
  default RecurrentStep step(
      CellSpec cell,
      int inputSize,
      RecurrentNoise noise,
      Slot[] parameters,
      WeightPrecision precision) {
    if (precision != WeightPrecision.FLOAT32) {
      throw new CarouselException.Request(
          "Backend '" + name() + "' has no weights of precision " + precision + ".");
    }
    return RecurrentStep.of(plan(cell, inputSize, 1, 1, Set.of(), noise), parameters);
  }

  @Override
  void close();
}
