package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/// Carousel and the native libraries side by side: `benchmarks/speed`. Prints the tables on standard
/// output, progress on standard error, and writes the result file.
final class Speed {

  private final Options options;
  private final Path root;
  private final Path scratch;
  private final long start = System.nanoTime();
  private final Map<String, Object> peaks = new LinkedHashMap<>();
  private final List<Object> cells = new ArrayList<>();
  private final List<Object> notMeasured = new ArrayList<>();

  private Speed(Options options, Path root, Path scratch) {
    this.options = options;
    this.root = root;
    this.scratch = scratch;
  }

  public static void main(String[] args) throws Exception {
    if (List.of(args).contains("--help")) {
      System.out.print(Options.USAGE);
      return;
    }
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    if (!options.table().isEmpty()) {
      System.out.print(Table.of(read(options.table().getFirst())));
      return;
    }
    Path root = Path.of(System.getProperty("carousel.root", "."));
    Path scratch = Files.createTempDirectory("carousel-speed");
    try {
      Speed speed = new Speed(options, root, scratch);
      speed.run();
      speed.report(args);
    } finally {
      delete(scratch);
    }
    System.exit(0);
  }

  private static Map<?, ?> read(Path file) throws IOException {
    if (Json.parse(Files.readString(file)) instanceof Map<?, ?> map) {
      return map;
    }
    throw new IOException("The file " + file + " is not a result: it holds no JSON object.");
  }

  private void run() throws IOException, InterruptedException, ExecutionException {
    for (int threads : options.threads()) {
      measurePeak(threads);
      List<Remote> remotes = start(threads);
      try {
        for (Mode mode : options.modes()) {
          for (Point point : options.points(mode)) {
            race(point, mode, threads, remotes);
          }
        }
      } finally {
        remotes.forEach(Remote::close);
      }
      measurePeak(threads);
    }
  }

  private void measurePeak(int threads) throws InterruptedException, ExecutionException {
    double before = peaks.get("" + threads) instanceof Double known ? known : 0;
    peaks.put("" + threads, Math.max(before, Peak.best(threads)));
  }

  private List<Remote> start(int threads) throws InterruptedException {
    List<Remote> remotes = new ArrayList<>();
    for (Entrant entrant : options.contenders()) {
      try {
        Remote remote = Remote.start(entrant, threads, root, scratch);
        remotes.add(remote);
        System.err.println(remote.name() + " " + remote.version());
      } catch (IOException e) {
        System.err.println(entrant.id() + " is left out: " + e.getMessage());
        notMeasured.add(entrant.id() + ": " + e.getMessage());
      }
    }
    return remotes;
  }

  private void race(Point point, Mode mode, int threads, List<Remote> remotes)
      throws InterruptedException, ExecutionException {
    long spent = System.nanoTime() - start;
    if (spent > options.budget().toNanos() * 0.9) {
      notMeasured.add(point + ", " + mode.word() + ": the time was up.");
      return;
    }
    System.err.printf("%s, %s, %d threads%n", point, mode.word(), threads);
    Outcome reference = Reference.of(Problem.of(point), mode);
    Race race = new Race(point, mode, threads, options);
    Map<String, Object> cell = race.run(remotes, reference, start + options.budget().toNanos());
    cells.add(cell);
  }

  private void report(String[] args) throws IOException, InterruptedException {
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("date", now.format(DateTimeFormatter.ISO_LOCAL_DATE_TIME) + "Z");
    result.put("commit", commit());
    result.put("command", ("benchmarks/speed " + String.join(" ", quoted(args))).strip());
    result.put("machine", Machine.describe());
    result.put("peak", peaks);
    result.put("pairs", options.pairs());
    result.put("cells", cells);
    result.put("notMeasured", notMeasured);
    System.out.print(Table.of(result));
    notMeasured.forEach(note -> System.out.println("Not measured: " + note));
    boolean quick = List.of(args).contains("--quick");
    if (!options.out().isEmpty() || !quick) {
      Path file =
          options.out().isEmpty()
              ? root.resolve("benchmarks/results")
                  .resolve(now.format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss")) + ".json")
              : options.out().getFirst();
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, Json.write(result, 0) + "\n");
      System.err.println("Written to " + file);
    }
    if (options.json()) {
      System.out.println(Json.write(result, -1));
    }
  }

  private static List<String> quoted(String[] args) {
    return Stream.of(args).map(arg -> arg.contains(" ") ? "'" + arg + "'" : arg).toList();
  }

  private String commit() throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder("git", "-C", root.toString(), "describe", "--always", "--dirty")
            .redirectErrorStream(true)
            .start();
    String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return git.waitFor() == 0 ? text.strip() : "unknown";
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
