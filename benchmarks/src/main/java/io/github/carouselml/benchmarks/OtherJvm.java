package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Processes beside this one that print what they found.
final class OtherJvm {
  private static final String VECTORS = "--add-modules=jdk.incubator.vector";

  private OtherJvm() {}

  /// What a class prints in a virtual machine with vectors, and otherwise like this one.
  static String output(List<String> options, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(options);
    all.add(VECTORS);
    return outputWithoutVectors(all, main, arguments);
  }

  /// The same without the vector module.
  static String outputWithoutVectors(List<String> options, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return output(command(options, main, arguments));
  }

  /// What a command prints.
  static String output(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("A process failed: " + String.join(" ", command));
    }
    return output;
  }

  /// Starts a class with this Java and, where the options name no other, this class path.
  static List<String> command(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(options);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
