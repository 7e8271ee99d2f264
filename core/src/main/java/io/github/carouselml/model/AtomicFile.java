package io.github.carouselml.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/// Files that are replaced whole or not at all: written aside in the same folder, synced, renamed
/// over the old one, and the folder synced. Whatever fails, and whenever the process dies, the name
/// holds the old bytes or the new ones.
public final class AtomicFile {
  /// No write takes that long without touching its file, so an older one was left by a process that
  /// died.
  private static final Duration ABANDONED = Duration.ofMinutes(10);

  private static final String PREFIX = ".carousel-";
  private static final String SUFFIX = ".tmp";

  private AtomicFile() {}

  /// Writes a file's bytes from its first to its last.
  @FunctionalInterface
  public interface Content {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /// How the file aside is opened; tests put a full disk here.
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path aside) throws IOException;
  }

  /// Replaces a file, or makes it. A link is followed; a device or a pipe is written straight.
  ///
  /// @throws IOException in a sentence; the old file, if there was one, is unchanged
  public static void write(Path path, Content content) throws IOException {
    write(
        path,
        content,
        aside -> FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /// Replaces a file with these bytes.
  public static void write(Path path, byte[] bytes) throws IOException {
    write(path, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /// Replaces a file with this text in UTF-8.
  public static void write(Path path, String text) throws IOException {
    write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /// A channel may take less than it is given.
  static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static void write(Path path, Content content, Opener opener) throws IOException {
    try {
      if (Files.isDirectory(path)) {
        throw new FileSystemException(path.toString(), null, "it is a folder");
      }
      Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        try (FileChannel device = FileChannel.open(target, StandardOpenOption.WRITE)) {
          content.writeTo(device);
        }
      } else {
        replace(target, content, opener);
      }
    } catch (IOException e) {
      throw new IOException(
          "Could not write %s: %s. %s"
              .formatted(
                  path,
                  IoReason.of(path, e),
                  Files.isRegularFile(path)
                      ? "The file that was there is unchanged."
                      : "No file was made."),
          e);
    }
  }

  private static void replace(Path target, Content content, Opener opener) throws IOException {
    Path aside =
        target.resolveSibling(
            PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()) + SUFFIX);
    try {
      try (FileChannel channel = opener.open(aside)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (Throwable e) {
      try {
        Files.deleteIfExists(aside);
      } catch (IOException | RuntimeException inCleaning) {
        e.addSuppressed(inCleaning);
      }
      throw e;
    }
    Path folder = target.resolveSibling("");
    sync(folder);
    sweep(folder);
  }

  /// Makes the rename last. The new file is in place and synced, so nothing here may fail: Windows
  /// opens no folder, and some network file systems sync none.
  private static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Then the rename lasts as soon as the system writes it of itself.
    }
  }

  /// Removes what processes left that were killed while writing.
  private static void sweep(Path folder) {
    Instant old = Instant.now().minus(ABANDONED);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path file : left) {
        if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | RuntimeException e) {
      // Another writer may sweep at the same time.
    }
  }
}
