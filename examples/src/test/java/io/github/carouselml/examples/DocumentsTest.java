package io.github.carouselml.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What the documents say is there: links lead somewhere, paths exist, Java is the text of a program
/// that [ExamplesTest] runs, and every command is understood.
final class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> READMES = List.of("README.md", "README.zh-CN.md");

  private static final Pattern LINK =
      Pattern.compile("\\]\\(([^)\\s]+)\\)|<(?:img|source)[^>]* src(?:set)?=\"([^\"]+)\"");
  private static final Pattern CODE = Pattern.compile("(?<!`)`([^`\\s]+)`(?!`)");
  private static final Pattern TOP =
      Pattern.compile("(?:app|benchmarks|core|docs|examples|interop|scripts|simd|tasks)/[\\w./-]+");

  @TestFactory
  Stream<DynamicTest> links_lead_somewhere() throws IOException {
    return documents().stream()
        .map(document ->
            DynamicTest.dynamicTest(
                ROOT.relativize(document).toString(), () -> assertLinks(document)));
  }

  private static void assertLinks(Path document) throws IOException {
    List<String> broken = new ArrayList<>();
    Matcher links = LINK.matcher(prose(document));
    while (links.find()) {
      String link = links.group(1) != null ? links.group(1) : links.group(2);
      if (link.matches("[a-z]+:.*")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
      if (!Files.exists(target)) {
        broken.add(link + " (no such file)");
      } else if (parts.length == 2 && !anchors(target).contains(parts[1])) {
        broken.add(link + " (no such heading)");
      }
    }
    assertThat(broken).as("links of " + document).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> paths_exist() throws IOException {
    return documents().stream()
        .map(document ->
            DynamicTest.dynamicTest(
                ROOT.relativize(document).toString(), () -> assertPaths(document)));
  }

  private static void assertPaths(Path document) throws IOException {
    List<String> missing = new ArrayList<>();
    Matcher code = CODE.matcher(prose(document));
    while (code.find()) {
      String path = code.group(1);
      // what a build makes, and what stands for something else, is not in the tree
      boolean ofTheTree = TOP.matcher(path).matches() && !path.contains("target/");
      if (ofTheTree
          && !path.matches(".*\\b[A-Z]{4,}\\b(?!\\.md).*")
          && !Files.exists(ROOT.resolve(path))) {
        missing.add(path);
      }
    }
    assertThat(missing).as("paths in " + document).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> java_is_the_text_of_a_program_that_runs() throws IOException {
    List<String> programs = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve("examples"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        if (!file.toString().contains("src/test")) {
          programs.add(squeezed(Files.readString(file)));
        }
      }
    }
    return blocks("java")
        .map(block ->
            DynamicTest.dynamicTest(
                block.name(),
                () ->
                    assertThat(programs)
                        .as("a program in examples/ with%n%s", block.text())
                        .anyMatch(program -> program.contains(squeezed(block.text())))));
  }

  /// With `--help` behind it a command is checked and does nothing.
  @TestFactory
  Stream<DynamicTest> commands_are_understood() throws IOException {
    return blocks("sh")
        .flatMap(block -> block.text().lines().map(String::strip))
        .map(line -> line.replaceFirst("\\s+#.*", ""))
        .filter(line -> line.startsWith("./carousel"))
        .distinct()
        .map(line -> DynamicTest.dynamicTest(line, () -> assertUnderstood(line)));
  }

  private static void assertUnderstood(String line) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Files.readString(Path.of("target", "libraries")).strip(),
                "io.github.carouselml.app.Main"));
    command.addAll(List.of(line.split("\\s+")).subList(1, line.split("\\s+").length));
    if (!line.endsWith("--help")) {
      command.add("--help");
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", line, output).isZero();
    // help is given for the command as far as its words are known, whatever stands behind them
    Matcher usage = Pattern.compile("Usage: (carousel(?: [a-z]+)*)").matcher(output);
    assertThat(usage.find()).as("%s%n%s", line, output).isTrue();
    boolean aCommand = line.matches("\\./carousel [a-z].*");
    assertThat(usage.group(1).contains(" ")).as("%s%n%s", line, output).isEqualTo(aCommand);
    assertThat(line + " ").startsWith("./" + usage.group(1) + " ");
    for (String option : line.split("\\s+")) {
      if (option.startsWith("--")) {
        assertThat(output).as(line).contains(option);
      }
    }
  }

  /// Both languages give the same commands and the same programs, in the same order.
  @Test
  void the_languages_agree() throws IOException {
    for (String kind : List.of("java", "sh", "xml", "kotlin", "dockerfile")) {
      List<List<String>> texts = new ArrayList<>();
      for (String readme : READMES) {
        texts.add(
            blocks(readme, kind).stream()
                .map(b -> b.text().replaceAll("(?m)\\s+(//|#|<!--).*$", "").strip())
                .toList());
      }
      assertThat(texts.get(1)).as(kind + " blocks of " + READMES).isEqualTo(texts.get(0));
    }
  }

  private record Block(String name, String text) {}

  private static Stream<Block> blocks(String kind) throws IOException {
    List<Block> all = new ArrayList<>();
    for (String readme : READMES) {
      all.addAll(blocks(readme, kind));
    }
    assertThat(all).as("blocks of " + kind).isNotEmpty();
    return all.stream();
  }

  private static List<Block> blocks(String readme, String kind) throws IOException {
    List<Block> found = new ArrayList<>();
    Matcher m =
        Pattern.compile("(?ms)^```" + kind + "\\n(.*?)^```$")
            .matcher(Files.readString(ROOT.resolve(readme)));
    while (m.find()) {
      String title = m.group(1).lines().findFirst().orElse("").strip();
      found.add(new Block(readme + ": " + title, m.group(1)));
    }
    return found;
  }

  private static List<Path> documents() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT)) {
      top.filter(f -> f.toString().endsWith(".md")).forEach(found::add);
    }
    for (String folder : List.of("docs", "examples", "benchmarks")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files
            .filter(f -> f.toString().endsWith(".md") && !f.toString().contains("/target/"))
            .forEach(found::add);
      }
    }
    assertThat(found).hasSizeGreaterThan(10);
    return found;
  }

  /// Without fenced blocks, whose brackets are no links.
  private static String prose(Path document) throws IOException {
    return Files.readString(document).replaceAll("(?ms)^\\s*```.*?^\\s*```$", "");
  }

  /// As GitHub makes them of headings.
  private static List<String> anchors(Path document) throws IOException {
    return prose(document)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line ->
            line.replaceFirst("^#+\\s+", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
                .strip()
                .replace(' ', '-'))
        .toList();
  }

  /// Indentation and comments, which are translated, do not matter.
  private static String squeezed(String text) {
    return text.lines()
        .map(line -> line.replaceFirst("\\s//.*", "").strip())
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n"));
  }
}
