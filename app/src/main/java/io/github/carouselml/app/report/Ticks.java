package io.github.carouselml.app.report;

import java.util.ArrayList;
import java.util.List;

/// Round numbers along an axis.
///
/// @param low the first, at or below the least value
/// @param step from one to the next: 1, 2 or 5 times a power of ten
/// @param count how many there are
record Ticks(double low, double step, int count) {
  /// About `wanted` ticks that enclose the values from `least` to `most`.
  static Ticks around(double least, double most, int wanted) {
    double span = most > least ? most - least : Math.max(Math.abs(most), 1);
    double bottom = most > least ? least : least - span / 2;
    double top = most > least ? most : most + span / 2;
    double rough = span / wanted;
    double power = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(rough)));
    double step = power;
    for (double factor : new double[] {1, 2, 5, 10}) {
      step = factor * power;
      if (step >= rough * 0.999) {
        break;
      }
    }
    double low = StrictMath.floor(bottom / step + 1e-9);
    double high = StrictMath.ceil(top / step - 1e-9);
    return new Ticks(low * step, step, (int) (high - low) + 1);
  }

  double high() {
    return low + step * (count - 1);
  }

  List<Double> values() {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(low + i * step);
    }
    return values;
  }

  /// As an axis writes it.
  String label(double value) {
    int decimals = (int) Math.max(0, -StrictMath.floor(StrictMath.log10(step) + 1e-9));
    return Figures.with(Math.abs(value) < step * 1e-6 ? 0 : value, decimals);
  }
}
