package io.github.carouselml.app.report;

import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.IntervalAccuracy;
import io.github.carouselml.tasks.forecast.Outcome;
import io.github.carouselml.tasks.forecast.Score;
import io.github.carouselml.tasks.series.Column;
import io.github.carouselml.tasks.series.Series;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A [Report] as one page of HTML that needs nothing else: pictures are inline SVG, the style is in
/// its head, and it opens from a disk, on a phone, in the dark and on paper.
public final class ReportPage {
  private static final int SERIES_SHOWN = 3;

  private final Report report;
  private final Page page = new Page();
  private final Markup out = page.out();

  private ReportPage(Report report) {
    this.report = report;
  }

  /// Replaces the file at `path` by the page.
  public static void write(Path path, Report report) throws IOException {
    AtomicFile.write(path, html(report));
  }

  /// The page.
  public static String html(Report report) {
    return new ReportPage(report).html();
  }

  private String html() {
    header();
    series();
    report
        .contest()
        .ifPresent(contest -> {
          horizon(contest);
          table(contest);
          intervals(contest);
        });
    training();
    page.facts("The model", "model", report.facts());
    page.provenance(report.command(), report.provenance());
    return page.end();
  }

  private void header() {
    page.begin("Carousel report", report.title(), report.summary());
    report.contest().ifPresent(this::headline);
    for (String remark : report.remarks()) {
      out.leaf("p", remark, "class", "remark");
    }
    out.close();
  }

  private void headline(Contest contest) {
    Contender network = contest.network();
    out.open("dl", "class", "tiles");
    if (contest.horizon() > 1) {
      page.tile(
          contest.figure(contest.last(network)),
          contest.metric() + " " + contest.ahead(),
          against(contest, contest::last));
    }
    page.tile(
        contest.figure(contest.overall(network)),
        contest.metric() + " over all steps",
        against(contest, contest::overall));
    for (IntervalAccuracy interval : network.result().intervals()) {
      page.tile(
          Figures.with(interval.coverage().value(), 0) + " %",
          "of values inside the %d %% interval".formatted(interval.level()),
          "");
    }
    out.close();
    contest
        .verdict()
        .ifPresent(
            verdict -> out.leaf("p", verdict, "class", contest.won() ? "verdict" : "verdict lost"));
  }

  private static String against(Contest contest, Function<Contender, Score> of) {
    return contest.rival().map(r -> r.title() + " " + contest.figure(of.apply(r))).orElse("");
  }

  // ---- pictures --------------------------------------------------------------------------------

  private void series() {
    List<Series> shown = shown();
    if (shown.isEmpty()) {
      return;
    }
    page.section("series", "Forecasts and what came");
    if (shown.size() < report.data().size()) {
      out.leaf(
          "p",
          "%d of %,d series: those that were forecast best, middling and worst."
              .formatted(shown.size(), report.data().size()));
    }
    for (Series series : shown) {
      SeriesPlot plot =
          new SeriesPlot(series, judged(series), ahead(series), report.data().season());
      page.figure(plot::draw, report.data().size() > 1 ? series.id() : "");
    }
    page.legend("actual", "what came", "network", "forecast", "outer", levels());
    page.note(seriesNote());
    out.close();
  }

  private String seriesNote() {
    String tested =
        report.contest().isPresent()
            ? "Each forecast begins at a dotted line and knows nothing after it%s. "
                .formatted(
                    report.data().columns().stream().anyMatch(Column::future)
                        ? " but the columns that are known ahead"
                        : "")
            : "";
    boolean beyond = !report.ahead().isEmpty();
    String tinted = beyond ? "The tinted end lies beyond the data. " : "";
    return tested + tinted + report.intervals();
  }

  /// `80 and 90 % intervals`.
  private String levels() {
    List<Integer> levels =
        report.contest().stream()
            .flatMap(c -> c.network().result().intervals().stream().map(IntervalAccuracy::level))
            .toList();
    if (levels.isEmpty()) {
      levels =
          report.ahead().stream()
              .limit(1)
              .flatMap(f -> f.intervals().stream().map(i -> i.level()))
              .toList();
    }
    return switch (levels.size()) {
      case 0 -> "";
      case 1 -> "%d %% interval".formatted(levels.getFirst());
      default ->
          "%d and %d %% intervals".formatted(levels.get(levels.size() - 2), levels.getLast());
    };
  }

  /// All series where they are few; else the one with the least, the middle and the largest scaled
  /// error, or the first ones where nothing was judged.
  private List<Series> shown() {
    List<Series> all = report.data().series();
    if (all.size() <= SERIES_SHOWN) {
      return all;
    }
    List<Series> judged =
        all.stream()
            .filter(s -> !judged(s).isEmpty())
            .sorted(Comparator.comparingDouble(this::scaledError))
            .toList();
    if (judged.size() < SERIES_SHOWN) {
      return all.subList(0, SERIES_SHOWN);
    }
    return List.of(judged.getFirst(), judged.get(judged.size() / 2), judged.getLast());
  }

  private double scaledError(Series series) {
    double sum = 0;
    List<Outcome> outcomes = judged(series);
    for (Outcome outcome : outcomes) {
      for (int i = 0; i < outcome.length(); i++) {
        sum += Math.abs(outcome.actual(i) - outcome.forecast().value(i));
      }
    }
    double scale = outcomes.getFirst().naiveError();
    double error = sum / outcomes.size() / (scale > 0 ? scale : 1);
    return Double.isFinite(error) ? error : Double.MAX_VALUE;
  }

  private List<Outcome> judged(Series series) {
    return report.contest().map(c -> c.network().result().of(series.id())).orElse(List.of());
  }

  private Optional<Forecast> ahead(Series series) {
    return report.ahead().stream().filter(f -> f.id().equals(series.id())).findFirst();
  }

  private void horizon(Contest contest) {
    if (contest.horizon() < 2) {
      return;
    }
    page.section("horizon", "Error by distance");
    HorizonPlot plot = new HorizonPlot(contest);
    page.figure(plot::draw, "");
    List<String> entries = new ArrayList<>();
    for (Contender c : contest.contenders()) {
      String style = HorizonPlot.style(contest, c);
      if (!style.equals("other")) {
        entries.addAll(List.of(style, c.title()));
      }
    }
    if (contest.contenders().size() > 2) {
      entries.addAll(List.of("other", "other baselines"));
    }
    out.open("div", "class", "narrow");
    page.legend(entries.toArray(String[]::new));
    out.close();
    if (!plot.beyond().isEmpty()) {
      out.leaf(
          "p",
          "Beyond the upper edge: %s; the numbers are below."
              .formatted(String.join(", ", plot.beyond())),
          "class",
          "note");
    }
    out.open("details").leaf("summary", "The numbers");
    List<String> header = new ArrayList<>(List.of("step"));
    contest.contenders().forEach(c -> header.add(c.title()));
    List<List<String>> rows = new ArrayList<>();
    for (int step = 1; step <= contest.horizon(); step++) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(step)));
      for (Contender c : contest.contenders()) {
        row.add(Figures.with(plot.errors(c).get(step - 1), 2));
      }
      rows.add(row);
    }
    page.grid("%s by step".formatted(contest.metric()), header, rows, List.of(), false);
    out.close().close();
  }

  private void training() {
    if (report.epochs().isEmpty()) {
      return;
    }
    page.section("training", "Training");
    TrainingPlot plot = new TrainingPlot(report.epochs(), report.bestEpoch());
    page.figure(plot::draw, "");
    boolean validated = report.epochs().getLast().validationLoss().isPresent();
    out.open("div", "class", "narrow");
    page.legend("training", "training loss", "validation", validated ? "validation loss" : "");
    out.close();
    int clipped = report.epochs().getLast().clippedSteps();
    int steps = report.epochs().getLast().step();
    String best =
        report.bestEpoch().isPresent()
            ? "The model has the weights of epoch %d, where the validation loss was least. "
                .formatted(report.bestEpoch().getAsInt())
            : "";
    out.leaf(
        "p",
        best
            + "%,d steps in %,d epochs; gradients were clipped in %s."
                .formatted(
                    steps,
                    report.epochs().size(),
                    clipped == 0 ? "none" : "%,d of them".formatted(clipped)),
        "class",
        "note");
    out.close();
  }

  // ---- tables ----------------------------------------------------------------------------------

  private void table(Contest contest) {
    page.section("table", "Beside the baselines");
    MetricsTable table = MetricsTable.of(contest);
    page.grid(
        "Errors of %,d forecasts of %s each; less is better, the least is bold"
            .formatted(contest.forecasts(), Contest.steps(contest.horizon(), contest.frequency())),
        table.header(),
        table.rows(),
        table.best(),
        true);
    for (String note : table.notes()) {
      page.note(note);
    }
    out.close();
  }

  private void intervals(Contest contest) {
    List<IntervalAccuracy> intervals = contest.network().result().intervals();
    if (intervals.isEmpty()) {
      return;
    }
    page.section("intervals", "Intervals");
    List<List<String>> rows = new ArrayList<>();
    for (IntervalAccuracy interval : intervals) {
      rows.add(
          List.of(
              interval.level() + " %",
              Figures.with(interval.coverage().value(), 1) + " %",
              Figures.of(interval.width().value()),
              Figures.of(interval.quantileLoss().value())));
    }
    page.grid(
        "How often the values that came lay inside",
        List.of("interval", "inside", "mean width", "quantile loss"),
        rows,
        List.of(),
        false);
    out.close();
  }
}
