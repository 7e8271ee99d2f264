package io.github.carouselml.app.report;

import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.tasks.data.Utf8Text;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.IntervalAccuracy;
import io.github.carouselml.tasks.forecast.Outcome;
import io.github.carouselml.tasks.forecast.Score;
import io.github.carouselml.tasks.series.Series;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// A [Report] as one page of HTML that needs nothing else: pictures are inline SVG, the style is in
/// its head, and it opens from a disk, on a phone, in the dark and on paper.
public final class ReportPage {
  private static final int SERIES_SHOWN = 3;

  private final Report report;
  private final Markup out = new Markup();

  private ReportPage(Report report) {
    this.report = report;
  }

  /// Replaces the file at `path` by the page.
  public static void write(Path path, Report report) throws IOException {
    AtomicFile.write(path, html(report));
  }

  /// The page.
  public static String html(Report report) {
    return new ReportPage(report).page();
  }

  private String page() {
    out.open("html", "lang", "en").open("head");
    out.empty("meta", "charset", "utf-8");
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.empty("meta", "name", "color-scheme", "content", "light dark");
    out.leaf("title", report.title() + " · Carousel report");
    out.style(css()).close();
    out.open("body").open("main");
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
    facts("The model", "model", report.facts());
    provenance();
    out.close();
    footer();
    return out.close().close().toString();
  }

  private void header() {
    out.open("header");
    out.leaf("p", "Carousel report", "class", "kind");
    out.leaf("h1", report.title());
    out.leaf("p", report.summary(), "class", "summary");
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
      tile(
          contest.figure(contest.last(network)),
          contest.metric() + " " + contest.ahead(),
          against(contest, contest::last));
    }
    tile(
        contest.figure(contest.overall(network)),
        contest.metric() + " over all steps",
        against(contest, contest::overall));
    for (IntervalAccuracy interval : network.result().intervals()) {
      tile(
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

  private void tile(String figure, String name, String beside) {
    out.open("div");
    out.leaf("dt", name);
    out.leaf("dd", figure);
    if (!beside.isEmpty()) {
      out.leaf("dd", beside, "class", "beside");
    }
    out.close();
  }

  // ---- pictures --------------------------------------------------------------------------------

  private void series() {
    List<Series> shown = shown();
    if (shown.isEmpty()) {
      return;
    }
    section("series", "Forecasts and what came");
    if (shown.size() < report.data().size()) {
      out.leaf(
          "p",
          "%d of %,d series: those that were forecast best, middling and worst."
              .formatted(shown.size(), report.data().size()));
    }
    for (Series series : shown) {
      SeriesPlot plot =
          new SeriesPlot(series, judged(series), ahead(series), report.data().season());
      figure(plot::draw, report.data().size() > 1 ? series.id() : "");
    }
    legend("actual", "what came", "network", "forecast", "outer", levels());
    out.leaf("p", seriesNote(), "class", "note");
    out.close();
  }

  private String seriesNote() {
    String tested =
        report.contest().isPresent()
            ? "Each forecast begins at a dotted line and knows nothing after it. "
            : "";
    boolean beyond = !report.ahead().isEmpty();
    return tested + (beyond ? "The tinted end lies beyond the data." : "");
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
    section("horizon", "Error by distance");
    HorizonPlot plot = new HorizonPlot(contest);
    figure(plot::draw, "");
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
    legend(entries.toArray(String[]::new));
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
    grid("%s by step".formatted(contest.metric()), header, rows, List.of(), false);
    out.close().close();
  }

  private void training() {
    if (report.epochs().isEmpty()) {
      return;
    }
    section("training", "Training");
    TrainingPlot plot = new TrainingPlot(report.epochs(), report.bestEpoch());
    figure(plot::draw, "");
    boolean validated = report.epochs().getLast().validationLoss().isPresent();
    out.open("div", "class", "narrow");
    legend("training", "training loss", "validation", validated ? "validation loss" : "");
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

  private void figure(BiConsumer<Markup, Canvas> draw, String caption) {
    out.open("figure");
    if (!caption.isEmpty()) {
      out.leaf("figcaption", caption);
    }
    for (Canvas canvas : Canvas.values()) {
      draw.accept(out, canvas);
    }
    out.close();
  }

  /// Classes and words in turn; an entry without words is left out.
  private void legend(String... entries) {
    out.open("ul", "class", "legend");
    for (int i = 0; i < entries.length; i += 2) {
      if (!entries[i + 1].isEmpty()) {
        out.open("li").open("svg", "viewBox", "0 0 26 12", "aria-hidden", "true");
        if (entries[i].equals("outer")) {
          out.empty("rect", "class", "outer", "width", "26", "height", "12");
          out.empty("rect", "class", "inner", "y", "3", "width", "26", "height", "6");
        } else {
          out.empty("path", "class", entries[i], "d", "M1 6H25");
        }
        out.close().text(entries[i + 1]).close();
      }
    }
    out.close();
  }

  // ---- tables ----------------------------------------------------------------------------------

  private void table(Contest contest) {
    section("table", "Beside the baselines");
    MetricsTable table = MetricsTable.of(contest);
    grid(
        "Errors of %,d forecasts of %s each; less is better, the least is bold"
            .formatted(contest.forecasts(), Contest.steps(contest.horizon(), contest.frequency())),
        table.header(),
        table.rows(),
        table.best(),
        true);
    for (String note : table.notes()) {
      out.leaf("p", note, "class", "note");
    }
    out.close();
  }

  private void intervals(Contest contest) {
    List<IntervalAccuracy> intervals = contest.network().result().intervals();
    if (intervals.isEmpty()) {
      return;
    }
    section("intervals", "Intervals");
    List<List<String>> rows = new ArrayList<>();
    for (IntervalAccuracy interval : intervals) {
      rows.add(
          List.of(
              interval.level() + " %",
              Figures.with(interval.coverage().value(), 1) + " %",
              Figures.of(interval.width().value()),
              Figures.of(interval.quantileLoss().value())));
    }
    grid(
        "How often the values that came lay inside",
        List.of("interval", "inside", "mean width", "quantile loss"),
        rows,
        List.of(),
        false);
    out.close();
  }

  private void grid(
      String caption,
      List<String> header,
      List<List<String>> rows,
      List<OptionalInt> best,
      boolean networkFirst) {
    out.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    out.open("table").leaf("caption", caption).open("thead").open("tr");
    header.forEach(name -> out.leaf("th", name, "scope", "col"));
    out.close().close().open("tbody");
    for (int r = 0; r < rows.size(); r++) {
      out.open("tr", "class", networkFirst && r == 0 ? "network" : "");
      out.leaf("th", rows.get(r).getFirst(), "scope", "row");
      for (int c = 1; c < rows.get(r).size(); c++) {
        boolean first =
            !best.isEmpty() && best.get(c - 1).isPresent() && best.get(c - 1).getAsInt() == r;
        out.open("td");
        if (first) {
          out.leaf("strong", rows.get(r).get(c));
        } else {
          out.text(rows.get(r).get(c));
        }
        out.close();
      }
      out.close();
    }
    out.close().close().close();
  }

  private void facts(String title, String id, List<Fact> facts) {
    if (facts.isEmpty()) {
      return;
    }
    section(id, title);
    list(facts);
    out.close();
  }

  private void list(List<Fact> facts) {
    out.open("dl", "class", "facts");
    for (Fact fact : facts) {
      out.open("div").leaf("dt", fact.name()).leaf("dd", fact.value()).close();
    }
    out.close();
  }

  private void provenance() {
    section("provenance", "How to get the same again");
    if (!report.command().isEmpty()) {
      out.open("pre").leaf("code", report.command()).close();
    }
    list(report.provenance());
    out.close();
  }

  private void section(String id, String title) {
    out.open("section", "aria-labelledby", id).leaf("h2", title, "id", id);
  }

  private void footer() {
    out.open("footer");
    out.leaf("p", "Made by Carousel. This page loads nothing and runs nothing.");
    out.close();
  }

  private static String css() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the jar");
      }
      return Utf8Text.decode(in.readAllBytes(), "report.css");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
