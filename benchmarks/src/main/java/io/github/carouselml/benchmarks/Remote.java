package io.github.carouselml.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// This side of a contender's process. A method that fails throws an `IOException` whose message is
/// the contender's own sentence or the end of its log.
final class Remote implements AutoCloseable {

  private final Entrant entrant;
  private final Process process;
  private final Path log;
  private final SocketChannel socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final String name;
  private final String version;

  private Remote(Entrant entrant, Process process, Path log, SocketChannel socket)
      throws IOException {
    this.entrant = entrant;
    this.process = process;
    this.log = log;
    this.socket = socket;
    in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(socket), 1 << 16));
    out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(socket), 1 << 16));
    name = in.readUTF();
    version = in.readUTF();
  }

  /// @param scratch a folder for the socket and the contender's log
  static Remote start(Entrant entrant, int threads, Path root, Path scratch)
      throws IOException, InterruptedException {
    String classPath = entrant.classPath(root);
    if (classPath.isEmpty()) {
      throw new IOException(
          "It has not been built: run benchmarks/speed with --build, or Maven with -P peers.");
    }
    String label = entrant.id() + "-" + threads;
    Path address = scratch.resolve(label + ".socket");
    Path log = scratch.resolve(label + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(entrant.jvmOptions());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true",
            "-cp",
            classPath,
            Worker.class.getName(),
            address.toString(),
            entrant.className()));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(address));
      server.configureBlocking(false);
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(entrant.environment(threads));
      Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      while (true) {
        SocketChannel socket = server.accept();
        if (socket != null) {
          socket.configureBlocking(true);
          return new Remote(entrant, process, log, socket);
        }
        if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
          throw new IOException("Its process did not start. " + tail(log));
        }
      }
    } finally {
      Files.deleteIfExists(address);
    }
  }

  Entrant entrant() {
    return entrant;
  }

  String name() {
    return name;
  }

  String version() {
    return version;
  }

  /// Refuses with the contender's sentence when it cannot run this point.
  void load(Point point, Mode mode, int threads) throws IOException {
    out.writeUTF(Worker.Request.LOAD.name());
    out.writeInt(point.steps());
    out.writeInt(point.batch());
    out.writeInt(point.inputSize());
    out.writeInt(point.hiddenSize());
    out.writeInt(point.layers());
    out.writeUTF(mode.name());
    out.writeInt(threads);
    awaitAnswer();
  }

  Outcome outcome() throws IOException {
    out.writeUTF(Worker.Request.OUTCOME.name());
    awaitAnswer();
    return Outcome.read(in);
  }

  /// Milliseconds a call once they no longer change.
  double warm(long leastNanos, long mostNanos) throws IOException {
    out.writeUTF(Worker.Request.WARM.name());
    out.writeLong(leastNanos);
    out.writeLong(mostNanos);
    awaitAnswer();
    return in.readDouble();
  }

  Sample sample(int calls) throws IOException {
    out.writeUTF(Worker.Request.SAMPLE.name());
    out.writeInt(calls);
    awaitAnswer();
    return Sample.read(in);
  }

  private void awaitAnswer() throws IOException {
    String complaint;
    try {
      out.flush();
      complaint = in.readUTF();
    } catch (IOException e) {
      throw new IOException("Its process ended. " + tail(log), e);
    }
    if (!complaint.isEmpty()) {
      throw new IOException(complaint);
    }
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
  }

  @Override
  public void close() {
    try {
      out.writeUTF(Worker.Request.QUIT.name());
      out.flush();
      process.waitFor(2, TimeUnit.SECONDS);
      socket.close();
    } catch (IOException e) {
      System.err.println(name + " did not close: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
