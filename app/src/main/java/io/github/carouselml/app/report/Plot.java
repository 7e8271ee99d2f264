package io.github.carouselml.app.report;

import static io.github.carouselml.app.report.Figures.px;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.IntToDoubleFunction;

/// The frame of a picture: two axes, what they are called, and lines and bands between them.
/// Colours and strokes are the style sheet's, by class.
final class Plot {
  private static final int TOP = 26;
  private static final int BOTTOM = 42;
  private static final double DIGIT = 6.4;

  private final Markup out;
  private final Canvas canvas;
  private final double xLow;
  private final double xHigh;
  private final Ticks y;
  private final DoubleFunction<String> yLabel;
  private final double left;
  private final double right;

  /// Begins a picture.
  ///
  /// @param title its name, and `description` what a reader without sight should know of it
  /// @param margin room at the right for labels, in pixels
  Plot(
      Markup out,
      Canvas canvas,
      String title,
      String description,
      double xLow,
      double xHigh,
      Ticks y,
      int margin) {
    this(out, canvas, title, description, xLow, xHigh, y, y::label, margin);
  }

  /// Begins a picture whose vertical axis is labelled in its own way.
  Plot(
      Markup out,
      Canvas canvas,
      String title,
      String description,
      double xLow,
      double xHigh,
      Ticks y,
      DoubleFunction<String> yLabel,
      int margin) {
    this.out = out;
    this.canvas = canvas;
    this.xLow = xLow;
    this.xHigh = xHigh;
    this.y = y;
    this.yLabel = yLabel;
    int widest = y.values().stream().mapToInt(v -> yLabel.apply(v).length()).max().orElse(1);
    this.left = 10 + widest * DIGIT;
    this.right = canvas.width() - margin;
    out.open(
        "svg",
        "class",
        "plot " + canvas.word(),
        "viewBox",
        "0 0 " + canvas.width() + " " + canvas.height(),
        "role",
        "img",
        "aria-label",
        title + ". " + description);
    out.leaf("title", title);
    out.leaf("desc", description);
  }

  double x(double value) {
    return left + (value - xLow) / (xHigh - xLow) * (right - left);
  }

  double y(double value) {
    double bottom = canvas.height() - BOTTOM;
    return bottom - (value - y.low()) / (y.high() - y.low()) * (bottom - TOP);
  }

  /// Horizontal lines with their numbers, and the unit above them.
  void yAxis(String name) {
    for (double value : y.values()) {
      line("grid", left, y(value), right, y(value));
      text("tick end", left - 7, y(value) + 4, yLabel.apply(value));
    }
    text("name", 0, 11, name);
  }

  /// A label below the axis with a small mark.
  void xTick(double at, String label) {
    double foot = canvas.height() - BOTTOM;
    line("mark", x(at), foot, x(at), foot + 4);
    text("tick middle", x(at), foot + 17, label);
  }

  /// What the horizontal axis counts.
  void xName(String name) {
    text("name end", right, canvas.height() - 5, name);
  }

  /// A vertical line over the whole height.
  void rule(String style, double at) {
    line(style, x(at), TOP, x(at), canvas.height() - BOTTOM);
  }

  /// A rectangle over the whole height.
  void shade(String style, double from, double to) {
    out.empty(
        "rect",
        "class",
        style,
        "x",
        px(x(from)),
        "y",
        px(TOP),
        "width",
        px(x(to) - x(from)),
        "height",
        px(canvas.height() - BOTTOM - (double) TOP));
  }

  /// A line through the values of the steps `from` to before `to`; a value that is not finite
  /// breaks it.
  void path(String style, int from, int to, IntToDoubleFunction value) {
    StringBuilder d = new StringBuilder();
    boolean pen = false;
    for (int i = from; i < to; i++) {
      double v = value.applyAsDouble(i);
      if (Double.isFinite(v)) {
        d.append(pen ? 'L' : 'M').append(px(x(i))).append(' ').append(px(y(v)));
      }
      pen = Double.isFinite(v);
    }
    if (!d.isEmpty()) {
      out.empty("path", "class", style, "d", d.toString());
    }
  }

  /// The same line as far as it lies below `top`: where it crosses that edge, it is cut there.
  void clippedPath(String style, int from, int to, IntToDoubleFunction value, double top) {
    StringBuilder d = new StringBuilder();
    boolean pen = false;
    for (int i = from; i + 1 < to; i++) {
      double a = value.applyAsDouble(i);
      double b = value.applyAsDouble(i + 1);
      boolean drawn = Double.isFinite(a) && Double.isFinite(b) && Math.min(a, b) < top;
      if (drawn) {
        double crossing = i + (top - a) / (b - a);
        if (!pen) {
          point(d, 'M', a > top ? crossing : i, Math.min(a, top));
        }
        point(d, 'L', b > top ? crossing : i + 1, Math.min(b, top));
      }
      pen = drawn && b <= top;
    }
    if (!d.isEmpty()) {
      out.empty("path", "class", style, "d", d.toString());
    }
  }

  private void point(StringBuilder d, char pen, double atX, double atY) {
    d.append(pen).append(px(x(atX))).append(' ').append(px(y(atY)));
  }

  /// The area between two lines.
  void band(String style, int from, int to, IntToDoubleFunction low, IntToDoubleFunction high) {
    StringBuilder d = new StringBuilder();
    for (int i = from; i < to; i++) {
      d.append(i == from ? 'M' : 'L').append(px(x(i))).append(' ');
      d.append(px(y(high.applyAsDouble(i))));
    }
    for (int i = to - 1; i >= from; i--) {
      d.append('L').append(px(x(i))).append(' ').append(px(y(low.applyAsDouble(i))));
    }
    out.empty("path", "class", style, "d", d.append('Z').toString());
  }

  /// A dot that says what it is when pointed at.
  void dot(String style, double atX, double atY, double radius, String said) {
    out.open("circle", "class", style, "cx", px(x(atX)), "cy", px(y(atY)), "r", px(radius));
    out.leaf("title", said).close();
  }

  void line(String style, double x1, double y1, double x2, double y2) {
    out.empty("line", "class", style, "x1", px(x1), "y1", px(y1), "x2", px(x2), "y2", px(y2));
  }

  void text(String style, double x, double y, String text) {
    out.leaf("text", text, "class", style, "x", px(x), "y", px(y));
  }

  /// Labels at the right of the last values, moved apart where they would lie on each other.
  void endLabels(List<EndLabel> labels) {
    double least = TOP;
    for (EndLabel label :
        labels.stream().sorted((a, b) -> Double.compare(b.value(), a.value())).toList()) {
      double at = Math.max(y(Math.min(label.value(), y.high())) + 4, least);
      text("label " + label.style(), right + 9, at, label.text());
      least = at + 15;
    }
  }

  /// @param value beside which it stands
  record EndLabel(String style, String text, double value) {}

  void end() {
    out.close();
  }
}
