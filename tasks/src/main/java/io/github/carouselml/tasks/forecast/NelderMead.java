package io.github.carouselml.tasks.forecast;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/// The simplex search of Nelder and Mead (1965) in the unit cube: reflect 1, expand 2, contract ½,
/// shrink ½. The simplex itself is free; what it costs outside is what it costs at the mirrored
/// place inside, so it never lies flat on a face, as it would if it were cut off there. The same
/// start gives the same bits.
final class NelderMead {
  private static final double EDGE = 0.1;
  private static final double FLAT = 1e-10;
  private static final double SMALL = 1e-6;
  private static final int STEPS = 400;

  private NelderMead() {}

  /// A corner of the simplex and its cost.
  static final class Point {
    private final double[] at;
    private final double cost;

    Point(double[] at, double cost) {
      this.at = at;
      this.cost = cost;
    }

    /// The corner itself, not a copy: nobody writes to it.
    double[] at() {
      return at;
    }

    double cost() {
      return cost;
    }
  }

  /// The best point found from `start`. NaN costs as much as infinity.
  static Point minimise(ToDoubleFunction<double[]> cost, double... start) {
    int n = start.length;
    Point[] simplex = new Point[n + 1];
    simplex[0] = point(cost, start.clone());
    for (int i = 0; i < n; i++) {
      double[] corner = start.clone();
      corner[i] += EDGE;
      simplex[i + 1] = point(cost, corner);
    }
    for (int step = 0; step < STEPS; step++) {
      // Stable: of equal costs the older point is the better one.
      Arrays.sort(simplex, Comparator.comparingDouble(Point::cost));
      Point best = simplex[0];
      Point worst = simplex[n];
      boolean flat = worst.cost() - best.cost() <= FLAT * Math.abs(best.cost());
      if (flat && size(simplex) <= SMALL) {
        break;
      }
      double[] centre = centre(simplex);
      Point reflected = point(cost, along(centre, worst.at(), 1));
      if (reflected.cost() < best.cost()) {
        Point expanded = point(cost, along(centre, worst.at(), 2));
        simplex[n] = expanded.cost() < reflected.cost() ? expanded : reflected;
      } else if (reflected.cost() < simplex[n - 1].cost()) {
        simplex[n] = reflected;
      } else {
        boolean outside = reflected.cost() < worst.cost();
        Point contracted = point(cost, along(centre, worst.at(), outside ? 0.5 : -0.5));
        if (contracted.cost() < (outside ? reflected : worst).cost()) {
          simplex[n] = contracted;
        } else {
          for (int i = 1; i <= n; i++) {
            simplex[i] = point(cost, along(best.at(), simplex[i].at(), -0.5));
          }
        }
      }
    }
    Arrays.sort(simplex, Comparator.comparingDouble(Point::cost));
    return new Point(mirrored(simplex[0].at()), simplex[0].cost());
  }

  private static Point point(ToDoubleFunction<double[]> cost, double[] at) {
    double value = cost.applyAsDouble(mirrored(at));
    return new Point(at, Double.isNaN(value) ? Double.POSITIVE_INFINITY : value);
  }

  /// Each coordinate folded at 0 and 1 into the cube.
  private static double[] mirrored(double[] at) {
    double[] inside = new double[at.length];
    for (int k = 0; k < at.length; k++) {
      double even = Math.abs(at[k]) % 2;
      inside[k] = even <= 1 ? even : 2 - even;
    }
    return inside;
  }

  /// The largest distance of a corner from the best, along any axis.
  private static double size(Point[] simplex) {
    double size = 0;
    for (Point corner : simplex) {
      for (int k = 0; k < corner.at().length; k++) {
        size = Math.max(size, Math.abs(corner.at()[k] - simplex[0].at()[k]));
      }
    }
    return size;
  }

  /// The middle of all corners but the last.
  private static double[] centre(Point[] simplex) {
    int n = simplex.length - 1;
    double[] centre = new double[n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        centre[k] += simplex[i].at()[k] / n;
      }
    }
    return centre;
  }

  /// centre + by (centre - point)
  private static double[] along(double[] centre, double[] point, double by) {
    double[] at = new double[centre.length];
    for (int k = 0; k < at.length; k++) {
      at[k] = centre[k] + by * (centre[k] - point[k]);
    }
    return at;
  }
}
