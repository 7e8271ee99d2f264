package io.github.carouselml.app.verify;

import io.github.carouselml.app.Main;
import io.github.carouselml.cpu.Jvm;
import io.github.carouselml.inspect.Check;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// This processor as lesser ones: the same command in virtual machines that may use only a part of
/// its vectors. The bits must not change.
final class OtherMachines {
  private OtherMachines() {}

  /// Flags that make another machine of this one.
  static List<List<String>> flags() {
    List<List<String>> all = new ArrayList<>();
    if (Jvm.maxVectorSize().orElse(0) > 16) {
      all.add(List.of("-XX:MaxVectorSize=16"));
    }
    int avx = Jvm.useAvx().orElse(0);
    if (avx > 2) {
      all.add(List.of("-XX:UseAVX=2"));
      all.add(List.of("-XX:UseAVX=2", "-XX:MaxVectorSize=16"));
    } else if (avx == 2) {
      all.add(List.of("-XX:UseAVX=3"));
    }
    return all;
  }

  /// The whole bits matrix of the vector kernels in a virtual machine with these flags.
  static List<Result> bits(List<String> flags) throws IOException {
    String words = String.join(" ", flags);
    Process process = new ProcessBuilder(command(flags)).redirectError(Redirect.DISCARD).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      List<Result> results = Findings.results(last(said), words);
      if (results.isEmpty()) {
        String reason = "a Java with " + words + " ended with code " + process.exitValue();
        return List.of(new Result("simd", words, new Check("bits", "all", 1, List.of(reason))));
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The proof was interrupted.", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Json last(String said) {
    try {
      return Json.read(said.lines().reduce("", (_, line) -> line), "What the other Java said");
    } catch (CarouselException _) {
      return Json.object();
    }
  }

  private static List<String> command(List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--add-modules=jdk.incubator.vector"));
    // a full machine must not keep the compiler from ever finishing
    command.add("-XX:-BackgroundCompilation");
    command.addAll(flags);
    String modules = System.getProperty("jdk.module.path");
    String main = Main.class.getName();
    if (modules != null && Main.class.getModule().isNamed()) {
      command.addAll(List.of("-p", modules, "-m", Main.class.getModule().getName() + "/" + main));
    } else {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    }
    command.addAll(List.of("verify", "--kernels=simd", "--full", "--bits-only", "--json"));
    return command;
  }
}
