package io.github.carouselml.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/// The flags of the running JVM that decide which machine instructions the kernels become. The Vector
/// API tells none of them.
public final class Jvm {
  private Jvm() {}

  /// The value of a flag; empty where this JVM has no such flag.
  public static Optional<String> flag(String name) {
    HotSpotDiagnosticMXBean flags =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (flags == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(flags.getVMOption(name).getValue());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// `UseFMA`: whether a multiplication and an addition are one instruction.
  public static Optional<Boolean> fusedMultiplyAdd() {
    return flag("UseFMA").map(Boolean::valueOf);
  }

  /// `UseAVX`, only on x86: 2 has 16 registers, 3 has 32.
  public static Optional<Integer> useAvx() {
    return flag("UseAVX").map(Integer::valueOf);
  }

  /// `MaxVectorSize` in bytes.
  public static Optional<Integer> maxVectorSize() {
    return flag("MaxVectorSize").map(Integer::valueOf);
  }

  /// Why nothing can be computed here, as a sentence; empty if it can.
  public static Optional<String> unsuitable() {
    if (fusedMultiplyAdd().orElse(true)) {
      return Optional.empty();
    }
    return Optional.of(
        "Carousel needs a processor with fused multiply-add (on x86 the instructions FMA3, there"
            + " since 2013), and Java has none here: either this processor lacks it, or Java was"
            + " started with -XX:-UseFMA.");
  }
}
