package io.github.carouselml.app.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.github.carouselml.cpu.Jvm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What Java sees of the machine that it runs on.
///
/// @param java version, vendor and virtual machine
/// @param system name, version and architecture
/// @param processor its name, where the system tells
/// @param features those instruction sets that matter here, as far as the system tells
/// @param flags of the virtual machine that decide about vectors: `UseAVX`, `MaxVectorSize` … with
///     their values
/// @param processors that the process may use, a container's limit included
/// @param processorLimit what a container allows, in processors
/// @param memory that the process may use in bytes, a container's limit included
/// @param memoryLimit what a container allows, in bytes
/// @param heap the largest heap in bytes
public record Machine(
    String java,
    String system,
    Optional<String> processor,
    List<String> features,
    Map<String, String> flags,
    int processors,
    Optional<Double> processorLimit,
    long memory,
    Optional<Long> memoryLimit,
    long heap) {
  private static final List<String> FLAGS =
      List.of("UseAVX", "UseSVE", "MaxVectorSize", "UseFMA", "UseSuperWord", "TieredStopAtLevel");
  private static final List<String> FEATURES =
      List.of(
          "sse4_2",
          "avx",
          "f16c",
          "fma",
          "avx2",
          "avx512f",
          "avx512_bf16",
          "amx_tile",
          "asimd",
          "sve",
          "sve2");

  /// This machine.
  public static Machine here() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        "%s, %s, %s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor", "unknown vendor"),
                System.getProperty("java.vm.name", "unknown virtual machine")),
        "%s %s, %s"
            .formatted(
                System.getProperty("os.name", "unknown"),
                System.getProperty("os.version", ""),
                System.getProperty("os.arch", "")),
        cpuinfo("model name"),
        instructions(),
        vectorFlags(),
        Runtime.getRuntime().availableProcessors(),
        quota(),
        system.getTotalMemorySize(),
        line("/sys/fs/cgroup/memory.max").flatMap(Machine::bytes),
        Runtime.getRuntime().maxMemory());
  }

  private static Map<String, String> vectorFlags() {
    Map<String, String> flags = new LinkedHashMap<>();
    for (String flag : FLAGS) {
      // Each kind of processor has flags of its own and lacks others.
      Jvm.flag(flag).ifPresent(value -> flags.put(flag, value));
    }
    return flags;
  }

  private static List<String> instructions() {
    List<String> all =
        Arrays.asList(cpuinfo("flags").or(() -> cpuinfo("Features")).orElse("").split(" "));
    return FEATURES.stream().filter(all::contains).toList();
  }

  private static Optional<String> cpuinfo(String key) {
    return lines("/proc/cpuinfo").stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /// `cpu.max` is a quota and a period, both in microseconds.
  private static Optional<Double> quota() {
    return line("/sys/fs/cgroup/cpu.max")
        .map(line -> line.split(" "))
        .filter(parts -> parts.length == 2 && parts[0].chars().allMatch(Character::isDigit))
        .map(parts -> Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]));
  }

  private static Optional<Long> bytes(String text) {
    return text.chars().allMatch(Character::isDigit) && text.length() < 19
        ? Optional.of(Long.parseLong(text))
        : Optional.empty();
  }

  private static Optional<String> line(String file) {
    return lines(file).stream().map(String::strip).filter(l -> !l.isEmpty()).findFirst();
  }

  /// The lines of a file that only some systems have.
  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return List.of();
    }
  }
}
