package io.github.carouselml.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/// The process of one contender: obeys [Remote] over a socket, and measures itself, so that neither
/// the socket nor the other contenders are ever inside a timed stretch.
final class Worker {

  enum Request {
    LOAD,
    OUTCOME,
    WARM,
    SAMPLE,
    QUIT
  }

  private static final long UNTIMED_NANOS = 20_000_000L;
  private static final double STABLE = 0.03;

  private final Contender contender;
  private Problem problem = Problem.of(new Point(1, 1, 1, 1, 1));
  private Mode mode = Mode.INFERENCE;
  private float[] streamed = new float[0];
  private int step;

  private Worker(Contender contender) {
    this.contender = contender;
  }

  /// Arguments: the socket's path and the contender's class.
  public static void main(String[] args) throws Exception {
    Contender contender =
        Class.forName(args[1]).asSubclass(Contender.class).getDeclaredConstructor().newInstance();
    try (contender;
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(args[0]));
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(Channels.newInputStream(socket), 1 << 16));
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(socket), 1 << 16));
      out.writeUTF(contender.name());
      out.writeUTF(contender.version());
      out.flush();
      new Worker(contender).obey(in, out);
    }
    System.exit(0); // some native runtimes leave threads behind
  }

  private void obey(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      Request request = Request.valueOf(in.readUTF());
      if (request == Request.QUIT) {
        return;
      }
      try {
        answer(request, in, out);
      } catch (Exception e) {
        e.printStackTrace();
        out.writeUTF(e.getClass().getSimpleName() + ": " + e.getMessage());
      }
      out.flush();
    }
  }

  /// Every answer starts with a complaint, empty when there is none.
  private void answer(Request request, DataInputStream in, DataOutputStream out) throws Exception {
    switch (request) {
      case LOAD -> {
        Point point =
            new Point(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
        mode = Mode.valueOf(in.readUTF());
        int threads = in.readInt();
        String refusal = contender.refusal(point, mode);
        if (refusal.isEmpty()) {
          problem = Problem.of(point);
          streamed = new float[point.hiddenSize()];
          step = 0;
          contender.load(problem, mode, threads);
        }
        out.writeUTF(refusal);
      }
      case OUTCOME -> {
        Outcome outcome = outcome();
        out.writeUTF("");
        outcome.write(out);
      }
      case WARM -> {
        double millis = warm(in.readLong(), in.readLong());
        out.writeUTF("");
        out.writeDouble(millis);
      }
      case SAMPLE -> {
        Sample sample = sample(in.readInt());
        out.writeUTF("");
        sample.write(out);
      }
      case QUIT -> throw new IllegalStateException("Quitting is not answered.");
    }
  }

  private Outcome outcome() throws Exception {
    if (mode != Mode.STREAMING) {
      call();
      return contender.outcome();
    }
    Point point = problem.point();
    float[] y = new float[point.steps() * point.hiddenSize()];
    contender.restart();
    for (int t = 0; t < point.steps(); t++) {
      contender.stream(t, streamed);
      System.arraycopy(streamed, 0, y, t * point.hiddenSize(), point.hiddenSize());
    }
    return Outcome.ofOutputs(y);
  }

  private void call() throws Exception {
    switch (mode) {
      case INFERENCE -> contender.forward();
      case TRAINING -> contender.trainStep();
      case STREAMING -> {
        contender.stream(step, streamed);
        step = step + 1 == problem.point().steps() ? 0 : step + 1;
      }
    }
  }

  /// Calls until three windows in a row agree within 3 %, for at least and at most the given times.
  ///
  /// @return milliseconds a call in the last window
  private double warm(long leastNanos, long mostNanos) throws Exception {
    long start = System.nanoTime();
    double[] windows = {0, Double.MAX_VALUE, 0};
    for (int w = 0; ; w++) {
      long began = System.nanoTime();
      long calls = 0;
      long spent;
      do {
        call();
        calls++;
        spent = System.nanoTime() - began;
      } while (spent < leastNanos / 4);
      windows[w % 3] = spent / 1e6 / calls;
      double low = Arrays.stream(windows).min().orElseThrow();
      double high = Arrays.stream(windows).max().orElseThrow();
      long total = System.nanoTime() - start;
      if (total >= mostNanos || (total >= leastNanos && high - low <= STABLE * low)) {
        RunQueue.awaitQuiet();
        return windows[w % 3];
      }
    }
  }

  private Sample sample(int calls) throws Exception {
    long began = System.nanoTime();
    long previous;
    do {
      previous = System.nanoTime();
      call();
    } while (System.nanoTime() + (System.nanoTime() - previous) - began < UNTIMED_NANOS);
    long[] nanos = new long[calls];
    RunQueue before = RunQueue.now();
    long start = System.nanoTime();
    long last = start;
    for (int i = 0; i < calls; i++) {
      call();
      long now = System.nanoTime();
      nanos[i] = now - last;
      last = now;
    }
    long delay = RunQueue.now().delayNanos() - before.delayNanos();
    RunQueue.awaitQuiet();
    Arrays.sort(nanos);
    return new Sample(
        (last - start) / 1e6 / calls,
        nanos[calls / 2] / 1e6,
        nanos[(int) Math.min(calls - 1, calls * 99L / 100)] / 1e6,
        (double) delay / (last - start));
  }
}
