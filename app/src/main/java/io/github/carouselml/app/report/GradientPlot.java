package io.github.carouselml.app.report;

import io.github.carouselml.inspect.GradientLab.Finding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// How much of a gradient arrives how far back: one line for each network, on powers of ten.
///
/// @param findings networks of one beginning
record GradientPlot(List<Finding> findings, double scale, boolean trained) {
  /// Lines end where less than this power of ten arrives.
  private static final double FLOOR = -24;

  private double[] norms(Finding finding) {
    return finding.curve(scale, trained).log10Norms();
  }

  void draw(Markup out, Canvas canvas) {
    int steps = norms(findings.getFirst()).length - 1;
    // both phases on one axis, to be compared
    double[] all =
        findings.stream()
            .flatMap(f -> Stream.of(f.curve(scale, false), f.curve(scale, true)))
            .flatMapToDouble(curve -> Arrays.stream(curve.log10Norms()))
            .toArray();
    double least = Math.max(FLOOR, Arrays.stream(all).min().orElse(0));
    double most = Arrays.stream(all).max().orElse(0);
    Plot plot =
        new Plot(
            out,
            canvas,
            "Norm of the gradient by distance, "
                + (trained ? "after training" : "at the beginning"),
            "Lines over %d steps for %d networks, on powers of ten; the numbers at the end are in the"
                    .formatted(steps, findings.size())
                + " table below.",
            0,
            steps,
            Ticks.around(least, most, canvas == Canvas.WIDE ? 6 : 5),
            Powers::ofTen,
            canvas == Canvas.WIDE ? 128 : 14);
    plot.yAxis("‖∂L/∂(h, c)‖");
    int stride = (int) Math.max(1, Ticks.around(0, steps, canvas.ticks()).step());
    for (int distance = 0; distance <= steps; distance += stride) {
      plot.xTick(distance, Integer.toString(distance));
    }
    plot.xName("steps back");
    List<Plot.EndLabel> labels = new ArrayList<>();
    for (Finding finding : findings) {
      double[] norms = norms(finding);
      String style = GradientPage.style(finding.network());
      plot.path(style, 0, steps + 1, d -> norms[d] >= FLOOR ? norms[d] : Double.NaN);
      if (norms[steps] >= FLOOR) {
        labels.add(new Plot.EndLabel(style, GradientPage.title(finding.network()), norms[steps]));
      }
    }
    if (canvas == Canvas.WIDE) {
      plot.endLabels(labels);
    }
    plot.end();
  }
}
