package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// A trained model as it lies on the disk: a safetensors file of `F32` tensors, with what it is as
/// JSON in the metadata.
///
/// @param weights the named parameters
/// @param spec what the network is; `carousel.spec`
/// @param task what the task needs beside it (vocabulary, scaling); `carousel.task`
/// @param provenance how it came about (data, versions, seed, metrics); `carousel.provenance`
/// @param bits the number of the contract on bits under which it was made; `carousel.bits`
public record ModelFile(Weights weights, Json spec, Json task, Json provenance, int bits) {
  /// The version of the file format, which is refused when unknown; `carousel.format`.
  public static final int FORMAT = 1;

  /// The number of the contract on bits that this build keeps.
  public static final int BITS = 1;

  static final String FORMAT_KEY = "carousel.format";
  static final String BITS_KEY = "carousel.bits";
  private static final String SPEC_KEY = "carousel.spec";
  private static final String TASK_KEY = "carousel.task";
  private static final String PROVENANCE_KEY = "carousel.provenance";

  /// A model made by this build.
  public ModelFile(Weights weights, Json spec, Json task, Json provenance) {
    this(weights, spec, task, provenance, BITS);
  }

  /// Reads a model. Its weights are not yet held to its spec: [Weights#require].
  ///
  /// @throws IOException where there is no such file, or it cannot be read
  /// @throws CarouselException.BadFile for a file that is not a whole model of a known version
  public static ModelFile read(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      requireFormat(file);
      if (file.metadata().containsKey(Checkpoint.STATE_KEY)) {
        throw new CarouselException.BadFile(
            path + " is a checkpoint, not a model. The model of its run is model.safetensors.");
      }
      var weights = Weights.builder();
      for (var entry : file.tensors().values()) {
        weights.adopt(entry.name(), entry.shape(), file.floats(entry.name()));
      }
      return new ModelFile(
          weights.build(),
          json(file, SPEC_KEY),
          json(file, TASK_KEY),
          json(file, PROVENANCE_KEY),
          number(file, BITS_KEY));
    }
  }

  /// Writes the model, atomically.
  ///
  /// @throws IOException in a sentence; the old file is unchanged
  public void write(Path path) throws IOException {
    var metadata = new LinkedHashMap<String, String>();
    metadata.put(FORMAT_KEY, Integer.toString(FORMAT));
    metadata.put(BITS_KEY, Integer.toString(bits));
    metadata.put(SPEC_KEY, spec.compact());
    metadata.put(TASK_KEY, task.compact());
    metadata.put(PROVENANCE_KEY, provenance.compact());
    TensorFile.write(path, metadata, weights, Map.of());
  }

  static void requireFormat(TensorFile file) {
    if (!file.metadata().containsKey(FORMAT_KEY)) {
      throw new CarouselException.BadFile(
          "%s is a safetensors file, but not one of Carousel's: its metadata has no '%s'."
              .formatted(file.path(), FORMAT_KEY));
    }
    int format = number(file, FORMAT_KEY);
    if (format != FORMAT) {
      throw new CarouselException.BadFile(
          "%s has the format %d, but this version of Carousel reads format %d. %s"
              .formatted(
                  file.path(),
                  format,
                  FORMAT,
                  format > FORMAT ? "A newer version wrote it." : "It was never written."));
    }
  }

  static int number(TensorFile file, String key) {
    String where = "The metadata '" + key + "' of " + file.path();
    Json value = json(file, key);
    try {
      if (value instanceof Json.Num number && number.asInt() > 0) {
        return number.asInt();
      }
    } catch (CarouselException.Request e) {
      throw new CarouselException.BadFile(where + " is wrong: " + e.getMessage(), e);
    }
    throw new CarouselException.BadFile(
        where + " is " + value.compact() + ", but must be a whole number from 1.");
  }

  static Json json(TensorFile file, String key) {
    String text = file.metadata().get(key);
    if (text == null) {
      throw new CarouselException.BadFile(file.path() + " lacks the metadata '" + key + "'.");
    }
    return Json.read(text, "The metadata '" + key + "' of " + file.path());
  }
}
