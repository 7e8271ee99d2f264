package io.github.carouselml.cpu;

import io.github.carouselml.tensor.Paths;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// The two losses over paths, each in a class of its own.
final class CpuPaths implements Paths {
  private final CpuCtc ctc;
  private final CpuCrf crf;

  CpuPaths(Engine engine) {
    ctc = new CpuCtc(engine);
    crf = new CpuCrf(engine);
  }

  @Override
  public void ctc(
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
      boolean add) {
    ctc.run(
        rows, classes, blank, labels, lengths, maxLabels, logits, values, scratch, gradient, scale,
        add);
  }

  @Override
  public void crf(
      Rows rows,
      int count,
      int[] tags,
      Slot emissions,
      Slot transitions,
      Slot start,
      Slot end,
      Slot values,
      Slot scratch,
      boolean derive) {
    crf.run(rows, count, tags, emissions, transitions, start, end, values, scratch, derive);
  }

  @Override
  public void crfEmissions(
      Rows rows, int count, int[] tags, Slot scratch, Slot gradient, float scale, boolean add) {
    crf.emissions(rows, count, tags, scratch, gradient, scale, add);
  }

  @Override
  public void crfParameters(
      Rows rows,
      int count,
      int[] tags,
      Slot transitions,
      Slot scratch,
      @Nullable Slot transitionGradient,
      @Nullable Slot startGradient,
      @Nullable Slot endGradient,
      float scale) {
    crf.parameters(
        rows,
        count,
        tags,
        transitions,
        scratch,
        transitionGradient,
        startGradient,
        endGradient,
        scale);
  }
}
