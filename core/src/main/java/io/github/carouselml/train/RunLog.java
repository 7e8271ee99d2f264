package io.github.carouselml.train;

import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes a run's log, each line in one write; [RunFiles] says what stands in it.
final class RunLog implements Listener, AutoCloseable {
  private final FileChannel channel;

  private RunLog(FileChannel channel) {
    this.channel = channel;
  }

  /// Opens a log and cuts it to its first bytes; what a killed run wrote after its last checkpoint
  /// goes away.
  ///
  /// @param bytes 0 for a new log
  static RunLog open(Path path, long bytes) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.size() < bytes) {
        throw new CarouselException.BadFile(
            ("%s has %d bytes, but had %d when the checkpoint was written. Was it changed since?"
                    + " Put it back to resume the run.")
                .formatted(path, channel.size(), bytes));
      }
      channel.truncate(bytes);
      channel.position(bytes);
      return new RunLog(channel);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /// Brings all lines to the disk and says where the next one begins.
  long sync() throws IOException {
    channel.force(false);
    return channel.position();
  }

  @Override
  public void stepped(Progress p) throws IOException {
    line(
        Json.object()
            .with("event", "step")
            .with("step", p.step())
            .with("epoch", p.epoch())
            .with("loss", p.loss())
            .with("learning_rate", p.learningRate())
            .with("gradient_norm", p.gradientNorm())
            .with("clipped_steps", p.clippedSteps())
            .with("seconds", p.seconds())
            .with("rows_per_second", p.rowsPerSecond()));
  }

  @Override
  public void epochEnded(Progress p, EpochResult epoch) throws IOException {
    Json.Obj line =
        Json.object()
            .with("event", "epoch")
            .with("epoch", epoch.epoch())
            .with("step", epoch.step())
            .with("loss", epoch.loss());
    if (epoch.validationLoss().isPresent()) {
      line = line.with("validation_loss", epoch.validationLoss().get()).with("best", epoch.best());
    }
    line(
        line.with("learning_rate", epoch.learningRate())
            .with("clipped_steps", epoch.clippedSteps())
            .with("seconds", p.seconds()));
  }

  private void line(Json line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line.compact() + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
