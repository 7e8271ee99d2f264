package io.github.carouselml.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Curves of time against size as one SVG picture: a small field for each, both axes logarithmic,
/// with the line that was fitted. Readable on light and dark pages.
final class Curves {
  private static final int WIDTH = 270;
  private static final int HEIGHT = 200;
  private static final int PER_ROW = 3;
  private static final int LEFT = 46;
  private static final int RIGHT = 12;
  private static final int TOP = 30;
  private static final int BOTTOM = 34;

  /// One curve: what it is against, and its points.
  record Curve(String against, List<Double> sizes, List<Double> milliseconds, double exponent) {
    static Curve of(Map<?, ?> curve) {
      return new Curve(
          String.valueOf(curve.get("against")),
          doubles(curve.get("sizes")),
          doubles(curve.get("milliseconds")),
          curve.get("exponent") instanceof Number n ? n.doubleValue() : Double.NaN);
    }

    private static List<Double> doubles(@Nullable Object list) {
      List<Double> doubles = new ArrayList<>();
      if (list instanceof List<?> numbers) {
        numbers.forEach(each -> doubles.add(((Number) each).doubleValue()));
      }
      return doubles;
    }
  }

  private Curves() {}

  static String svg(List<Curve> curves) {
    int rows = (curves.size() - 1) / PER_ROW + 1;
    StringBuilder out = new StringBuilder();
    out.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">
        <style>
        .frame { fill: none; stroke: #8886; } .grid { stroke: #8884; }
        text { fill: #57606a; } .fit { stroke: #8b949e; stroke-dasharray: 4 3; }
        .curve { fill: none; stroke: #2f81f7; stroke-width: 1.8; } .point { fill: #2f81f7; }
        @media (prefers-color-scheme: dark) { text { fill: #9da7b3; } }
        </style>
        """
            .formatted(PER_ROW * WIDTH, rows * HEIGHT));
    for (int i = 0; i < curves.size(); i++) {
      out.append(
          "<g transform=\"translate(%d %d)\">%n"
              .formatted(i % PER_ROW * WIDTH, i / PER_ROW * HEIGHT));
      field(out, curves.get(i));
      out.append("</g>\n");
    }
    return out.append("</svg>\n").toString();
  }

  private static void field(StringBuilder out, Curve curve) {
    double[] xs = logarithms(curve.sizes());
    double[] ys = logarithms(curve.milliseconds());
    double low = xs[0];
    double high = xs[xs.length - 1];
    double meanX = Arrays.stream(xs).average().orElse(0);
    double meanY = Arrays.stream(ys).average().orElse(0);
    double from = meanY + curve.exponent() * (low - meanX);
    double to = meanY + curve.exponent() * (high - meanX);
    double[] shown = DoubleStream.concat(Arrays.stream(ys), DoubleStream.of(from, to)).toArray();
    double least = Arrays.stream(shown).min().orElse(0) - 0.1;
    double most = Arrays.stream(shown).max().orElse(1) + 0.1;
    double across = WIDTH - LEFT - RIGHT;
    double up = HEIGHT - TOP - BOTTOM;
    text(
        out,
        LEFT,
        18,
        "start",
        "against %s: power %.2f".formatted(curve.against(), curve.exponent()));
    out.append(
        "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"%.0f\"/>%n"
            .formatted(LEFT, TOP, across, up));
    for (int e = (int) StrictMath.floor(least); e <= StrictMath.floor(most); e++) {
      for (int digit : most - least > 1.2 ? new int[] {1} : new int[] {1, 2, 5}) {
        double value = e + StrictMath.log10(digit);
        if (value < least || value > most) {
          continue;
        }
        double y = TOP + (most - value) / (most - least) * up;
        out.append(
            String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>%n",
                LEFT,
                y,
                WIDTH - RIGHT,
                y));
        text(
            out,
            LEFT - 5,
            y + 4,
            "end",
            e >= 0 ? digit + "0".repeat(e) : "0." + "0".repeat(-e - 1) + digit);
      }
    }
    text(out, 6, TOP - 2, "start", "ms");
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      double x = LEFT + (xs[i] - low) / (high - low) * across;
      double y = TOP + (most - ys[i]) / (most - least) * up;
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      out.append(
          String.format(
              Locale.ROOT, "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\"/>%n", x, y));
      text(out, x, HEIGHT - 18, "middle", "%.0f".formatted(curve.sizes().get(i)));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "<line class=\"fit\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>%n",
            LEFT,
            TOP + (most - from) / (most - least) * up,
            WIDTH - RIGHT,
            TOP + (most - to) / (most - least) * up));
    out.append("<polyline class=\"curve\" points=\"").append(points).append("\"/>\n");
  }

  private static double[] logarithms(List<Double> values) {
    return values.stream().mapToDouble(StrictMath::log10).toArray();
  }

  private static void text(StringBuilder out, double x, double y, String anchor, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }
}
