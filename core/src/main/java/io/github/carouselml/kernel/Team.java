package io.github.carouselml.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share the chunks of a piece of work with the thread that asks for it.
///
/// Chunks are claimed by ticket, never assigned: the caller takes chunks like every helper and waits
/// only for those that a helper has already claimed, so a helper that the machine does not run delays
/// nobody. Helpers wait for work by spinning a while, then yielding, then parked: an idle team uses no
/// processor time. One piece of work is shared at a time; a caller that finds the team taken does its
/// work alone, with the same result.
///
/// Which thread runs a chunk is left to chance, so a chunk's result must not depend on it.
public final class Team implements AutoCloseable {
  /// Work in chunks, in any order.
  @FunctionalInterface
  public interface Task {
    /// Does one chunk.
    ///
    /// @param worker whose scratch memory may be used: 0 for the caller, 1 to [Team#size] - 1 for
    ///     the helpers
    void run(int chunk, int worker);
  }

  /// Work in steps, each of the same number of chunks: the chunks of a step in any order, the steps
  /// one after the other.
  @FunctionalInterface
  public interface StepTask {
    /// Does one chunk of one step.
    ///
    /// @param worker as in [Task#run]
    void run(int step, int chunk, int worker);
  }

  private static final int SPINS = 5_000;
  private static final int YIELDS = 50;
  private static final Task NOTHING = (_, _) -> {};
  private static final StepTask NO_STEPS = (_, _, _) -> {};

  /// The most chunks of a step, for each thread.
  private static final int STEP_CHUNKS = 4;

  /// From the base of one piece of work in steps to the next one's.
  private static final long NEXT_BASE = 1L << 32;

  /// How often a thread looks for a chunk to be done before it looks whether the chunk was begun at
  /// all, as long as the others come in time.
  private static final int PATIENCE = 64;

  /// The distance of two chunks' numbers in memory: each has its own cache lines.
  private static final int APART = 16;

  /// Short pieces of work that follow each other within so many nanoseconds are worth waking for.
  private static final long CLOSE = 100_000;

  private final Helper[] helpers;
  private final AtomicBoolean taken = new AtomicBoolean();

  /// The running piece of work in the upper half, how many of its chunks are unclaimed in the lower.
  private final AtomicLong ticket = new AtomicLong();

  private final AtomicInteger done = new AtomicInteger();
  private volatile Task task = NOTHING;
  private volatile int chunks;

  /// How many steps of each chunk have been claimed, and how many are done, counted from `base`.
  /// These numbers only ever grow and the base is another one for each piece of work, so a claim that
  /// was meant for an earlier step or for earlier work fails. They lie apart because a thread that
  /// waits looks at what is done: a line that nobody else looks at is claimed without a delay.
  private final AtomicLongArray claimed;

  private final AtomicLongArray finished;

  private volatile StepTask stepTask = NO_STEPS;
  private volatile int steps;
  private volatile int stepChunks;
  private volatile long base;
  private long lastShort;

  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /// A team of `size` threads, the caller being one of them.
  public Team(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("A team has 1 thread or more, not " + size + ".");
    }
    claimed = new AtomicLongArray((STEP_CHUNKS * size + 1) * APART);
    finished = new AtomicLongArray((STEP_CHUNKS * size + 1) * APART);
    helpers = new Helper[size - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
    }
    for (Helper helper : helpers) {
      helper.start();
    }
  }

  /// As many threads as the process may use processors, a container's limit included.
  public static Team ofProcessors() {
    return new Team(Runtime.getRuntime().availableProcessors());
  }

  /// The threads, the caller included.
  public int size() {
    return helpers.length + 1;
  }

  /// Runs all chunks and returns when they are done. What a chunk throws is thrown here; the other
  /// chunks may then be left out.
  public void run(int count, Task work) {
    if (count <= 1 || helpers.length == 0 || closed || !taken.compareAndSet(false, true)) {
      for (int chunk = 0; chunk < count; chunk++) {
        work.run(chunk, 0);
      }
      return;
    }
    try {
      share(count, work);
    } finally {
      task = NOTHING;
      taken.set(false);
    }
  }

  /// How many chunks a step may be cut into at most.
  public int mostStepChunks() {
    return STEP_CHUNKS * size();
  }

  /// Runs all chunks of all steps, no chunk of a step before every chunk of the step before it is
  /// done. Each thread takes the same chunks of every step if it comes in time, so that what they
  /// read stays in its cache; chunks that nobody has begun are taken by whoever comes first.
  ///
  /// @param chunks of a step, up to [#mostStepChunks]
  /// @param brief whether all of it is over before a thread that rests would have been woken: such
  ///     work is shared only with helpers that are awake, and they are woken when brief work comes
  ///     close behind brief work
  public void runSteps(int steps, int chunks, boolean brief, StepTask work) {
    if (steps * chunks == 0) {
      return;
    }
    if (chunks <= 1
        || helpers.length == 0
        || closed
        || (brief && !awake())
        || !taken.compareAndSet(false, true)) {
      for (int step = 0; step < steps; step++) {
        for (int chunk = 0; chunk < chunks; chunk++) {
          work.run(step, chunk, 0);
        }
      }
      return;
    }
    try {
      shareSteps(steps, chunks, work);
    } finally {
      stepTask = NO_STEPS;
      taken.set(false);
    }
  }

  /// Whether a helper is awake. If not, and brief work was asked for a moment ago, they are woken
  /// for the work that follows.
  private boolean awake() {
    boolean awake = false;
    for (Helper helper : helpers) {
      awake |= !helper.parked;
    }
    if (!awake) {
      long now = System.nanoTime();
      if (now - lastShort < CLOSE) {
        for (Helper helper : helpers) {
          LockSupport.unpark(helper);
        }
      }
      lastShort = now;
    }
    return awake;
  }

  private void shareSteps(int steps, int chunks, StepTask work) {
    long begin = base + NEXT_BASE;
    for (int chunk = 0; chunk < chunks; chunk++) {
      claimed.set(chunk * APART, begin);
      finished.set(chunk * APART, begin);
    }
    stepTask = work;
    stepChunks = chunks;
    failure = null;
    this.steps = steps;
    base = begin;
    for (Helper helper : helpers) {
      helper.wake();
    }
    takeSteps(begin, 0);
    rethrow();
  }

  /// Takes part in the work in steps that has this base until its last step is done.
  private void takeSteps(long begin, int worker) {
    // As in claim(): what is read here belongs to `begin` if a claim succeeds.
    StepTask work = stepTask;
    int last = steps;
    int chunks = stepChunks;
    int own = chunks * worker / size();
    int end = chunks * (worker + 1) / size();
    int patience = PATIENCE;
    for (int step = 0; step < last && base == begin; step++) {
      long open = begin + step;
      for (int chunk = own; chunk < end; chunk++) {
        claimStep(work, open, step, chunk, worker);
      }
      boolean helped = false;
      int chunk = 0;
      for (int spins = 1; chunk < chunks; ) {
        if (finished.get(chunk * APART) > open) {
          chunk++;
        } else if (spins % patience == 0 && claimRest(work, open, step, chunk, chunks, worker)) {
          helped = true;
        } else {
          pause(spins++);
        }
      }
      patience = helped ? 1 : PATIENCE;
    }
  }

  /// Claims and does the first chunk from `chunk` on that nobody has claimed, if there is one.
  private boolean claimRest(StepTask work, long open, int step, int chunk, int chunks, int worker) {
    while (chunk < chunks && !claimStep(work, open, step, chunk, worker)) {
      chunk++;
    }
    return chunk < chunks;
  }

  /// Claims and does a chunk of a step, if nobody has claimed it.
  private boolean claimStep(StepTask work, long open, int step, int chunk, int worker) {
    if (claimed.get(chunk * APART) != open
        || !claimed.compareAndSet(chunk * APART, open, open + 1)) {
      return false;
    }
    try {
      if (failure == null) {
        work.run(step, chunk, worker);
      }
    } catch (Throwable t) {
      failure = t;
    }
    finished.setRelease(chunk * APART, open + 1);
    return true;
  }

  private void share(int count, Task work) {
    task = work;
    chunks = count;
    failure = null;
    done.set(0);
    long epoch = (ticket.get() >>> 32) + 1;
    ticket.set(epoch << 32 | count);
    for (Helper helper : helpers) {
      helper.wake();
    }
    while (claim(0)) {}
    for (int spins = 0; done.get() < count; spins++) {
      pause(spins);
    }
    rethrow();
  }

  private void rethrow() {
    Throwable thrown = failure;
    failure = null;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  /// Claims and does one chunk of the present work, if there is one left.
  private boolean claim(int worker) {
    long now = ticket.get();
    if ((int) now == 0) {
      return false;
    }
    // What is read here belongs to `now` if the claim succeeds: the caller sets both before the
    // ticket, and replaces them only when every chunk that was claimed is done.
    Task work = task;
    int chunk = chunks - (int) now;
    if (!ticket.compareAndSet(now, now - 1)) {
      return true;
    }
    try {
      if (failure == null) {
        work.run(chunk, worker);
      }
    } catch (Throwable t) {
      failure = t;
    } finally {
      done.incrementAndGet();
    }
    return true;
  }

  private static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  /// Ends the helpers. Work that is asked for later is done by its caller alone.
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper);
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Helper extends Thread {
    private final int worker;
    private volatile boolean parked;
    private long seen;

    Helper(int worker) {
      super("carousel-" + worker);
      this.worker = worker;
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    private boolean workIsThere() {
      return (int) ticket.get() != 0 || base != seen;
    }

    @Override
    public void run() {
      int idle = 0;
      while (!closed) {
        if (workIsThere()) {
          while (claim(worker)) {}
          seen = base;
          takeSteps(seen, worker);
          idle = 0;
        } else if (idle < SPINS + YIELDS) {
          pause(idle++);
        } else {
          parked = true;
          if (!workIsThere() && !closed) {
            LockSupport.park(this);
          }
          parked = false;
          idle = 0;
        }
      }
    }
  }
}
