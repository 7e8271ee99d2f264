package io.github.carouselml.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.Kernels;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The vector kernels are taken where they can run; where the flag was forgotten, `auto` goes on
/// without them and says so, and `simd` is refused with the flag to add.
class KernelChoiceTest {
  @Test
  void autoTakesTheVectors() {
    assertThat(Kernels.choose(Kernels.AUTO).provider().name()).isEqualTo("simd");
    assertThat(Kernels.choose("simd").provider().lanes()).isGreaterThanOrEqualTo(4);
  }

  @Test
  void withoutTheFlagAutoFallsBackAndSimdIsRefused() throws Exception {
    assertThat(run("auto")).contains("chose plain").contains("--add-modules jdk.incubator.vector");
    assertThat(run("simd")).contains("refused").contains("--add-modules jdk.incubator.vector");
  }

  /// The child process.
  public static void main(String[] arguments) {
    try {
      Kernels.Choice choice = Kernels.choose(arguments[0]);
      System.out.println("chose " + choice.provider().name() + " " + choice.remarks());
    } catch (CarouselException.Request e) {
      System.out.println("refused: " + e.getMessage());
    }
  }

  private static String run(String kernels) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(KernelChoiceTest.class.getName(), kernels));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
