package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A run between two steps: all that it needs to go on as if it had never stopped. The file is a
/// model's container with more in it. What the state means is the training loop's business.
///
/// @param weights the parameters
/// @param groups more float tensors by group, such as an optimizer's moments or the best weights
/// @param longs named whole numbers; doubles and random keys go here by their bits. Two checkpoints
///     are not compared by these arrays' contents
/// @param state everything else
/// @param bits the number of the contract on bits under which it was made; a resume under another
///     one says so
public record Checkpoint(
    Weights weights, Map<String, Weights> groups, Map<String, long[]> longs, Json state, int bits) {
  static final String STATE_KEY = "carousel.state";
  private static final String GROUPS_KEY = "carousel.groups";
  private static final String WEIGHTS = "weights";
  private static final String LONGS = "longs";

  public Checkpoint {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    var copies = new LinkedHashMap<String, long[]>();
    longs.forEach((name, values) -> copies.put(name, values.clone()));
    longs = Collections.unmodifiableMap(copies);
    groups.keySet().forEach(Checkpoint::requireGroup);
  }

  /// A checkpoint made by this build.
  public Checkpoint(
      Weights weights, Map<String, Weights> groups, Map<String, long[]> longs, Json state) {
    this(weights, groups, longs, state, ModelFile.BITS);
  }

  /// Reads a checkpoint.
  ///
  /// @throws IOException where there is no such file, or it cannot be read
  /// @throws CarouselException.BadFile for a file that is not a whole checkpoint of a known version
  public static Checkpoint read(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      return read(file);
    } catch (CarouselException.Request e) {
      throw new CarouselException.BadFile("Could not read " + path + ": " + e.getMessage(), e);
    }
  }

  private static Checkpoint read(TensorFile file) throws IOException {
    ModelFile.requireFormat(file);
    if (!file.metadata().containsKey(STATE_KEY)) {
      throw new CarouselException.BadFile(file.path() + " is a model, not a checkpoint.");
    }
    var weights = Weights.builder();
    SequencedMap<String, Weights.Builder> groups = groups(file);
    var longs = new LinkedHashMap<String, long[]>();
    for (TensorEntry entry : file.tensors().values()) {
      int slash = entry.name().indexOf('/');
      String group = entry.name().substring(0, Math.max(slash, 0));
      String name = entry.name().substring(slash + 1);
      if (group.equals(LONGS)) {
        longs.put(name, file.longs(entry.name()));
        continue;
      }
      Weights.Builder builder = group.equals(WEIGHTS) ? weights : groups.get(group);
      if (builder == null) {
        throw new CarouselException.BadFile(
            file.path() + " has a tensor '" + entry.name() + "', which belongs to no group.");
      }
      builder.adopt(name, entry.shape(), file.floats(entry.name()));
    }
    var built = new LinkedHashMap<String, Weights>();
    groups.forEach((group, builder) -> built.put(group, builder.build()));
    return new Checkpoint(
        weights.build(),
        built,
        longs,
        ModelFile.json(file, STATE_KEY),
        ModelFile.number(file, ModelFile.BITS_KEY));
  }

  private static SequencedMap<String, Weights.Builder> groups(TensorFile file) {
    if (!(ModelFile.json(file, GROUPS_KEY) instanceof Json.Arr(var names))) {
      throw new CarouselException.BadFile(file.path() + " has no list of its groups of tensors.");
    }
    var groups = new LinkedHashMap<String, Weights.Builder>();
    for (Json json : names) {
      String name = json instanceof Json.Str(String text) ? text : "";
      requireGroup(name);
      if (groups.put(name, Weights.builder()) != null) {
        throw new CarouselException.Request("it names the group '" + name + "' twice.");
      }
    }
    return groups;
  }

  /// Writes the checkpoint, atomically.
  ///
  /// @throws IOException in a sentence; the old file is unchanged
  public void write(Path path) throws IOException {
    var metadata = new LinkedHashMap<String, String>();
    metadata.put(ModelFile.FORMAT_KEY, Integer.toString(ModelFile.FORMAT));
    metadata.put(ModelFile.BITS_KEY, Integer.toString(bits));
    metadata.put(
        GROUPS_KEY, new Json.Arr(groups.keySet().stream().<Json>map(Json::of).toList()).compact());
    metadata.put(STATE_KEY, state.compact());
    var floats = Weights.builder();
    weights.addTo(floats, WEIGHTS + "/");
    groups.forEach((group, more) -> more.addTo(floats, group + "/"));
    var named = new LinkedHashMap<String, long[]>();
    longs.forEach((name, values) -> named.put(LONGS + "/" + name, values));
    TensorFile.write(path, metadata, floats.build(), named);
  }

  private static void requireGroup(String name) {
    if (name.isBlank() || name.contains("/") || List.of(WEIGHTS, LONGS).contains(name)) {
      throw new CarouselException.Request("'" + name + "' cannot be the name of a group.");
    }
  }
}
