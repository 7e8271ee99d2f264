package io.github.carouselml.inspect;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What came out of a run, by name: what belongs to one sequence, and what belongs to the batch.
final class Outcome {
  /// By the sequence's id first.
  private final TreeMap<Integer, Map<String, float[]>> sequences = new TreeMap<>();

  private final Map<String, float[]> gradients = new TreeMap<>();

  void put(int id, String what, float[] values) {
    sequences.computeIfAbsent(id, _ -> new TreeMap<>()).put(what, values);
  }

  void putGradient(String parameter, float[] values) {
    gradients.put(parameter, values);
  }

  Map<Integer, Map<String, float[]>> sequences() {
    return sequences;
  }

  Map<String, float[]> gradients() {
    return gradients;
  }

  /// Takes over the sequences of another run.
  void addSequences(Outcome other) {
    sequences.putAll(other.sequences);
  }

  /// Where what belongs to sequences differs from the expected; it may hold less per sequence, and
  /// strangers beside.
  Optional<String> sequenceDifference(Outcome expected) {
    for (var sequence : expected.sequences.entrySet()) {
      Map<String, float[]> mine = sequences.get(sequence.getKey());
      if (mine == null) {
        return Optional.of("sequence " + sequence.getKey() + " is missing");
      }
      for (var part : mine.entrySet()) {
        String what = part.getKey() + " of sequence " + sequence.getKey();
        float[] other = sequence.getValue().get(part.getKey());
        Optional<String> found = difference(what, part.getValue(), other);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /// Where anything differs from the expected.
  Optional<String> difference(Outcome expected) {
    Optional<String> found = sequenceDifference(expected);
    for (var gradient : expected.gradients.entrySet()) {
      if (found.isPresent()) {
        break;
      }
      String what = "the gradient of " + gradient.getKey();
      found = difference(what, gradients.get(gradient.getKey()), gradient.getValue());
    }
    return found;
  }

  private static Optional<String> difference(
      String what, float @Nullable [] got, float @Nullable [] expected) {
    if (got == null || expected == null || got.length != expected.length) {
      return Optional.of(what + " is missing");
    }
    for (int i = 0; i < got.length; i++) {
      if (Float.floatToIntBits(got[i]) != Float.floatToIntBits(expected[i])) {
        return Optional.of("%s is %s at %d instead of %s".formatted(what, got[i], i, expected[i]));
      }
    }
    return Optional.empty();
  }

  /// SHA-256 over all bits, sequences by id, then gradients by name; all NaN are equal.
  String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      sequences.values().forEach(parts -> parts.values().forEach(part -> add(digest, part)));
      gradients.values().forEach(part -> add(digest, part));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }

  private static void add(MessageDigest digest, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length + 4).putInt(values.length);
    for (float value : values) {
      bytes.putInt(Float.floatToIntBits(value));
    }
    digest.update(bytes.flip());
  }
}
