package io.github.carouselml.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// One case for every method and constant of [Elementwise], to hold an implementation to the plain
/// loops, bit by bit.
public final class ElementwiseCases {
  /// Below a vector, around the lanes of every width, around a group of a mask, around a block.
  private static final int[] COUNTS = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 63, 64, 65, 127, 200, 1001, 4095, 4096, 4097,
    8209
  };

  private static final int[] OFFSETS = {0, 1, 5, 16};

  private static final int SIZE = 8300;

  /// From one panel of a row to its next.
  private static final int APART = 80;

  // @formatter:off
  private static final float[] SPECIALS = {
    0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE,
    -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 88.72283f, 88.72284f,
    -87.33654f, -87.33655f, 40f, -40f, 10f, -10f, 0.70710677f, 1.4142135f, -0.29289323f, 1e-20f,
    Float.intBitsToFloat(0x7f800001), Float.intBitsToFloat(0xffc12345)
  };
  // @formatter:on

  private ElementwiseCases() {}

  /// Five arrays to read and write; `b` to `e` start 1, 2, 3 and 7 further, so that offsets differ.
  public static final class Data {
    public final float[] a = new float[SIZE];
    public final float[] b = new float[SIZE];
    public final float[] c = new float[SIZE];
    public final float[] d = new float[SIZE];
    public final float[] e = new float[SIZE];

    /// The first `used` numbers of each array: between ±8, with `specials` also of any magnitude and
    /// special ones.
    public void fill(long seed, boolean specials, int used) {
      var random = new SplittableRandom(seed);
      for (float[] array : arrays()) {
        for (int i = 0; i < used; i++) {
          int kind = specials ? random.nextInt(10) : 2;
          array[i] =
              switch (kind) {
                case 0 -> SPECIALS[random.nextInt(SPECIALS.length)];
                case 1 -> Float.intBitsToFloat(random.nextInt());
                default -> random.nextFloat() * 16f - 8f;
              };
        }
      }
    }

    public List<float[]> arrays() {
      return List.of(a, b, c, d, e);
    }

    /// The first array and index where the bits differ (all NaN are equal), or the empty string.
    public String difference(Data other, int used) {
      for (int k = 0; k < arrays().size(); k++) {
        float[] mine = arrays().get(k);
        float[] theirs = other.arrays().get(k);
        for (int i = 0; i < used; i++) {
          if (Float.floatToIntBits(mine[i]) != Float.floatToIntBits(theirs[i])) {
            return "array %s at %d: %s and %s".formatted("abcde".charAt(k), i, mine[i], theirs[i]);
          }
        }
      }
      return "";
    }
  }

  /// What a case does with `count` numbers; the return value is compared too.
  public interface Action {
    double run(Elementwise e, Data x, int at, int count);
  }

  /// A case and its name.
  public record Case(String name, Action action) {
    /// Whether kernels that norm no rows in panels may allocate.
    public boolean normsPanels() {
      return name.startsWith("layerNorm") && name.contains("Panels");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  public static List<Case> all() {
    var cases = new ArrayList<Case>();
    var random = new Random(0x123456789abcdefL, Random.Purpose.DROPOUT, 3);
    for (Unary f : Unary.values()) {
      float p = first(f);
      float q = second(f);
      add(cases, f + " forward", (k, x, at, n) -> k.forward(f, p, q, x.a, at, x.b, at + 1, n));
      add(cases, f + " in place", (k, x, at, n) -> k.forward(f, p, q, x.a, at, x.a, at, n));
      for (boolean sum : new boolean[] {false, true}) {
        add(
            cases,
            f + " gradient, add " + sum,
            (k, x, at, n) -> k.gradient(f, p, q, x.a, at, x.b, at + 1, x.c, at + 2, n, sum));
      }
    }
    for (Binary f : Binary.values()) {
      add(
          cases,
          f + " forward",
          (k, x, at, n) -> k.forward(f, x.a, at, x.b, at + 1, x.c, at + 2, n));
      add(
          cases,
          f + " in place",
          (k, x, at, n) -> k.forward(f, x.a, at, x.b, at + 1, x.b, at + 1, n));
      for (boolean sum : new boolean[] {false, true}) {
        add(
            cases,
            f + " gradient of first, add " + sum,
            (k, x, at, n) ->
                k.gradientOfFirst(f, x.a, at, x.b, at + 1, x.c, at + 2, x.d, at + 3, n, sum));
        add(
            cases,
            f + " gradient of second, add " + sum,
            (k, x, at, n) ->
                k.gradientOfSecond(f, x.a, at, x.b, at + 1, x.c, at + 2, x.d, at + 3, n, sum));
      }
    }
    add(cases, "axpy", (k, x, at, n) -> k.axpy(0.3f, x.a, at, x.b, at + 1, n));
    add(cases, "multiplyAdd", (k, x, at, n) -> k.multiplyAdd(x.a, at, x.b, at + 1, x.c, at + 2, n));
    add(
        cases,
        "select",
        (k, x, at, n) -> {
          zeroSome(x.a, at, n);
          k.select(x.a, at, x.b, at + 1, x.c, at + 2, x.d, at + 3, n);
          k.select(x.a, at, x.b, at + 1, x.e, at + 7, x.e, at + 7, n);
        });
    add(cases, "fill", (k, x, at, n) -> k.fill(0.3f, x.a, at, n));
    add(cases, "copy", (k, x, at, n) -> k.copy(x.a, at, x.b, at + 1, n));
    add(
        cases,
        "rows",
        (k, x, at, n) -> {
          int columns = Math.min(n, 1001);
          int ld = (columns + 15) & ~15;
          k.addToRows(x.a, at, x.b, at + 1, 3, columns, ld);
          k.clearPadding(x.b, at + 1, 3, columns, ld);
        });
    add(
        cases,
        "rows of 16",
        (k, x, at, n) -> {
          int rows = n / 48;
          k.copyRows(x.a, at, 48, x.b, at + 1, 16, rows);
          k.copyRows(x.a, at, 0, x.c, at + 2, 32, rows);
          k.addProducts(x.d, at + 3, 32, x.a, at, 48, rows, x.e, at + 7, 16);
          k.addProducts(x.d, at + 3, 16, x.b, at, 0, rows, x.e, at + 23, 80);
        });
    cases.add(new Case("sum", (k, x, at, n) -> k.sum(x.a, at, n)));
    cases.add(new Case("dot", (k, x, at, n) -> k.dot(x.a, at, x.b, at + 1, n)));
    cases.add(
        new Case("dot of three", (k, x, at, n) -> k.dot(x.a, at, x.b, at + 1, x.c, at + 2, n)));
    cases.add(new Case("sumOfSquares", (k, x, at, n) -> k.sumOfSquares(x.a, at, n)));
    cases.add(new Case("max", (k, x, at, n) -> k.max(x.a, at, n)));
    cases.add(new Case("argmax", (k, x, at, n) -> k.argmax(x.a, at, n)));
    cases.add(new Case("maxAbs", (k, x, at, n) -> k.maxAbs(x.a, at, n)));
    cases.add(new Case("countNonFinite", (k, x, at, n) -> k.countNonFinite(x.a, at, n)));
    cases.add(new Case("softmax", (k, x, at, n) -> k.softmax(x.a, at, x.b, at + 1, n)));
    cases.add(new Case("softmax in place", (k, x, at, n) -> k.softmax(x.a, at, x.a, at, n)));
    cases.add(
        new Case(
            "layerNorm",
            (k, x, at, n) ->
                k.layerNorm(
                    x.a, at, x.b, at + 1, x.c, at + 2, 1e-5f, x.d, at + 3, x.e, at + 7, n)));
    cases.add(
        new Case(
            "layerNormPanels, n in place",
            (k, x, at, n) ->
                k.layerNormPanels(
                    n / APART, x.a, at, APART, x.b, at + 1, x.c, at + 2, APART, 1e-5f, x.a, at,
                    APART, x.e, at + 7, APART)));
    cases.add(
        new Case(
            "layerNormPanels, y is the addend",
            (k, x, at, n) ->
                k.layerNormPanels(
                    n / APART, x.a, at, APART, x.b, at + 1, x.c, at + 2, APART, 1e-5f, x.d, at + 3,
                    64, x.c, at + 2, APART)));
    for (boolean sum : new boolean[] {false, true}) {
      add(
          cases,
          "layerNormGradientPanels, add " + sum,
          (k, x, at, n) ->
              k.layerNormGradientPanels(
                  n / APART, x.a, at, APART, 0.7f, x.b, at + 1, x.c, at + 2, 64, x.d, at + 3, APART,
                  sum));
      add(
          cases,
          "softmaxGradient, add " + sum,
          (k, x, at, n) -> k.softmaxGradient(x.a, at, x.b, at + 1, x.c, at + 2, n, sum));
      add(
          cases,
          "layerNormGradient, add " + sum,
          (k, x, at, n) ->
              k.layerNormGradient(x.a, at, 0.7f, x.b, at + 1, x.c, at + 2, x.d, at + 3, n, sum));
      add(
          cases,
          "dropout, add " + sum,
          (k, x, at, n) -> k.dropout(random, 7, 11, 5, 0.3f, x.a, at, x.b, at + 1, n, sum));
    }
    add(
        cases,
        "dropout of all",
        (k, x, at, n) -> k.dropout(random, 7, 1, 5, 1f, x.a, at, x.a, at, n, false));
    add(cases, "mask", (k, x, at, n) -> k.mask(random, 7, -11, 0, 0.5f, x.a, at, n));
    for (Penalty f : Penalty.values()) {
      add(
          cases,
          f + " penalty",
          (k, x, at, n) -> k.penalty(f, 0.9f, x.a, at, x.b, at + 1, x.c, at + 2, x.d, at + 3, n));
    }
    add(cases, "sgd", (k, x, at, n) -> k.sgd(x.a, at, x.b, at + 1, n, 0.5f, 0.1f, 0.01f));
    for (boolean nesterov : new boolean[] {false, true}) {
      add(
          cases,
          "momentum, nesterov " + nesterov,
          (k, x, at, n) ->
              k.momentum(x.a, at, x.b, at + 1, x.c, at + 2, n, 0.5f, 0.1f, 0.01f, 0.9f, nesterov));
    }
    add(
        cases,
        "rmsProp",
        (k, x, at, n) ->
            k.rmsProp(x.a, at, x.b, at + 1, x.c, at + 2, n, 0.5f, 0.1f, 0.01f, 0.1f, 1e-8f));
    add(
        cases,
        "adam",
        (k, x, at, n) ->
            k.adam(
                x.a, at, x.b, at + 1, x.c, at + 2, x.d, at + 3, n, 0.5f, 1e-3f, 1.7f, 0.01f, 0.999f,
                0.1f, 1e-3f, 1e-8f));
    return cases;
  }

  private static void zeroSome(float[] x, int at, int count) {
    for (int i = at; i < at + count; i++) {
      x[i] = Float.floatToRawIntBits(x[i]) % 3 == 0 ? 0f : x[i];
    }
  }

  private static float first(Unary f) {
    return switch (f) {
      case HARD_SIGMOID -> 0.2f;
      case LEAKY_RELU -> 0.01f;
      case AFFINE -> 1.5f;
      case CLIP -> -1f;
      case GREATER -> 0.5f;
      default -> 0f;
    };
  }

  private static float second(Unary f) {
    return switch (f) {
      case HARD_SIGMOID -> 0.5f;
      case AFFINE -> -0.25f;
      case CLIP -> 2f;
      default -> 0f;
    };
  }

  private interface Effect {
    void run(Elementwise e, Data x, int at, int count);
  }

  private static void add(List<Case> cases, String name, Effect effect) {
    cases.add(
        new Case(
            name,
            (k, x, at, n) -> {
              effect.run(k, x, at, n);
              return 0;
            }));
  }

  /// Runs a case by `candidate` and by the plain loops from the same numbers; what differs, or the
  /// empty string.
  public static String compare(
      Case test, Elementwise candidate, Data mine, Data theirs, long seed, int at, int count) {
    boolean specials = seed % 2 != 0;
    int used = Math.min(SIZE, 4 * count + 100); // what a case touches, and beyond
    mine.fill(seed, specials, used);
    for (int k = 0; k < mine.arrays().size(); k++) {
      System.arraycopy(mine.arrays().get(k), 0, theirs.arrays().get(k), 0, used);
    }
    double actual = test.action().run(candidate, mine, at, count);
    double expected = test.action().run(new PlainElementwise(), theirs, at, count);
    String difference = mine.difference(theirs, used);
    if (Double.doubleToLongBits(actual) != Double.doubleToLongBits(expected)) {
      difference = "returned %s and %s ".formatted(actual, expected) + difference;
    }
    return difference.isEmpty()
        ? ""
        : "%s, count %d, offset %d, seed %d: %s".formatted(test, count, at, seed, difference);
  }

  /// The first difference over all counts and offsets, or the empty string.
  public static String compareAll(Case test, Elementwise candidate, Data mine, Data theirs) {
    long seed = test.name().hashCode();
    for (int count : COUNTS) {
      for (int at : count > 1000 ? new int[] {5, 16} : OFFSETS) {
        String difference = compare(test, candidate, mine, theirs, seed++, at, count);
        if (!difference.isEmpty()) {
          return difference;
        }
      }
    }
    return "";
  }
}
