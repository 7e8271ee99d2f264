package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/// A result under `benchmarks/results`: when, with which command, on which machine, and what.
final class ResultFile {
  private ResultFile() {}

  static void write(String name, String[] args, Map<String, Object> content) throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    result.put(
        "command", "benchmarks/" + name + (args.length == 0 ? "" : " ") + String.join(" ", args));
    result.put("machine", Machine.describe());
    result.putAll(content);
    Path root = Path.of(System.getProperty("carousel.root", "."));
    Path out = root.resolve("benchmarks/results/" + name + ".json");
    Files.createDirectories(out.toAbsolutePath().getParent());
    Files.writeString(out, Json.write(result, 0) + "\n");
    System.err.println("Written to " + out);
  }
}
