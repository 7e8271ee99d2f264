package io.github.carouselml.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

  private static final int SPINS = 5_000;
  private static final int YIELDS = 50;
  private static final Task NOTHING = (_, _) -> {};

  private final Helper[] helpers;
  private final AtomicBoolean taken = new AtomicBoolean();

  /// The running piece of work in the upper half, how many of its chunks are unclaimed in the lower.
  private final AtomicLong ticket = new AtomicLong();

  private final AtomicInteger done = new AtomicInteger();
  private volatile Task task = NOTHING;
  private volatile int chunks;
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /// A team of `size` threads, the caller being one of them.
  public Team(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("A team has 1 thread or more, not " + size + ".");
    }
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
      return (int) ticket.get() != 0;
    }

    @Override
    public void run() {
      int idle = 0;
      while (!closed) {
        if (workIsThere()) {
          while (claim(worker)) {}
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
