package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The header of a safetensors file, checked: every tensor's range fits its shape and type, and the
/// ranges cover the bytes after the header once, without a gap.
///
/// @param where the file's name, for messages
/// @param dataAt where in the file the tensors' bytes begin
record TensorHeader(
    String where,
    SequencedMap<String, String> metadata,
    SequencedMap<String, TensorEntry> tensors,
    long dataAt) {
  /// Larger headers are refused: JSON takes many times its size in memory.
  static final int MAX_BYTES = 16 << 20;

  private static final int LENGTH_BYTES = 8;
  private static final int ALIGNMENT = 8;
  private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

  static TensorHeader read(FileChannel channel, String where) throws IOException {
    long fileBytes = channel.size();
    if (fileBytes < LENGTH_BYTES) {
      throw bad(
          where,
          "it has %d bytes, but a safetensors file begins with %d bytes for the length of its"
              + " header. Was it cut off?",
          fileBytes,
          LENGTH_BYTES);
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, length, 0, where);
    long headerBytes = length.getLong(0);
    if (headerBytes < 0 || headerBytes > fileBytes - LENGTH_BYTES) {
      throw bad(
          where,
          "its header is said to have %s bytes, but only %d follow. Either it was cut off, or it is"
              + " no safetensors file.",
          Long.toUnsignedString(headerBytes),
          fileBytes - LENGTH_BYTES);
    }
    if (headerBytes > MAX_BYTES) {
      throw bad(
          where, "its header has %d bytes; more than %d are refused.", headerBytes, MAX_BYTES);
    }
    byte[] utf8 = new byte[(int) headerBytes];
    readFully(channel, ByteBuffer.wrap(utf8), LENGTH_BYTES, where);
    if (utf8.length == 0 || utf8[0] != '{') {
      throw bad(where, "its header does not begin with '{'. It is no safetensors file.");
    }
    long dataAt = LENGTH_BYTES + headerBytes;
    return parse(Json.read(utf8, "The header of " + where), where, dataAt, fileBytes - dataAt);
  }

  private static TensorHeader parse(Json json, String where, long dataAt, long dataBytes) {
    var metadata = new LinkedHashMap<String, String>();
    var tensors = new LinkedHashMap<String, TensorEntry>();
    for (var member : ((Json.Obj) json).members().entrySet()) {
      if (member.getKey().equals(TensorFile.METADATA)) {
        metadata.putAll(metadata(member.getValue(), where));
      } else {
        tensors.put(member.getKey(), entry(member.getKey(), member.getValue(), where));
      }
    }
    requireCover(tensors.values(), where, dataBytes);
    return new TensorHeader(
        where,
        Collections.unmodifiableSequencedMap(metadata),
        Collections.unmodifiableSequencedMap(tensors),
        dataAt);
  }

  private static Map<String, String> metadata(Json json, String where) {
    if (!(json instanceof Json.Obj(var members))) {
      throw bad(where, "its %s is %s, but must be an object.", TensorFile.METADATA, json.kind());
    }
    var metadata = new LinkedHashMap<String, String>();
    members.forEach((key, value) -> {
      if (!(value instanceof Json.Str(String text))) {
        throw bad(where, "its metadata '%s' is %s, but must be a string.", key, value.kind());
      }
      metadata.put(key, text);
    });
    return metadata;
  }

  private static TensorEntry entry(String name, Json json, String where) {
    if (!(json instanceof Json.Obj(var members)) || !members.keySet().equals(KEYS)) {
      throw bad(where, "the tensor '%s' must be an object of dtype, shape and data_offsets.", name);
    }
    String dtype = members.get("dtype") instanceof Json.Str(String text) ? text : "";
    TensorType type =
        Arrays.stream(TensorType.values())
            .filter(known -> known.name().equals(dtype))
            .findFirst()
            .orElseThrow(
                () -> bad(where, "the tensor '%s' has the unknown dtype '%s'.", name, dtype));
    try {
      List<Integer> shape =
          longs(members.get("shape"), "shape").stream().map(size -> Json.of(size).asInt()).toList();
      List<Long> range = longs(members.get("data_offsets"), "data_offsets");
      if (range.size() != 2) {
        throw new CarouselException.Request("Its data_offsets must be two numbers.");
      }
      return new TensorEntry(name, type, shape, range.getFirst(), range.getLast());
    } catch (CarouselException.Request e) {
      throw bad(where, "the tensor '%s' is wrong. %s", name, e.getMessage());
    }
  }

  private static List<Long> longs(@Nullable Json json, String key) {
    if (!(json instanceof Json.Arr(var items))) {
      throw new CarouselException.Request("Its " + key + " must be an array of whole numbers.");
    }
    var longs = new ArrayList<Long>();
    for (Json item : items) {
      if (!(item instanceof Json.Num number)) {
        throw new CarouselException.Request("Its " + key + " must be an array of whole numbers.");
      }
      longs.add(number.asLong());
    }
    return longs;
  }

  /// Every byte after the header belongs to exactly one tensor.
  private static void requireCover(Iterable<TensorEntry> tensors, String where, long dataBytes) {
    var byPlace = new ArrayList<TensorEntry>();
    tensors.forEach(byPlace::add);
    byPlace.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    long covered = 0;
    for (TensorEntry tensor : byPlace) {
      if (tensor.begin() != covered) {
        throw bad(
            where,
            tensor.begin() < covered
                ? "the tensor '%s' begins at byte %d, inside the one before it, which ends at %d."
                : "the tensor '%s' begins at byte %d, but the one before it ends at %d: the bytes"
                    + " between belong to none.",
            tensor.name(),
            tensor.begin(),
            covered);
      }
      covered = tensor.end();
    }
    if (covered > dataBytes) {
      throw bad(
          where,
          "its tensors need %d bytes after the header, but there are %d. It was cut off.",
          covered,
          dataBytes);
    }
    if (covered < dataBytes) {
      throw bad(where, "%d bytes follow after the last tensor.", dataBytes - covered);
    }
  }

  /// The first bytes of a file: the header's length and the header, padded with spaces.
  static byte[] write(Map<String, String> metadata, Weights floats, Map<String, long[]> longs) {
    var members = new LinkedHashMap<String, Json>();
    if (!metadata.isEmpty()) {
      var strings = new LinkedHashMap<String, Json>();
      metadata.forEach((key, value) -> strings.put(key, Json.of(value)));
      members.put(TensorFile.METADATA, new Json.Obj(strings));
    }
    long at = 0;
    for (var tensor : longs.entrySet()) {
      long end = at + (long) tensor.getValue().length * Long.BYTES;
      List<Integer> shape = List.of(tensor.getValue().length);
      add(members, new TensorEntry(tensor.getKey(), TensorType.I64, shape, at, end));
      at = end;
    }
    for (var tensor : floats.shapes().entrySet()) {
      long end = at + TensorEntry.size(tensor.getKey(), tensor.getValue()) * Float.BYTES;
      add(members, new TensorEntry(tensor.getKey(), TensorType.F32, tensor.getValue(), at, end));
      at = end;
    }
    byte[] utf8 = new Json.Obj(members).compact().getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(utf8.length, ALIGNMENT) * ALIGNMENT;
    if (padded > MAX_BYTES) {
      throw new CarouselException.Request(
          "The header of the file would have %d bytes, but at most %d are allowed. Is the"
                  .formatted(padded, MAX_BYTES)
              + " vocabulary too large?");
    }
    byte[] bytes = new byte[LENGTH_BYTES + padded];
    Arrays.fill(bytes, (byte) ' ');
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(utf8);
    return bytes;
  }

  private static void add(Map<String, Json> members, TensorEntry tensor) {
    Json entry =
        Json.object()
            .with("dtype", tensor.type().name())
            .with("shape", array(tensor.shape()))
            .with("data_offsets", array(List.of(tensor.begin(), tensor.end())));
    if (members.putIfAbsent(tensor.name(), entry) != null) {
      throw new CarouselException.Request("There are two tensors named '" + tensor.name() + "'.");
    }
  }

  private static Json array(List<? extends Number> numbers) {
    return new Json.Arr(numbers.stream().<Json>map(n -> Json.of(n.longValue())).toList());
  }

  TensorEntry entry(String name) {
    TensorEntry entry = tensors.get(name);
    if (entry == null) {
      throw bad(
          where, "it has no tensor '%s'. %s", name, Nearest.hint(name, tensors.sequencedKeySet()));
    }
    return entry;
  }

  static void readFully(FileChannel channel, ByteBuffer target, long at, String where)
      throws IOException {
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw bad(where, "it ends at byte %d, while it is read. Is it being written?", at);
      }
      at += count;
    }
  }

  private static CarouselException.BadFile bad(String where, String problem, Object... arguments) {
    return new CarouselException.BadFile(
        "Could not read " + where + ": " + problem.formatted(arguments));
  }
}
