package io.github.carouselml.app.report;

import java.util.Collection;
import java.util.Locale;

/// Numbers as people read them: three digits or so, the same in every locale.
final class Figures {
  private Figures() {}

  /// `0.0312`, `3.13`, `17.6`, `1,234`.
  static String of(double value) {
    return with(value, decimals(value));
  }

  /// With so many digits after the point; `–` for what is not finite.
  static String with(double value, int decimals) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%,." + decimals + "f", value == 0 ? 0.0 : value)
        : "–";
  }

  /// The digits after the point that keep about three in all.
  static int decimals(double value) {
    double size = Math.abs(value);
    if (size >= 100 || !Double.isFinite(size)) {
      return size >= 1_000 ? 0 : 1;
    }
    if (size >= 0.1 || size == 0) {
      return 2;
    }
    return size >= 0.001 ? 4 : 6;
  }

  /// The digits after the point for a column of numbers.
  static int decimals(Collection<Double> column) {
    return column.stream()
        .filter(Double::isFinite)
        .map(Math::abs)
        .max(Double::compare)
        .map(Figures::decimals)
        .orElse(2);
  }

  /// A place in a picture, to a tenth of a pixel.
  static String px(double at) {
    String text = String.format(Locale.ROOT, "%.1f", at);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
