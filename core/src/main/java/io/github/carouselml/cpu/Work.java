package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Team;

/// One family of operations, which the threads of the team share by chunks of rows. An operation
/// sets its arguments in fields, and each chunk reads them there: so a call allocates nothing. What
/// a row is, an operation decides; a row is never cut.
abstract class Work {
  /// About this many floats make a chunk; less is not worth a second thread.
  private static final int CHUNK = 1 << 14;

  private final Team team;
  private final Team.Task task = this::chunk;
  private int rows;
  private int perChunk;

  Work(Engine engine) {
    this.team = engine.team();
  }

  /// Runs [#rows(int, int, int)] over `[0, count)`, each row worth `cost` floats of work.
  final void split(int count, long cost) {
    if (count == 0) {
      return;
    }
    rows = count;
    perChunk = (int) Math.max(1, Math.min(count, CHUNK / Math.max(1, cost)));
    int chunks = (count - 1) / perChunk + 1;
    if (chunks == 1) {
      rows(0, count, 0);
    } else {
      team.run(chunks, task);
    }
  }

  private void chunk(int chunk, int worker) {
    int from = chunk * perChunk;
    rows(from, Math.min(rows, from + perChunk), worker);
  }

  /// How many threads may share the work.
  final int threads() {
    return team.size();
  }

  /// The operation over some of the rows.
  ///
  /// @param worker whose scratch may be used, below [#threads]
  abstract void rows(int from, int to, int worker);
}
