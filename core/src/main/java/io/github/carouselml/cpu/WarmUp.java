package io.github.carouselml.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Moves work from plain loops to vectors, one kernel after the other, each when it is compiled.
///
/// Vector code that the compiler has not finished with runs about 200 times slower than the same
/// loop without vectors, and makes garbage: the first step of a small model would take seconds. Both
/// give the same bits, so a process starts on plain loops; a kernel that is asked for is exercised on
/// a thread of its own until a call allocates nothing any more, which it does only when compiled.
/// The thread ends when nothing is left to do.
final class WarmUp {
  private static final int CALLS = 25;
  private static final int QUIET_ROUNDS = 4;
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);
  private static final long IDLE_SECONDS = 1;

  private record Exercise(Runnable run, Runnable ready) {}

  private final LinkedBlockingQueue<Exercise> asked = new LinkedBlockingQueue<>();
  private boolean running;

  /// Which of two sets of kernels serves each of `size` places: the first one until the exercise of
  /// the place has run often enough.
  final class Places<K> {
    private final AtomicReferenceArray<K> serving;
    private final K fast;

    Places(int size, K plain, K fast) {
      this.fast = fast;
      serving = new AtomicReferenceArray<>(2 * size);
      for (int i = 0; i < size; i++) {
        serving.set(2 * i, plain);
      }
    }

    /// The kernels that serve a place now, or null if its exercise has not been asked for yet.
    @SuppressWarnings("NullAway") // null is the sign
    @org.jspecify.annotations.Nullable
    K get(int place) {
      return serving.getAcquire(2 * place + 1);
    }

    /// Asks for the exercise of a place; the kernels that serve it meanwhile.
    K ask(int place, Runnable exercise) {
      K plain = serving.get(2 * place);
      if (serving.compareAndSet(2 * place + 1, null, plain)) {
        add(new Exercise(exercise, () -> serving.setRelease(2 * place + 1, fast)));
      }
      return plain;
    }
  }

  private synchronized void add(Exercise exercise) {
    asked.add(exercise);
    if (!running) {
      running = true;
      Thread.ofPlatform().daemon().name("carousel-warm-up").start(this::run);
    }
  }

  private void run() {
    try {
      while (true) {
        Exercise exercise = asked.poll(IDLE_SECONDS, TimeUnit.SECONDS);
        if (exercise == null) {
          synchronized (this) {
            if (asked.isEmpty()) {
              running = false;
              return;
            }
          }
        } else if (compiled(exercise.run)) {
          exercise.ready.run();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Runs an exercise until it allocates nothing; false if that takes too long.
  private static boolean compiled(Runnable exercise) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long end = System.nanoTime() + LIMIT;
    int quiet = 0;
    while (quiet < QUIET_ROUNDS) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        exercise.run();
      }
      quiet = threads.getCurrentThreadAllocatedBytes() == before ? quiet + 1 : 0;
      if (System.nanoTime() > end) {
        return false;
      }
    }
    return true;
  }
}
