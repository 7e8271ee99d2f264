package io.github.carouselml.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.carouselml.cpu.Jvm;
import io.github.carouselml.inspect.BitsMatrix;
import io.github.carouselml.inspect.BitsProcess;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The contract on bits at every vector width and without vectors, each in a JVM of its own: all give
/// `bits.digest`. The whole matrix with `-Dcarousel.matrix=full`.
@Tag("allocation")
class BitsMatrixTest {
  private static final String EXTENT = System.getProperty("carousel.matrix", "fast");

  /// What a JVM is started with.
  enum Machine {
    DEFAULT("simd", 64),
    VECTORS_OF_16_BYTES("simd", 16, "-XX:MaxVectorSize=16"),
    AVX_2("simd", 32, "-XX:UseAVX=2"),
    AVX_2_VECTORS_OF_16_BYTES("simd", 16, "-XX:UseAVX=2", "-XX:MaxVectorSize=16"),
    /// Where it is not the default and the processor has it.
    AVX_3("simd", 64, "-XX:UseAVX=3"),
    WITHOUT_THE_SIMD_JAR("auto", 64);

    final String kernels;
    final int mostBytes;
    final List<String> flags;

    Machine(String kernels, int mostBytes, String... flags) {
      this.kernels = kernels;
      this.mostBytes = mostBytes;
      this.flags = List.of(flags);
    }
  }

  /// How a child ended and all that it said.
  private record Ended(int code, String output) {}

  private static final ExecutorService TWO_AT_ONCE = Executors.newFixedThreadPool(2);
  private static final Map<Machine, Future<Ended>> CHILDREN = new EnumMap<>(Machine.class);

  @BeforeAll
  static void start() {
    for (Machine machine : Machine.values()) {
      if (machine != Machine.AVX_3 || Jvm.useAvx().orElse(3) < 3) {
        CHILDREN.put(machine, TWO_AT_ONCE.submit(() -> run(machine, machine.flags)));
      }
    }
  }

  @AfterAll
  static void end() {
    TWO_AT_ONCE.shutdownNow();
  }

  private static Ended run(Machine machine, List<String> flags) throws Exception {
    boolean simd = machine != Machine.WITHOUT_THE_SIMD_JAR;
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:+IgnoreUnrecognizedVMOptions"));
    command.add("-XX:-BackgroundCompilation");
    if (simd) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(simd), BitsProcess.class.getName()));
    command.addAll(List.of(machine.kernels, EXTENT));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(child.waitFor(), output);
    } finally {
      child.destroyForcibly();
    }
  }

  /// The places that classes come from, whatever started this JVM.
  private static String classPath(boolean simd) {
    var classes = Stream.of(BitsMatrix.class, BitsProcess.class);
    return (simd ? Stream.concat(classes, Stream.of(VectorKernels.class)) : classes)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(location -> Path.of(URI.create(location.toString())).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  @ParameterizedTest
  @EnumSource
  void compiledKernelsGiveTheBitsOfEveryMachine(Machine machine) throws Exception {
    Future<Ended> child = CHILDREN.get(machine);
    assumeThat(child).as("another run has these flags").isNotNull();
    Ended ended = child.get();

    assertThat(ended.code).as("%s %s%n%s", machine, machine.flags, ended.output).isZero();
    assertThat(ended.output).contains(", failed 0").containsPattern("cells ([4-9]|[1-9][0-9]),");
    String bytes = ended.output.replaceAll("(?s).*MaxVectorSize (\\w+).*", "$1");
    assertThat(Integer.parseInt(bytes)).as(ended.output).isLessThanOrEqualTo(machine.mostBytes);
  }

  @Test
  void withoutFusedMultiplyAddASentenceSaysSo() throws Exception {
    Ended ended = run(Machine.WITHOUT_THE_SIMD_JAR, List.of("-XX:-UseFMA"));

    assertThat(ended.output)
        .contains("Carousel needs a processor with fused multiply-add")
        .doesNotContain("Exception");
    assertThat(ended.code).as(ended.output).isEqualTo(2);
  }
}
