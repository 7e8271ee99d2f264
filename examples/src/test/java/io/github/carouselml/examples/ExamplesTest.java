package io.github.carouselml.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Compiles and runs what stands in this folder as a reader would: with java and javac, against the jars.
final class ExamplesTest {
  private static final Path JDK = Path.of(System.getProperty("java.home"), "bin");
  private static final String PRINTS = "// prints: ";
  private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> programs() throws IOException {
    return javaFiles(Path.of("programs")).stream()
        .map(program ->
            DynamicTest.dynamicTest(
                program.getFileName().toString(),
                () -> {
                  List<String> command = new ArrayList<>(List.of("java"));
                  command.addAll(VECTORS);
                  command.addAll(List.of("-cp", libraries(), program.toAbsolutePath().toString()));
                  assertPrints(run(command), List.of(program));
                }));
  }

  @Test
  void a_project_on_the_class_path() throws Exception {
    List<Path> sources = javaFiles(Path.of("on-the-class-path", "src"));
    Path classes = folder.resolve("classes");
    run(javac(sources, "-cp", libraries(), "-d", classes.toString()));

    List<String> command = new ArrayList<>(List.of("java"));
    command.addAll(VECTORS);
    command.addAll(List.of("-cp", classes + File.pathSeparator + libraries(), "shop.Orders"));
    assertPrints(run(command), sources);
  }

  @Test
  void a_project_on_the_module_path() throws Exception {
    List<Path> sources = javaFiles(Path.of("on-the-module-path", "src"));
    Path classes = folder.resolve("classes");
    run(javac(sources, "--module-path", libraries(), "-d", classes.toString()));

    assertPrints(
        run(
            List.of(
                "java",
                "--module-path",
                classes + File.pathSeparator + libraries(),
                "--add-modules",
                "io.github.carouselml.simd",
                "--module",
                "shop/shop.Orders")),
        sources);
  }

  private static List<String> javac(List<Path> sources, String... options) {
    List<String> command = new ArrayList<>(List.of("javac", "-Xlint:all,-incubating", "-Werror"));
    command.addAll(List.of(options));
    sources.forEach(source -> command.add(source.toAbsolutePath().toString()));
    return command;
  }

  /// The jars that a user of Carousel has, as the build wrote them down: nothing of the tests.
  private static String libraries() throws IOException {
    return Files.readString(Path.of("target", "libraries")).strip();
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
      assertThat(found).as("programs in " + folder).isNotEmpty();
      return found;
    }
  }

  private static void assertPrints(String output, List<Path> sources) throws IOException {
    List<String> promised = new ArrayList<>();
    for (Path source : sources) {
      Files.readAllLines(source).stream()
          .map(String::strip)
          .filter(line -> line.startsWith(PRINTS))
          .forEach(line -> promised.add(line.substring(PRINTS.length())));
    }
    assertThat(promised).as("lines '%s...' in %s", PRINTS, sources).isNotEmpty();
    assertThat(output).contains(promised);
  }

  /// Runs in an empty folder, so that nothing of ours is in reach but what the command names.
  private String run(List<String> command) throws IOException, InterruptedException {
    List<String> full = new ArrayList<>(command);
    full.set(0, JDK.resolve(command.getFirst()).toString());
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(full)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    assertThat(ended).as("ended within three minutes: %s%n%s", full, text).isTrue();
    assertThat(process.exitValue()).as("%s%n%s", full, text).isZero();
    return text;
  }
}
