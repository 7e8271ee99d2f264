package io.github.carouselml.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Counts the bytes that a call allocates, on the calling thread and on every team's.
public final class AllocatedBytes {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  /// Runs something and gives the bytes that it allocated.
  public static long during(Runnable work) {
    Thread[] all = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(all);
    long helpersBefore = helpers(all, count);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    long after = THREADS.getCurrentThreadAllocatedBytes();
    return after - before + helpers(all, count) - helpersBefore;
  }

  /// What the calling thread has allocated since it began.
  public static long onThisThread() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  private static long helpers(Thread[] all, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      if (all[i].getName().startsWith("carousel-")) {
        bytes += THREADS.getThreadAllocatedBytes(all[i].threadId());
      }
    }
    return bytes;
  }
}
