package io.github.carouselml.tensor;

import org.jspecify.annotations.Nullable;

/// Losses that sum over all paths through a sequence, with their gradients.
public interface Paths {
  /// The sequences that are worked on at once, each on scratch of its own.
  int PLACES = 8;

  /// The floats of scratch that [#ctc] needs for batches and labels up to these sizes.
  static long ctcScratch(Rows rows, int classes, int maxLabels) {
    long place = Sizes.stride(classes) + rows.maxSteps() * 2L * ctcStates(maxLabels);
    return Math.min(PLACES, rows.maxSequences()) * place;
  }

  /// The padded states of a label sequence with a blank before, between and behind.
  static int ctcStates(int maxLabels) {
    return Sizes.stride(2 * maxLabels + 1);
  }

  /// The floats of scratch that [#crf] needs for batches up to this size: four grids of a row a
  /// step, the exponentials of the transitions with their maxima, and a row for each place or tag.
  static long crfScratch(Rows rows, int tags) {
    long row = Sizes.stride(tags);
    return row * (4L * rows.maxSteps() * rows.maxSequences() + tags + 1 + Math.max(PLACES, tags));
  }

  /// Connectionist temporal classification (Graves et al. 2006): `v_b = -ln Σ Π_t softmax(z_t)` over
  /// all paths that give the label when repetitions are joined and blanks left out; `v` has one
  /// float a rank without gaps. `dz (+)= scale dv/dz` where a gradient slot is given.
  ///
  /// @param labels those of the sequence at place b of the batch from `b * maxLabels`; none is the
  ///     blank
  /// @param lengths how many labels the sequence at place b has; a negative one leaves it out
  void ctc(
      Rows rows,
      int classes,
      int blank,
      int[] labels,
      int[] lengths,
      int maxLabels,
      Slot logits,
      Slot values,
      Slot scratch,
      @Nullable Slot gradient,
      float scale,
      boolean add);

  /// The chain of a linear-chain CRF (Lafferty et al. 2001): `v_b = ln Σ_y e^score(y) -
  /// score(tags)`, with `score(y) = start[y_0] + Σ_t e_t[y_t] + Σ_t A[y_t, y_t-1] + end[y_T-1]`; one
  /// float a rank without gaps. With `derive`, scratch then holds what the other two need.
  ///
  /// @param tags one for each row
  /// @param transitions a table `[to, from]`
  void crf(
      Rows rows,
      int count,
      int[] tags,
      Slot emissions,
      Slot transitions,
      Slot start,
      Slot end,
      Slot values,
      Slot scratch,
      boolean derive);

  /// `de (+)= scale dv/de` after [#crf] with the same arguments.
  void crfEmissions(
      Rows rows, int count, int[] tags, Slot scratch, Slot gradient, float scale, boolean add);

  /// Adds `scale dv/dA` and those of the two ends, after [#crf] with the same arguments; rows
  /// ascending.
  void crfParameters(
      Rows rows,
      int count,
      int[] tags,
      Slot transitions,
      Slot scratch,
      @Nullable Slot transitionGradient,
      @Nullable Slot startGradient,
      @Nullable Slot endGradient,
      float scale);
}
