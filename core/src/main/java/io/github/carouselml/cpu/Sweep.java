package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One sweep for all cells: step after step the products, then the cell's element-wise part on units
/// still in cache ([SweepForward]); backward the same from the last step to the first
/// ([SweepBackward]), and then the gradients of weights and inputs over all rows
/// ([SweepGradients]).
///
/// Work is cut in one of two ways, with the same bits. *By sequences*: a thread takes some ranks
/// through all steps, and threads meet only at the end. *By units*, where there are few sequences or
/// more weights than a core keeps near: each step's units are shared, so that a thread reads only its
/// share of the weights, and threads meet at every step.
///
/// Rows lie as [Rows] says: the row of (t, rank) is `first(t) + rank`, the state before it lies
/// `active(t)` rows on.
final class Sweep implements RecurrentPlan {
  /// Backward, after so many rows the second half takes up the δ while they are near. It goes through
  /// the gradients of all weights for that, which must be near too.
  private static final int BLOCK_ROWS = 512;

  private final SweepSpace space;
  private final SweepForward forward;
  private final SweepBackward backward;
  private final SweepGradients gradients;
  private final long workspace;
  private final Team.Task backwardTask = this::backwardTask;
  private int chunks; // of a block's steps, before the tasks of gradients

  Sweep(
      Engine engine,
      CellSpec cell,
      int inputs,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise,
      Memory memory) {
    space = new SweepSpace(engine, cell, inputs, maxSteps, maxSequences, flags, noise, memory);
    forward = new SweepForward(space);
    backward = new SweepBackward(space, flags.contains(Flag.INTERVALS), memory);
    gradients = new SweepGradients(space, memory);
    workspace = memory.floats() - space.reserve;
  }

  @Override
  public void masks(@Nullable Slot operand, @Nullable Slot h, @Nullable Slot c) {
    space.masks(operand, h, c);
  }

  @Override
  public long workspaceFloats() {
    return workspace;
  }

  @Override
  public long reserveFloats() {
    return space.reserve;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return space.specs;
  }

  @Override
  public void forward(
      Rows rows,
      Slot x,
      @Nullable Slot h0,
      @Nullable Slot c0,
      Slot[] parameters,
      Slot y,
      @Nullable Slot hN,
      @Nullable Slot cN,
      boolean training) {
    if (training && !space.train) {
      throw new CarouselException.Request(
          "This plan was made for prediction and cannot run a training pass.");
    }
    space.begin(h0, c0, training);
    space.bind(rows, x, y, parameters);
    forward.run(hN, cN);
  }

  @Override
  public void backward(
      Rows rows,
      Slot x,
      Slot y,
      @Nullable Slot dy,
      @Nullable Slot dhN,
      @Nullable Slot dcN,
      Slot[] parameters,
      @Nullable Slot dx,
      boolean addDx,
      @Nullable Slot dh0,
      @Nullable Slot dc0,
      @Nullable Slot[] parameterGradients) {
    space.bind(rows, x, y, parameters);
    if (rows.sequences() == 0) {
      return;
    }
    backward.begin(dy, dhN, dcN, dx != null);
    gradients.begin(dx, addDx, parameterGradients);
    int end = rows.steps();
    while (end > 0) {
      int first = end - 1;
      int count = rows.active(first);
      while (first > 0 && (count < BLOCK_ROWS || !space.nearWeights())) {
        count += rows.active(--first);
      }
      // by sequences beside the gradients of the block before: threads meet once a block
      chunks = backward.run(first, end);
      if (chunks > 0) {
        space.team.run(chunks + gradients.tasks(), backwardTask);
        chunks = 0;
        gradients.steps(first, end);
      } else {
        gradients.steps(first, end);
        space.team.run(gradients.tasks(), backwardTask);
      }
      end = first;
    }
    if (space.bySequencesBack()) {
      space.team.run(gradients.tasks(), backwardTask);
    }
    backward.end(dh0, dc0);
  }

  private void backwardTask(int task, int worker) {
    if (task < chunks) {
      backward.sequences(task, worker);
    } else {
      gradients.task(task - chunks, worker);
    }
  }
}
