package io.github.carouselml.app.config;

import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.train.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The folder of a run and what lies where in it.
///
/// @param path of the folder, which need not exist
public record RunFolder(Path path) {
  private static final String MAKER = "made_by";

  /// What may happen to what is there.
  public enum Permission {
    /// The folder must be new or empty.
    NEW,
    /// As NEW, for results that nothing goes on from.
    EMPTY,
    /// The run in it is replaced.
    OVERWRITE,
    /// The run in it goes on.
    RESUME,
    /// As NEW, but a run of the same maker may be replaced.
    OWN
  }

  public Path model() {
    return path.resolve("model.safetensors");
  }

  public Path config() {
    return path.resolve("config.yaml");
  }

  public Path metrics() {
    return path.resolve("metrics.json");
  }

  public Path report() {
    return path.resolve("report.html");
  }

  public Path forecast() {
    return path.resolve("forecast.csv");
  }

  /// Log and checkpoint.
  public RunFiles runFiles() {
    return RunFiles.in(path);
  }

  /// Refuses where the run may not write. Nothing is changed.
  ///
  /// @param maker who may replace its own with [Permission#OWN]
  public void require(Permission permission, String maker) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new CarouselException.Request(
          "%s is a file; --out names the folder of a run.".formatted(path));
    }
    boolean empty = isEmpty();
    switch (permission) {
      case NEW -> {
        if (!empty) {
          throw new CarouselException.Request(
              ("%s exists and is not empty. --overwrite replaces the run in it, --resume goes on"
                      + " with it.")
                  .formatted(path));
        }
      }
      case EMPTY -> {
        if (!empty) {
          throw new CarouselException.Request(
              "%s exists and is not empty. --overwrite replaces the results in it."
                  .formatted(path));
        }
      }
      case OWN -> {
        if (!empty && !isBy(maker)) {
          throw new CarouselException.Request(
              ("%s exists, and it was not made by '%s', which replaces only what it made itself."
                      + " Name another folder with --out.")
                  .formatted(path, maker));
        }
      }
      case RESUME -> {
        if (!Files.exists(runFiles().checkpoint())) {
          throw new CarouselException.Request(
              "There is nothing to resume: %s has no checkpoint.safetensors.".formatted(path));
        }
      }
      case OVERWRITE -> {}
    }
    requireWritable();
  }

  private boolean isEmpty() throws IOException {
    if (!Files.isDirectory(path)) {
      return true;
    }
    try (Stream<Path> inside = Files.list(path)) {
      return inside.findAny().isEmpty();
    }
  }

  /// The folder or the first one above it that exists can take files.
  private void requireWritable() {
    Path there = path.toAbsolutePath().normalize();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there != null && !Files.isDirectory(there)) {
      throw new CarouselException.Request(
          "The folder %s cannot be made: %s is a file.".formatted(path, there));
    }
    if (there != null && !Files.isWritable(there)) {
      throw new CarouselException.Request(
          "The folder %s cannot be written: there is no permission for %s.".formatted(path, there));
    }
  }

  /// Makes the folder where it is missing.
  public void create() {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new CarouselException.Request(
          "The folder %s cannot be made (%s).".formatted(path, e.getMessage()), e);
    }
  }

  /// Marks the metrics with their maker, who may replace this folder later.
  public static Json.Obj marked(String maker, Json.Obj metrics) {
    Json.Obj all = Json.object().with(MAKER, maker);
    for (var member : metrics.members().entrySet()) {
      all = all.with(member.getKey(), member.getValue());
    }
    return all;
  }

  private boolean isBy(String maker) throws IOException {
    if (!Files.isRegularFile(metrics())) {
      return false;
    }
    try {
      return Json.read(Files.readAllBytes(metrics()), metrics().toString())
              instanceof Json.Obj object
          && object.get(MAKER).orElse(null) instanceof Json.Str(String by)
          && by.equals(maker);
    } catch (CarouselException.BadFile e) {
      return false;
    }
  }
}
