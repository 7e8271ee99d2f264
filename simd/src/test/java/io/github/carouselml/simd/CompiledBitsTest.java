package io.github.carouselml.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.ElementwiseCases;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The same bits and no allocation from compiled loops at every vector width, each in a JVM of its own.
@Tag("allocation")
class CompiledBitsTest {
  private static final List<List<String>> FLAGS =
      List.of(
          List.of(),
          List.of("-XX:MaxVectorSize=16"),
          List.of("-XX:UseAVX=2"),
          List.of("-XX:UseAVX=2", "-XX:MaxVectorSize=16"));

  private static final Map<Integer, Process> CHILDREN = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws IOException {
    for (int i = 0; i < FLAGS.size(); i++) {
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-XX:+UseSerialGC"));
      command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:-BackgroundCompilation"));
      command.addAll(FLAGS.get(i));
      command.addAll(List.of("-cp", classPath()));
      command.add(CompiledBits.class.getName());
      CHILDREN.put(i, new ProcessBuilder(command).redirectErrorStream(true).start());
    }
  }

  /// The places that the four kinds of classes come from, whatever started this JVM.
  private static String classPath() {
    return Stream.of(
            Elementwise.class, ElementwiseCases.class, VectorElementwise.class, CompiledBits.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(location -> Path.of(URI.create(location.toString())).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  @ParameterizedTest
  @CsvSource({"0, 16", "1, 4", "2, 8", "3, 4"})
  void compiledLoopsGiveThePlainBitsAndAllocateNothing(int flags, int mostLanes)
      throws IOException, InterruptedException {
    Process child = CHILDREN.get(flags);
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as("%s%n%s", FLAGS.get(flags), output).isZero();
    assertThat(output).contains(", failed 0").containsPattern("cases [1-9][0-9]+");
    int lanes = Integer.parseInt(output.replaceAll("(?s).*lanes (\\d+),.*", "$1"));
    assertThat(lanes).isBetween(1, mostLanes);
  }
}
