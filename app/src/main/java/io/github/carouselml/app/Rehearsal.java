package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Small commands in one process, for an archive of the classes that they need
/// (`-XX:ArchiveClassesAtExit`): `./carousel` starts from it.
final class Rehearsal {
  private static final int DAYS = 60;

  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    Console.ofProcess(Main.kernels());
    PrintWriter nobody = new PrintWriter(Writer.nullWriter());
    Console console = new Console(nobody, nobody, false, Main.kernels());
    Path folder = Files.createTempDirectory("carousel-rehearsal");
    try {
      String data = Files.writeString(folder.resolve("data.csv"), series()).toString();
      String run = folder.resolve("run").toString();
      String out = folder.resolve("forecast.csv").toString();
      List<String> train = List.of("train", "forecast", "--data", data, "--out", run);
      List<String> small = List.of("--horizon", "3", "--epochs", "1");
      Main.run(console, Stream.of(train, small).flatMap(List::stream).toArray(String[]::new));
      Main.run(console, "predict", run, "--data", data, "--out", out);
      Main.run(console, "predict", run, "--data", data, "--json");
      Main.run(console, "evaluate", run, "--data", data);
      Main.run(console, "doctor");
      Main.run(console, "--help");
      Main.run(console, "predict", "--help");
      Main.run(console, "predict", folder.resolve("nothing").toString(), "--data", data);
    } finally {
      remove(folder);
    }
  }

  private static String series() {
    StringBuilder csv = new StringBuilder("unique_id,ds,y\n");
    for (String id : List.of("a", "b")) {
      for (int day = 0; day < DAYS; day++) {
        LocalDate date = LocalDate.of(2025, 1, 1).plusDays(day);
        csv.append(id).append(',').append(date).append(',').append(day % 7 + 0.5).append('\n');
      }
    }
    return csv.toString();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
