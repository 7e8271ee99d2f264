package io.github.carouselml.tasks.forecast;

import io.github.carouselml.grad.Tape;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.Samples;
import org.jspecify.annotations.Nullable;

/// Windows with their targets, as the trainer asks for them.
final class Examples implements Samples {
  /// As many floats are kept (64 MiB), so that not every epoch cuts its windows anew.
  private static final long KEPT = 1 << 24;

  private final Network network;
  private final Windows windows;
  private final int maxSteps;
  private final @Nullable WindowRow[] kept;

  Examples(Network network, Windows windows) {
    this.network = network;
    this.windows = windows;
    int longest = 0;
    for (int i = 0; i < windows.size(); i++) {
      longest = Math.max(longest, windows.length(i));
    }
    this.maxSteps = longest + network.spec().horizon();
    long floats = (long) windows.size() * maxSteps * network.inputs();
    this.kept = new WindowRow[floats <= KEPT ? windows.size() : 0];
  }

  @Override
  public int size() {
    return windows.size();
  }

  private WindowRow row(int sample) {
    if (sample >= kept.length) {
      return new WindowRow(windows.get(sample), network);
    }
    WindowRow row = kept[sample];
    if (row == null) {
      row = new WindowRow(windows.get(sample), network);
      kept[sample] = row;
    }
    return row;
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    WindowBatch batch = new WindowBatch(tape, network, maxSteps, capacity);
    batch.recordLoss();
    return (program, samples, from, count) -> {
      batch.clear();
      for (int i = from; i < from + count; i++) {
        batch.add(row(samples[i]), samples[i]);
      }
      return batch.upload(program);
    };
  }
}
