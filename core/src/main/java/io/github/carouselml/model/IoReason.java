package io.github.carouselml.model;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Why reading or writing a file failed, as the second half of a sentence: Java's own messages are
/// often a bare path.
final class IoReason {
  private IoReason() {}

  static String of(Path path, IOException e) {
    String said = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return switch (e) {
      case AccessDeniedException _ -> "there is no permission for it or for its folder";
      case NoSuchFileException _ ->
          "the folder " + path.toAbsolutePath().getParent() + " does not exist";
      case ClosedByInterruptException _ -> "the thread was interrupted";
      default -> {
        if (said == null) {
          yield "the system says " + e;
        }
        yield said.contains("No space left") ? "the disk is full (" + said + ")" : said;
      }
    };
  }
}
