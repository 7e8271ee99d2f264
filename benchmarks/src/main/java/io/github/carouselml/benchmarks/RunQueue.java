package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// How long this process's threads have run and have waited for a core, native threads included, as
/// Linux counts it in `/proc/self/task/*/schedstat` (run ns, run-queue delay ns, slices).
///
/// @param delayNanos run-queue delay of all threads together; 0 where Linux does not say
record RunQueue(long runNanos, long delayNanos) {

  private static final Path TASKS = Path.of("/proc/self/task");

  static RunQueue now() {
    long run = 0;
    long delay = 0;
    if (!Files.isDirectory(TASKS)) {
      return new RunQueue(0, 0);
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        String[] fields = schedstat(task).split(" ", -1);
        if (fields.length >= 2) {
          run += Long.parseLong(fields[0]);
          delay += Long.parseLong(fields[1]);
        }
      }
    } catch (IOException e) {
      return new RunQueue(0, 0);
    }
    return new RunQueue(run, delay);
  }

  /// Empty when the thread has ended since it was listed.
  private static String schedstat(Path task) {
    try {
      return Files.readString(task.resolve("schedstat")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /// Waits until the process uses less than a tenth of a core, for 300 ms at most: OpenMP and other
  /// pools spin for a while after their work, and would take a core from the next contender.
  static void awaitQuiet() throws InterruptedException {
    long start = System.nanoTime();
    long before = now().runNanos();
    while (System.nanoTime() - start < 300_000_000L) {
      long began = System.nanoTime();
      Thread.sleep(12); // longer than a tick: a running thread is charged only then
      long after = now().runNanos();
      if (after - before < (System.nanoTime() - began) / 10) {
        return;
      }
      before = after;
    }
  }
}
