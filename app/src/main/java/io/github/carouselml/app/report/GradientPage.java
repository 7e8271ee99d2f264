package io.github.carouselml.app.report;

import io.github.carouselml.inspect.GradientLab;
import io.github.carouselml.inspect.GradientLab.Finding;
import io.github.carouselml.inspect.GradientLab.Kind;
import io.github.carouselml.inspect.GradientLab.Network;
import io.github.carouselml.inspect.GradientLab.Start;
import io.github.carouselml.inspect.TraceCheck;
import io.github.carouselml.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A [GradientReport] as one page.
public final class GradientPage {
  /// Powers of ten below and above which the page says that a gradient vanishes or explodes.
  private static final double VANISHED = -6;

  private static final double EXPLODED = 2;

  private final GradientReport report;
  private final GradientLab lab;
  private final Page page = new Page();
  private final Markup out = page.out();

  private GradientPage(GradientReport report) {
    this.report = report;
    this.lab = report.lab();
  }

  /// Replaces the file at `path` by the page.
  public static void write(Path path, GradientReport report) throws IOException {
    AtomicFile.write(path, html(report));
  }

  /// The page.
  public static String html(GradientReport report) {
    return new GradientPage(report).html();
  }

  /// `LSTM, forget bias 1`.
  public static String title(Network network) {
    return network.forgetBias().isPresent()
        ? "LSTM, bias %.0f".formatted(network.forgetBias().getAsDouble())
        : network.kind().name();
  }

  /// The class that colours a network.
  static String style(Network network) {
    String kind = network.kind().name().toLowerCase(Locale.ROOT);
    return network.forgetBias().isPresent()
        ? kind + "-%.0f".formatted(network.forgetBias().getAsDouble())
        : kind;
  }

  /// How a beginning of recurrent weights is called.
  public static String title(Start start) {
    return switch (start) {
      case ORTHOGONAL -> "orthogonal";
      case GLOROT -> "Glorot";
      case UNIFORM -> "uniform ±1/√H";
    };
  }

  private String html() {
    header();
    for (double scale : GradientLab.SCALES.reversed()) {
      scale(scale);
    }
    learning();
    confirmed();
    page.facts("The protocol", "protocol", protocol());
    page.provenance(report.command(), report.provenance());
    return page.end();
  }

  private void header() {
    page.begin(
        "Carousel lab",
        "How far back does a gradient reach?",
        ("A loss at the last step, and how much of its gradient ‖∂L/∂(h, c)‖ arrives up to %d steps"
                + " earlier, in RNN, GRU and LSTM with %d units: measured, not derived.")
            .formatted(lab.steps(), lab.hiddenSize()));
    out.open("dl", "class", "tiles");
    for (Finding finding :
        List.of(
            report.of(Kind.RNN, Start.ORTHOGONAL, 0),
            report.of(Kind.GRU, Start.ORTHOGONAL, 0),
            report.of(Kind.LSTM, Start.ORTHOGONAL, 1),
            report.of(Kind.LSTM, Start.ORTHOGONAL, 5))) {
      page.tile(Powers.of(finding.curve(1, false).log10AtEnd()), title(finding.network()), "");
    }
    out.close();
    page.note(
        "What is left of 1 after %d steps back: inputs of scale 1, orthogonal recurrent weights, before"
                .formatted(lab.steps())
            + " training. An LSTM's bias is its forget gate's.");
    double lead = report.log10Lead();
    out.leaf(
        "p",
        ("With inputs of scale 1 and equal beginnings, an LSTM with forget bias 1 keeps at least %s"
                + " times what an RNN keeps.")
            .formatted(Powers.of(lead)),
        "class",
        lead >= 3 ? "verdict" : "verdict lost");
    out.leaf("p", lstmToo(), "class", "remark");
    out.close();
  }

  /// That an LSTM is no cure by itself, with the numbers of this run.
  private String lstmToo() {
    double vanishing = report.of(Kind.LSTM, Start.ORTHOGONAL, 0).curve(1, false).log10AtEnd();
    double exploding = report.of(Kind.LSTM, Start.ORTHOGONAL, 5).curve(0, false).log10AtEnd();
    double kept = report.of(Kind.RNN, Start.ORTHOGONAL, 0).curve(0, false).log10AtEnd();
    return ("It depends on more than the cell. With forget bias 0 an LSTM's gradient vanishes as well"
            + " (%s at scale 1), with forget bias 5 and no input it explodes (%s), and an orthogonal"
            + " RNN without input keeps all of it (%s).")
        .formatted(Powers.of(vanishing), Powers.of(exploding), Powers.of(kept));
  }

  private void scale(double scale) {
    String name = scale == 0 || scale == 1 ? "%.0f".formatted(scale) : Double.toString(scale);
    page.section("scale-" + name.replace('.', '-'), "Inputs of scale " + name);
    List<Finding> shown = report.of(Start.ORTHOGONAL);
    page.figure(new GradientPlot(shown, scale, false)::draw, "At the beginning, orthogonal");
    page.figure(new GradientPlot(shown, scale, true)::draw, "After training, begun orthogonal");
    out.open("div", "class", "narrow");
    List<String> entries = new ArrayList<>();
    shown.forEach(f -> entries.addAll(List.of(style(f.network()), title(f.network()))));
    page.legend(entries.toArray(String[]::new));
    out.close();
    table(scale);
    out.close();
  }

  private void table(double scale) {
    String caption =
        "‖∂L/∂(h, c)‖ %d steps back, at the beginning → after training; below 10⁻⁶ it has vanished, above 100 exploded"
            .formatted(lab.steps());
    openTable(caption);
    for (Finding finding : report.of(Start.ORTHOGONAL)) {
      out.open("tr").leaf("th", title(finding.network()), "scope", "row");
      for (Start start : Start.values()) {
        Finding found = like(finding.network(), start);
        out.open("td");
        norm(found.curve(scale, false).log10AtEnd());
        out.text(" → ");
        norm(found.curve(scale, true).log10AtEnd());
        out.close();
      }
      out.close();
    }
    out.close().close().close();
  }

  private void norm(double log10) {
    String style = log10 < VANISHED ? "vanished" : log10 > EXPLODED ? "exploded" : "kept";
    out.leaf("span", Powers.of(log10), "class", style);
  }

  private Finding like(Network network, Start start) {
    return report.of(network.kind(), start, network.forgetBias().orElse(0));
  }

  private void learning() {
    page.section("learning", "What was learned");
    out.leaf(
        "p",
        ("The first of %d steps shows a sign, the rest is noise, and the sign is asked for at the end"
                + " (the latch of Bengio, Simard and Frasconi, 1994). Every network got %d updates; who"
                + " guesses has a loss of 0.69.")
            .formatted(lab.steps(), lab.updates()));
    openTable("Loss on unseen sequences after training; bold where it is below 0.35");
    for (Finding finding : report.of(Start.ORTHOGONAL)) {
      out.open("tr").leaf("th", title(finding.network()), "scope", "row");
      for (Start start : Start.values()) {
        double loss = like(finding.network(), start).loss();
        out.open("td");
        out.leaf(loss < 0.35 ? "strong" : "span", Figures.with(loss, 2));
        out.close();
      }
      out.close();
    }
    out.close().close().close();
    page.note("Where nothing arrives, nothing is learned. That much arrives is not yet enough.");
    out.close();
  }

  private void openTable(String caption) {
    out.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    out.open("table").leaf("caption", caption).open("thead").open("tr");
    out.leaf("th", "network", "scope", "col");
    for (Start start : Start.values()) {
      out.leaf("th", title(start), "scope", "col");
    }
    out.close().close().open("tbody");
  }

  private void confirmed() {
    page.section("confirmed", "Confirmed by finite differences");
    out.leaf(
        "p",
        "The curves are the network's own gradients, in float, carried back step by step. Central"
            + " differences in double confirm them, each step from the state that the network was in,"
            + " along the gradient and along random directions; and the whole way at once where a"
            + " double can see it (norms from 10⁻⁵ to 10³).");
    page.list(
        List.of(
            new Fact("curves", "%d".formatted(report.curves())),
            new Fact("norm of a step, off by at most", off(report.worst(TraceCheck::along))),
            new Fact("whole gradient of a step", off(report.worst(TraceCheck::across))),
            new Fact("whole ways seen", "%,d".formatted(report.distances())),
            new Fact("norm of a whole way", off(report.worst(TraceCheck::whole)))));
    out.close();
  }

  private static String off(double relative) {
    return Powers.of(StrictMath.log10(relative));
  }

  private List<Fact> protocol() {
    return List.of(
        new Fact("units", "%d".formatted(lab.hiddenSize())),
        new Fact("steps", "%d".formatted(lab.steps())),
        new Fact("input features", "%d, standard normal × scale".formatted(lab.inputSize())),
        new Fact("input weights", "normal, deviation 1/√%d".formatted(lab.inputSize())),
        new Fact("biases", "0 but for the forget gate"),
        new Fact("loss", "a random direction · h at the end"),
        new Fact("curve", "geometric mean of %d sequences".formatted(lab.sequences())),
        new Fact("training inputs", "scale 1, %d steps".formatted(lab.steps())),
        new Fact("updates", "%d of %d sequences".formatted(lab.updates(), lab.batch())),
        new Fact("optimizer", "Adam %s, norm clipped to 1".formatted(lab.learningRate())),
        new Fact("seed", "%d".formatted(lab.seed())));
  }
}
