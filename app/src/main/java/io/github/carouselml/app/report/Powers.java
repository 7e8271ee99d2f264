package io.github.carouselml.app.report;

/// Numbers over many powers of ten, given by their logarithms: `0.40`, `22.8`, `9·10⁻²⁰`.
public final class Powers {
  private static final String RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  private Powers() {}

  /// Two digits or so; 0 for -∞.
  public static String of(double log10) {
    if (log10 == Double.NEGATIVE_INFINITY) {
      return "0";
    }
    if (!Double.isFinite(log10)) {
      return "–";
    }
    if (log10 >= -2 && log10 < 4) {
      return Figures.of(StrictMath.pow(10, log10));
    }
    int exponent = (int) StrictMath.floor(log10);
    long digit = StrictMath.round(StrictMath.pow(10, log10 - exponent));
    return digit == 10 ? "1·10" + raised(exponent + 1) : digit + "·10" + raised(exponent);
  }

  /// `10⁻²⁰`, as an axis writes it.
  static String ofTen(double exponent) {
    return exponent == 0 ? "1" : "10" + raised((int) exponent);
  }

  private static String raised(int exponent) {
    StringBuilder text = new StringBuilder(exponent < 0 ? "⁻" : "");
    Integer.toString(Math.abs(exponent)).chars().forEach(d -> text.append(RAISED.charAt(d - '0')));
    return text.toString();
  }
}
