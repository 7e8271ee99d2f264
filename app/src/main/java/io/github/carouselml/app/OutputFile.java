package io.github.carouselml.app;

import io.github.carouselml.spec.CarouselException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The file that a command writes, which must not be there unless it may be replaced.
final class OutputFile {
  @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where it goes.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path out;

  @Option(names = "--overwrite", description = "Replace the file.")
  private boolean overwrite;

  Path path() {
    refuse(out, overwrite);
    return out;
  }

  /// Refuses a folder, and a file that may not be replaced.
  static void refuse(Path out, boolean overwrite) {
    if (Files.isDirectory(out)) {
      throw new CarouselException.Request("%s is a folder; --out names a file.".formatted(out));
    }
    if (Files.isRegularFile(out) && !overwrite) {
      throw new CarouselException.Request("%s exists. --overwrite replaces it.".formatted(out));
    }
  }
}
