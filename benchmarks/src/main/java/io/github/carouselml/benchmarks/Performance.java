package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The figures in the documents, from the result files: `benchmarks/performance` writes those of
/// `docs/performance.md`, of the READMEs and the pictures, and measures nothing. A part whose result
/// file is not there stays as it is.
final class Performance {
  private final Path root;
  private final Map<Path, String> documents = new LinkedHashMap<>();

  private Performance(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws IOException {
    Map<Path, String> documents = documents(Path.of(System.getProperty("carousel.root", ".")));
    for (Map.Entry<Path, String> document : documents.entrySet()) {
      Files.createDirectories(document.getKey().toAbsolutePath().getParent());
      Files.writeString(document.getKey(), document.getValue());
      System.err.println("Written to " + document.getKey());
    }
  }

  /// Every document with figures from a result file under `root`, as it should be.
  static Map<Path, String> documents(Path root) throws IOException {
    Performance performance = new Performance(root);
    performance.fill();
    return performance.documents;
  }

  private void fill() throws IOException {
    String page = "docs/performance.md";
    Map<?, ?> speed = result("speed");
    if (!speed.isEmpty()) {
      fill(page, "speed", "\n" + Table.of(speed));
      fill("README.md", "speed", "\n" + Table.brief(speed, false));
      fill("README.zh-CN.md", "speed", "\n" + Table.brief(speed, true));
    }
    Map<?, ?> precision = result("precision");
    if (!precision.isEmpty()) {
      fill(page, "precision", precision(precision));
    }
    Map<?, ?> narrow = result("narrow");
    if (!narrow.isEmpty()) {
      fill(page, "narrow", narrow(narrow));
    }
    Map<?, ?> cells = result("cells");
    if (!cells.isEmpty()) {
      fill(page, "cells", cells(cells));
    }
    Map<?, ?> around = result("around");
    if (!around.isEmpty()) {
      fill(page, "around", around(around));
    }
    Map<?, ?> scaling = result("scaling");
    if (!scaling.isEmpty()) {
      fill(page, "scaling", scaling(scaling));
    }
    Map<?, ?> startUp = result("startup");
    if (!startUp.isEmpty()) {
      fill(page, "startup", startUp(startUp));
    }
    Map<?, ?> oversubscribed = result("oversubscribed");
    if (!oversubscribed.isEmpty()) {
      fill(page, "oversubscribed", oversubscribed(oversubscribed));
    }
  }

  /// One line for each size and thread count, one column for each precision.
  private static String precision(Map<?, ?> result) {
    StringBuilder out =
        new StringBuilder(
            """

            | I, H | threads | float32 µs p50 / p99 | bfloat16 | int8 |
            | --- | ---: | ---: | ---: | ---: |
            """);
    String before = "";
    for (Map<?, ?> step : maps(result, "steps")) {
      String size =
          String.format(
              Locale.ROOT,
              "%.0f, %.0f | %.0f",
              number(step, "inputs"),
              number(step, "units"),
              number(step, "threads"));
      if (!size.equals(before)) {
        out.append(before.isEmpty() ? "| " : " |\n| ").append(size);
      }
      before = size;
      out.append(
          " | %s / %s"
              .formatted(
                  Table.digits(number(step, "p50Microseconds")),
                  Table.digits(number(step, "p99Microseconds"))));
    }
    out.append(" |\n\n").append(result.get("task")).append(":\n\n");
    out.append("| weights | from float32, rms | at most | from the truth, rms | MAPE |\n");
    out.append("| --- | ---: | ---: | ---: | ---: |\n");
    for (Map<?, ?> error : maps(result, "errors")) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %.5f | %.5f | %.5f | %.3f %% |%n",
              String.valueOf(error.get("precision")).toLowerCase(Locale.ROOT),
              number(error, "rmsFromFloat32"),
              number(error, "mostFromFloat32"),
              number(error, "rmsFromTruth"),
              number(error, "mapePercent")));
    }
    return out.append(source(result)).toString();
  }

  private static String narrow(Map<?, ?> result) {
    StringBuilder head = new StringBuilder("\n| vectors | peak");
    StringBuilder out = new StringBuilder();
    for (Map<?, ?> machine : maps(result, "machines")) {
      boolean plain = String.valueOf(machine.get("vectors")).startsWith("plain");
      out.append("| ").append(machine.get("vectors")).append(" | ");
      out.append(String.format(Locale.ROOT, "%.0f", number(machine, "peakGflops")));
      boolean first = !head.toString().endsWith("\n");
      for (Map<?, ?> product : maps(machine, "products")) {
        if (first) {
          head.append(" | ").append(product.get("product"));
        }
        out.append(String.format(Locale.ROOT, " | %.1f", number(product, "gflops")));
        if (!plain) {
          out.append(String.format(Locale.ROOT, " (%.0f %%)", 100 * number(product, "ofPeak")));
        }
      }
      if (first) {
        int columns = maps(machine, "products").size() + 1;
        head.append(" |\n| ---").append(" | ---:".repeat(columns)).append(" |\n");
      }
      out.append(" |\n");
    }
    return head.append(out).append(source(result)).toString();
  }

  private static String startUp(Map<?, ?> result) {
    StringBuilder out =
        new StringBuilder("\n| | training step | prediction |\n| --- | ---: | ---: |\n");
    Map<?, ?> training = (Map<?, ?>) result.get("training");
    Map<?, ?> prediction = (Map<?, ?>) result.get("prediction");
    if (training != null && prediction != null) {
      line(
          out,
          "from the process's start to the end of the first",
          training,
          prediction,
          "firstSeconds",
          "s");
      if (result.get("trainingFromArchive") instanceof Map<?, ?> archived
          && result.get("predictionFromArchive") instanceof Map<?, ?> archivedPrediction) {
        line(
            out,
            "the same with an archive of its classes",
            archived,
            archivedPrediction,
            "firstSeconds",
            "s");
      }
      line(out, "the next 20, median", training, prediction, "firstCallsMilliseconds", "ms");
      line(out, "settled, median", training, prediction, "settledMilliseconds", "ms");
      line(
          out,
          "settled, over 3 times the median",
          training,
          prediction,
          "settledSlowCallsPercent",
          "% of calls");
      line(out, "slowest after the first", training, prediction, "slowestMilliseconds", "ms");
    }
    out.append(
        String.format(
            Locale.ROOT,
            "%n`carousel predict` of a small forecaster, from the shell: %.2f s.%n",
            number(result, "carouselPredictSeconds")));
    return out.append(source(result)).toString();
  }

  private static void line(
      StringBuilder out,
      String name,
      Map<?, ?> training,
      Map<?, ?> prediction,
      String key,
      String unit) {
    out.append(
        "| %s | %s %s | %s %s |%n"
            .formatted(
                name,
                Table.digits(number(training, key)),
                unit,
                Table.digits(number(prediction, key)),
                unit));
  }

  private static String cells(Map<?, ?> result) {
    StringBuilder out = new StringBuilder("\n| cell | ms | GFLOP/s | of peak | of the LSTM |\n");
    out.append("| --- | ---: | ---: | ---: | ---: |\n");
    for (Map<?, ?> line : maps(result, "cells")) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.0f | %.0f %% | %.0f %% |%n",
              line.get("cell"),
              number(line, "milliseconds"),
              number(line, "gflops"),
              100 * number(line, "ofPeak"),
              100 * number(line, "ofLstm")));
    }
    return out.append(source(result)).toString();
  }

  private static String around(Map<?, ?> result) {
    StringBuilder out =
        new StringBuilder(
            """

            | training step | ms | LSTM | products | around | y = Wx | dx | dW, db |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            """);
    for (Map<?, ?> line : maps(result, "steps")) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.0f %% | %.0f %% | %.1f %% | %.0f %% | %.0f %% | %.0f %% |%n",
              line.get("name"),
              Table.digits(number(line, "milliseconds")),
              100 * number(line, "lstmShare"),
              100 * number(line, "productShare"),
              100 * number(line, "aroundShare"),
              100 * number(line, "forwardOfPeak"),
              100 * number(line, "dataOfPeak"),
              100 * number(line, "weightsOfPeak")));
    }
    if (result.get("bandwidth") instanceof Map<?, ?> line) {
      double rate = number(line, "gigabytesPerSecond");
      double limit = number(line, "limitGigabytesPerSecond");
      out.append(
          String.format(
              Locale.ROOT,
              "%nOne sequence, %s: %s ms, in which weights are read at %.0f GB/s; a loop that only"
                  + " reads, over an array as large as the recurrent weights, gets %.0f GB/s on both"
                  + " cores in the same run (%.0f %%).%n",
              line.get("shape"),
              Table.digits(number(line, "milliseconds")),
              rate,
              limit,
              100 * rate / limit));
    }
    return out.append(source(result)).toString();
  }

  private String scaling(Map<?, ?> result) {
    List<Curves.Curve> curves = new ArrayList<>();
    StringBuilder out = new StringBuilder("\n![Time against size](images/scaling.svg)\n\n");
    out.append("| against | from | to | ms | time grows with the power |\n");
    out.append("| --- | ---: | ---: | --- | ---: |\n");
    for (Map<?, ?> each : maps(result, "curves")) {
      Curves.Curve curve = Curves.Curve.of(each);
      curves.add(curve);
      List<String> times = new ArrayList<>();
      curve.milliseconds().forEach(ms -> times.add(Table.digits(ms)));
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %.0f | %.0f | %s | %.2f |%n",
              curve.against(),
              curve.sizes().getFirst(),
              curve.sizes().getLast(),
              String.join(", ", times),
              curve.exponent()));
    }
    documents.put(root.resolve("docs/images/scaling.svg"), Curves.svg(curves));
    return out.append(source(result)).toString();
  }

  private static String oversubscribed(Map<?, ?> result) {
    StringBuilder out = new StringBuilder("\n| work | 1 thread | 2 threads | ratio |\n");
    out.append("| --- | ---: | ---: | ---: |\n");
    for (Map<?, ?> line : maps(result, "shapes")) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s ms | %s ms | %.2f |%n",
              line.get("shape"),
              Table.digits(number(line, "meanMilliseconds1Thread")),
              Table.digits(number(line, "meanMilliseconds2Threads")),
              number(line, "ratio")));
    }
    return out.append(source(result)).toString();
  }

  private static String source(Map<?, ?> result) {
    Map<?, ?> machine = result.get("machine") instanceof Map<?, ?> map ? map : Map.of();
    return String.format(
        "%nMeasured %s on %s (%s processors), %s; `%s`.%n",
        result.get("date"),
        machine.get("cpu"),
        String.format(Locale.ROOT, "%.0f", number(machine, "processors")),
        machine.get("jdk"),
        result.get("command"));
  }

  private Map<?, ?> result(String name) throws IOException {
    Path file = root.resolve("benchmarks/results/" + name + ".json");
    return Files.exists(file) ? (Map<?, ?>) Json.parse(Files.readString(file)) : Map.of();
  }

  private void fill(String name, String marks, String content) throws IOException {
    Path document = root.resolve(name);
    String text = documents.get(document);
    documents.put(
        document, Marks.replace(text == null ? Files.readString(document) : text, marks, content));
  }

  private static List<Map<?, ?>> maps(Map<?, ?> map, String key) {
    List<Map<?, ?>> maps = new ArrayList<>();
    if (map.get(key) instanceof List<?> list) {
      list.forEach(each -> maps.add((Map<?, ?>) each));
    }
    return maps;
  }

  private static double number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
