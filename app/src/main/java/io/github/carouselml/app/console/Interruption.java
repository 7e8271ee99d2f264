package io.github.carouselml.app.console;

import java.util.concurrent.CountDownLatch;

/// Ctrl-C and SIGTERM: the work is asked to stop, and the process ends when it has come to its end,
/// with what it must keep on the disk.
///
/// The hook runs when the process is told to end; it waits for [#close]. A process that ends by a
/// signal exits with 128 + its number, so with 130 after Ctrl-C.
public final class Interruption implements AutoCloseable {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  private Interruption(Runnable stop) {
    hook = new Thread(() -> await(stop), "carousel-interruption");
  }

  /// From now on, asks `stop` when the process is told to end.
  public static Interruption asks(Runnable stop) {
    Interruption interruption = new Interruption(stop);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void await(Runnable stop) {
    stop.run();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The work has come to its end.
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and that is what this was for.
      Thread.onSpinWait();
    }
  }
}
