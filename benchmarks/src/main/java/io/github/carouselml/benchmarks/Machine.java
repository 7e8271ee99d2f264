package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a result was measured on, as far as the machine tells.
public final class Machine {

  private Machine() {}

  /// Processor, memory, kernel and JDK.
  public static Map<String, Object> describe() throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cpu", cpuInfo("model name"));
    machine.put("family", cpuInfo("cpu family") + " model " + cpuInfo("model"));
    machine.put("processors", Runtime.getRuntime().availableProcessors());
    machine.put("cache", cpuInfo("cache size"));
    machine.put("flags", vectorFlags(cpuInfo("flags")));
    machine.put("memory", firstLine(Path.of("/proc/meminfo")).replaceAll("\\s+", " "));
    machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put(
        "jdk", System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"));
    return machine;
  }

  private static String cpuInfo(String key) throws IOException {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.exists(file)) {
      return System.getProperty("os.arch");
    }
    for (String line : Files.readAllLines(file)) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals(key)) {
        return line.substring(colon + 1).strip();
      }
    }
    return "";
  }

  /// Only what changes arithmetic: the vector and multiply-add extensions.
  private static String vectorFlags(String flags) {
    StringBuilder kept = new StringBuilder();
    for (String flag : flags.split(" ", -1)) {
      if (flag.matches("sse.*|ssse3|avx.*|fma|f16c|amx.*|asimd.*|sve.*")) {
        kept.append(kept.isEmpty() ? "" : " ").append(flag);
      }
    }
    return kept.toString();
  }

  private static String firstLine(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).getFirst() : "";
  }
}
