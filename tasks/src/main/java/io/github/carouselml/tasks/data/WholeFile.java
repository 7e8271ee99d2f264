package io.github.carouselml.tasks.data;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Text files that are written whole or not at all: written aside, synced, renamed. A full disk leaves the old file as it was.
public final class WholeFile {
  private WholeFile() {}

  /// Writes `text` as UTF-8 to `path`, replacing what was there.
  public static void write(Path path, String text) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(path)) {
      throw new CarouselException.Request("%s is a folder; name a file.".formatted(path));
    }
    if (!Files.isDirectory(folder)) {
      throw new CarouselException.Request(
          "%s cannot be written: there is no folder %s.".formatted(path, folder));
    }
    Path aside = Files.createTempFile(folder, "." + path.getFileName(), ".part");
    try {
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      rename(aside, path);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
