package io.github.carouselml.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The Markdown tables of a result: one for each mode and thread count, and a line on where it was
/// measured. The README's figures come from here and are never typed.
final class Table {

  private Table() {}

  static String of(Map<?, ?> result) {
    StringBuilder out = new StringBuilder();
    Map<String, List<Map<?, ?>>> groups = new LinkedHashMap<>();
    for (Map<?, ?> cell : maps(result.get("cells"))) {
      String title = cell.get("mode") + ", " + threads(integer(cell.get("threads")));
      groups.computeIfAbsent(title, key -> new ArrayList<>()).add(cell);
    }
    groups.forEach((title, cells) -> group(out, title, cells));
    Map<?, ?> machine = map(result.get("machine"));
    out.append(
        "Measured %s on %s (%s processors, %s), %s; peak of fused multiply-adds in the same run: %s GFLOP/s; commit %s; `%s`.%n"
            .formatted(
                result.get("date"),
                machine.get("cpu"),
                integer(machine.get("processors")),
                machine.get("kernel"),
                machine.get("jdk"),
                peaks(map(result.get("peak"))),
                result.get("commit"),
                result.get("command")));
    return out.toString();
  }

  /// The README's table: our time and the best other's at each point, and the ratio.
  static String brief(Map<?, ?> result, boolean chinese) {
    StringBuilder out = new StringBuilder();
    out.append(
        chinese
            ? "| | B, I, H | Carousel | 其他中最快的 | 比值 | 占峰值 |\n"
            : "| | B, I, H | Carousel | best of the others | ratio | of peak |\n");
    out.append("| --- | --- | ---: | --- | ---: | ---: |\n");
    for (Map<?, ?> cell : maps(result.get("cells"))) {
      String mode = String.valueOf(cell.get("mode"));
      Map<?, ?> contenders = map(cell.get("contenders"));
      Map<?, ?> own = map(contenders.get(cell.get("base")));
      Map<?, ?> best = map(contenders.get(cell.get("best")));
      Map<?, ?> ratio = map(map(cell.get("ratios")).get(cell.get("best")));
      boolean streaming = mode.equals("streaming");
      String key = streaming ? "p50Micros" : "ms";
      String unit = streaming ? " µs" : " ms";
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %.2f | %.0f %% |%n",
              chinese ? word(mode) : mode,
              String.valueOf(cell.get("point")).replace(",", ", "),
              digits(number(own.get(key))) + unit,
              digits(number(best.get(key))) + unit + " (" + best.get("name") + ")",
              number(ratio.get("ratio")),
              number(own.get("percentOfPeak"))));
    }
    return out.toString();
  }

  private static String word(String mode) {
    return switch (mode) {
      case "inference" -> "推理";
      case "training" -> "训练一步";
      default -> "流式一步";
    };
  }

  private static void group(StringBuilder out, String title, List<Map<?, ?>> cells) {
    Set<String> ids = new LinkedHashSet<>();
    Map<String, String> names = new LinkedHashMap<>();
    String base = "";
    for (Map<?, ?> cell : cells) {
      for (Map.Entry<?, ?> entry : map(cell.get("contenders")).entrySet()) {
        ids.add(String.valueOf(entry.getKey()));
        names.put(
            String.valueOf(entry.getKey()), String.valueOf(map(entry.getValue()).get("name")));
      }
      base = cell.get("base") instanceof String first ? first : base;
    }
    boolean streaming = title.startsWith("streaming");
    String unit = streaming ? " µs p50 / p99" : " ms";
    String baseName = names.getOrDefault(base, base);
    out.append("**").append(title).append("**\n\n| B, I, H | ");
    ids.forEach(id -> out.append(names.get(id)).append(unit).append(" | "));
    out.append(
        "%s GFLOP/s | %% of peak | ratio to the best other [95 %%] | disturbed |\n"
            .formatted(baseName));
    out.append("| --- |").append(" --- |".repeat(ids.size() + 4)).append('\n');
    for (Map<?, ?> cell : cells) {
      row(out, cell, ids, base, names, streaming);
    }
    out.append('\n');
  }

  private static void row(
      StringBuilder out,
      Map<?, ?> cell,
      Set<String> ids,
      String base,
      Map<String, String> names,
      boolean streaming) {
    Map<?, ?> contenders = map(cell.get("contenders"));
    String point = String.valueOf(cell.get("point")).replace(",", ", ");
    out.append("| ").append(point).append(" | ");
    int disturbed = 0;
    int samples = 0;
    for (String id : ids) {
      Map<?, ?> times = map(contenders.get(id));
      if (times.isEmpty()) {
        out.append("– | ");
        continue;
      }
      disturbed += (int) number(times.get("disturbed"));
      samples += times.get("samples") instanceof List<?> list ? list.size() : 0;
      out.append(
          streaming
              ? digits(number(times.get("p50Micros")))
                  + " / "
                  + digits(number(times.get("p99Micros")))
              : digits(number(times.get("ms"))));
      out.append(" | ");
    }
    Map<?, ?> own = map(contenders.get(base));
    out.append(
        own.isEmpty()
            ? "– | – | "
            : "%s | %.0f | "
                .formatted(digits(number(own.get("gflops"))), number(own.get("percentOfPeak"))));
    String best = String.valueOf(cell.get("best"));
    Map<?, ?> ratio = map(map(cell.get("ratios")).get(best));
    out.append(
        ratio.isEmpty()
            ? "– | "
            : String.format(
                Locale.ROOT,
                "%.2f [%.2f, %.2f] (%s) | ",
                number(ratio.get("ratio")),
                number(ratio.get("low")),
                number(ratio.get("high")),
                names.getOrDefault(best, best)));
    out.append(disturbed).append(" of ").append(samples).append(" |\n");
  }

  private static String threads(long count) {
    return count == 1 ? "1 thread" : count + " threads";
  }

  /// Three significant digits, and all of those before the point.
  static String digits(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private static String peaks(Map<?, ?> peaks) {
    List<String> parts = new ArrayList<>();
    peaks.forEach((threads, peak) ->
        parts.add(digits(number(peak)) + " (" + threads(Long.parseLong("" + threads)) + ")"));
    return String.join(", ", parts);
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<Map<?, ?>> maps(@Nullable Object value) {
    List<Map<?, ?>> maps = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(element -> maps.add(map(element)));
    }
    return maps;
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : 0;
  }

  private static long integer(@Nullable Object value) {
    return (long) number(value);
  }
}
