package io.github.carouselml.model;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Another process that saves a file, to be killed or to be given no room: `once FILE BYTES` saves
/// one time and prints what went wrong, `forever FILE BYTES` saves as fast as it can, all `a` and
/// all `b` in turn.
final class SavingProcess {
  private SavingProcess() {}

  @SuppressWarnings("SystemOut") // the parent reads it
  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[1]);
    byte[] bytes = new byte[Integer.parseInt(args[2])];
    if (args[0].equals("once")) {
      try {
        Files.writeString(path, "old");
        AtomicFile.write(path, bytes);
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
      System.out.println(Files.readString(path));
      try (var files = Files.list(path.resolveSibling(""))) {
        System.out.println(files.map(file -> file.getFileName().toString()).sorted().toList());
      }
      return;
    }
    for (int round = 0; ; round++) {
      Arrays.fill(bytes, (byte) (round % 2 == 0 ? 'a' : 'b'));
      AtomicFile.write(path, bytes);
      if (round == 0) {
        System.out.println("saving");
      }
    }
  }

  /// A file or folder of this name, or of the plain one where the locale of this JVM has no such
  /// letters.
  static Path named(Path folder, String name, String plain) {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException e) {
      return folder.resolve(plain);
    }
  }

  /// The command that runs this class with these arguments, of classes in folders on the class
  /// path.
  static List<String> command(String... arguments) {
    try {
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx64m", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-cp"));
      command.add(placeOf(AtomicFile.class) + File.pathSeparator + placeOf(SavingProcess.class));
      command.add(SavingProcess.class.getName());
      command.addAll(List.of(arguments));
      return command;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /// Runs a command to its end and gives the lines that it printed.
  static List<String> run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out.lines().toList();
  }
}
