package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Team;

/// One family of operations, which the threads of the team share by chunks of rows. An operation
/// sets its arguments in fields, and each chunk reads them there: so a call allocates nothing. What
/// a row is, an operation decides; a row is never cut.
abstract class Work {
  /// About this many floats make a chunk; less is not worth a second thread.
  private static final int CHUNK = 1 << 14;

  private final Team team;
  private final Team.Task task = (chunk, _) -> chunk(chunk);
  private int rows;
  private int perChunk;

  Work(Engine engine) {
    this.team = engine.team();
  }

  /// Runs [#rows(int, int)] over `[0, count)`, each row worth `cost` floats of work.
  final void split(int count, long cost) {
    if (count == 0) {
      return;
    }
    rows = count;
    perChunk = (int) Math.max(1, Math.min(count, CHUNK / Math.max(1, cost)));
    int chunks = (count - 1) / perChunk + 1;
    if (chunks == 1) {
      rows(0, count);
    } else {
      team.run(chunks, task);
    }
  }

  private void chunk(int chunk) {
    int from = chunk * perChunk;
    rows(from, Math.min(rows, from + perChunk));
  }

  /// The operation over some of the rows.
  abstract void rows(int from, int to);
}
