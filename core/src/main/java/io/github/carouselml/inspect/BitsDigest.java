package io.github.carouselml.inspect;

import io.github.carouselml.model.ModelFile;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The digests that every machine must give: `bits.digest`, one line for each cell, direction, shape
/// and mode under the number of the contract on bits.
/// ```
/// contract 1
/// gru both few predict 5f1c…
/// ```
///
/// @param contract the number of the contract
/// @param lines SHA-256 by the words before it
public record BitsDigest(int contract, SortedMap<String, String> lines) {
  private static final String FILE = "bits.digest";

  /// A copy that does not change.
  public BitsDigest {
    lines = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(lines));
  }

  /// What this build measured.
  public static BitsDigest of(Map<String, String> lines) {
    return new BitsDigest(ModelFile.BITS, new TreeMap<>(lines));
  }

  /// The file that this build brings along.
  public static BitsDigest committed() {
    try (InputStream in = BitsDigest.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new CarouselException.BadFile("This build of Carousel lacks its file " + FILE + ".");
      }
      BitsDigest digest = parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      if (digest.contract != ModelFile.BITS) {
        throw new CarouselException.BadFile(
            "%s belongs to contract %d on bits, but this build keeps contract %d. Renew it."
                .formatted(FILE, digest.contract, ModelFile.BITS));
      }
      return digest;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static BitsDigest parse(String text) {
    SortedMap<String, String> lines = new TreeMap<>();
    for (String line : text.lines().toList()) {
      int at = line.lastIndexOf(' ');
      if (at < 1) {
        throw new CarouselException.BadFile(FILE + " has a line that says nothing: '" + line + "'");
      }
      lines.put(line.substring(0, at), line.substring(at + 1));
    }
    String contract = lines.remove("contract");
    if (contract == null || !contract.matches("[1-9][0-9]{0,8}")) {
      throw new CarouselException.BadFile(
          FILE + " lacks the line 'contract N' with the number of the contract on bits.");
    }
    return new BitsDigest(Integer.parseInt(contract), lines);
  }

  /// The file's text.
  public String text() {
    StringBuilder text = new StringBuilder("contract " + contract + "\n");
    lines.forEach((words, hex) -> text.append(words).append(' ').append(hex).append('\n'));
    return text.toString();
  }

  /// Why what was measured is not what every machine must give.
  Optional<String> difference(String words, String measured) {
    String expected = lines.get(words);
    if (expected == null) {
      return Optional.of("bits.digest has no line '" + words + "'");
    }
    return measured.equals(expected)
        ? Optional.empty()
        : Optional.of("the bits are " + measured + ", but bits.digest has " + expected);
  }
}
