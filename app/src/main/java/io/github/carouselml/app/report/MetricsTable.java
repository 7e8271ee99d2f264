package io.github.carouselml.app.report;

import io.github.carouselml.tasks.forecast.Accuracy;
import io.github.carouselml.tasks.forecast.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// All metrics of all contenders: one row each, the network first; the same numbers on the terminal
/// and on the page.
///
/// @param header names of the columns, that of the contenders first
/// @param rows a contender's title and its metrics
/// @param best the row with the least value of each column of metrics; empty where none is defined
/// @param notes what was left out of a metric, a sentence each
public record MetricsTable(
    List<String> header, List<List<String>> rows, List<OptionalInt> best, List<String> notes) {
  /// A column: its name and where its values come from.
  private record Metric(String name, List<Score> scores) {}

  /// Over all steps of all forecasts, with the deciding metric at the last step beside them.
  public static MetricsTable of(Contest contest) {
    List<Metric> metrics = new ArrayList<>();
    List<Accuracy> all = contest.contenders().stream().map(c -> c.result().accuracy()).toList();
    metrics.add(new Metric("MAE", all.stream().map(Accuracy::mae).toList()));
    metrics.add(new Metric("RMSE", all.stream().map(Accuracy::rmse).toList()));
    metrics.add(new Metric("MAPE %", all.stream().map(Accuracy::mape).toList()));
    metrics.add(new Metric("sMAPE %", all.stream().map(Accuracy::smape).toList()));
    metrics.add(new Metric("MASE", all.stream().map(Accuracy::mase).toList()));
    if (contest.horizon() > 1) {
      metrics.add(
          new Metric(
              contest.metric()
                  + (contest.inPercent() ? " %" : "")
                  + " at step "
                  + contest.horizon(),
              contest.contenders().stream().map(contest::last).toList()));
    }
    List<String> header = new ArrayList<>(List.of("method"));
    List<List<String>> rows = new ArrayList<>();
    contest.contenders().forEach(c -> rows.add(new ArrayList<>(List.of(c.title()))));
    List<OptionalInt> best = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Metric metric : metrics) {
      header.add(metric.name());
      List<Double> values = metric.scores().stream().map(Score::value).toList();
      int decimals = Figures.decimals(values);
      for (int i = 0; i < values.size(); i++) {
        rows.get(i).add(Figures.with(values.get(i), decimals));
      }
      best.add(least(values));
      long leftOut = metric.scores().getFirst().leftOut();
      if (leftOut > 0) {
        notes.add(
            "%s is undefined for %,d of %,d %s, which are left out of it."
                .formatted(
                    metric.name().replace(" %", ""),
                    leftOut,
                    leftOut + metric.scores().getFirst().used(),
                    metric.name().equals("MASE") ? "series" : "points"));
      }
    }
    return new MetricsTable(header, List.copyOf(rows), best, notes);
  }

  private static OptionalInt least(List<Double> values) {
    OptionalInt best = OptionalInt.empty();
    for (int i = 0; i < values.size(); i++) {
      if (Double.isFinite(values.get(i))
          && (best.isEmpty() || values.get(i) < values.get(best.getAsInt()))) {
        best = OptionalInt.of(i);
      }
    }
    return best;
  }

  /// The table for a terminal, columns aligned, with `*` at the best of each.
  public String text() {
    StringBuilder out = new StringBuilder();
    int[] widths = new int[header.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = header.get(c).length();
      for (List<String> row : rows) {
        widths[c] = Math.max(widths[c], row.get(c).length() + (c == 0 ? 0 : 1));
      }
    }
    line(out, header, widths, -1);
    for (int r = 0; r < rows.size(); r++) {
      line(out, rows.get(r), widths, r);
    }
    notes.forEach(note -> out.append(note).append('\n'));
    return out.toString();
  }

  private void line(StringBuilder out, List<String> cells, int[] widths, int row) {
    out.append("  ").append(cells.getFirst());
    out.repeat(' ', widths[0] - cells.getFirst().length());
    for (int c = 1; c < cells.size(); c++) {
      OptionalInt winner = best.get(c - 1);
      String mark = row < 0 ? "" : winner.isPresent() && winner.getAsInt() == row ? "*" : " ";
      out.repeat(' ', 3 + widths[c] - cells.get(c).length() - mark.length());
      out.append(cells.get(c)).append(mark);
    }
    int end = out.length();
    while (out.charAt(end - 1) == ' ') {
      end--;
    }
    out.setLength(end);
    out.append('\n');
  }
}
