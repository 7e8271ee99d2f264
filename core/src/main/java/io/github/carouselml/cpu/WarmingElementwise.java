package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Penalty;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.kernel.Unary;

/// Element-wise operations that start on plain loops; see [WarmUp]. Each function of each method is
/// a place of its own, so that only what is used is exercised.
final class WarmingElementwise implements Elementwise {
  private static final int AXPY = 0;
  private static final int MULTIPLY_ADD = 1;
  private static final int SUM = 2;
  private static final int DOT = 3;
  private static final int DOT_OF_THREE = 4;
  private static final int MAX = 5;
  private static final int MAX_ABS = 6;
  private static final int COUNT_NON_FINITE = 7;
  private static final int SOFTMAX = 8;
  private static final int SOFTMAX_GRADIENT = 9;
  private static final int LAYER_NORM = 10;
  private static final int LAYER_NORM_GRADIENT = 11;
  private static final int DROPOUT = 12;
  private static final int SGD = 13;
  private static final int MOMENTUM = 14;
  private static final int RMS_PROP = 15;
  private static final int ADAM = 16;
  private static final int SELECT = 17;
  private static final int COPY_ROWS = 18;
  private static final int ADD_PRODUCTS = 19;
  private static final int LAYER_NORM_PANELS = 20;
  private static final int LAYER_NORM_GRADIENT_PANELS = 21;
  private static final int MAP = 22;
  private static final int MAP_GRADIENT = MAP + Unary.values().length;
  private static final int COMBINE = MAP_GRADIENT + Unary.values().length;
  private static final int GRADIENT_OF_FIRST = COMBINE + Binary.values().length;
  private static final int GRADIENT_OF_SECOND = GRADIENT_OF_FIRST + Binary.values().length;
  private static final int PENALTY = GRADIENT_OF_SECOND + Binary.values().length;
  private static final int PLACES = PENALTY + Penalty.values().length;

  /// Whole vectors of every width and a tail.
  private static final int COUNT = 16 * 16 + 7;

  private final Elementwise fast;
  private final WarmUp.Places<Elementwise> places;

  WarmingElementwise(WarmUp warmUp, Elementwise plain, Elementwise fast) {
    this.fast = fast;
    places = warmUp.new Places<>(PLACES, plain, fast);
  }

  private Elementwise serving(int place) {
    Elementwise now = places.get(place);
    return now != null ? now : places.ask(place, exercise(place));
  }

  private Runnable exercise(int place) {
    float[] a = new float[COUNT];
    float[] b = new float[COUNT];
    float[] c = new float[COUNT];
    float[] d = new float[COUNT];
    return place < MAP ? single(place, a, b, c, d) : function(place, a, b, c, d);
  }

  private Runnable function(int place, float[] a, float[] b, float[] c, float[] d) {
    if (place < MAP_GRADIENT) {
      Unary f = Unary.values()[place - MAP];
      return () -> fast.forward(f, 1, 1, a, 0, b, 0, COUNT);
    }
    if (place < COMBINE) {
      Unary f = Unary.values()[place - MAP_GRADIENT];
      return twice(add -> fast.gradient(f, 1, 1, a, 0, b, 0, c, 0, COUNT, add));
    }
    if (place < GRADIENT_OF_FIRST) {
      Binary f = Binary.values()[place - COMBINE];
      return () -> fast.forward(f, a, 0, b, 0, c, 0, COUNT);
    }
    if (place < GRADIENT_OF_SECOND) {
      Binary f = Binary.values()[place - GRADIENT_OF_FIRST];
      return twice(add -> fast.gradientOfFirst(f, a, 0, b, 0, c, 0, d, 0, COUNT, add));
    }
    if (place < PENALTY) {
      Binary f = Binary.values()[place - GRADIENT_OF_SECOND];
      return twice(add -> fast.gradientOfSecond(f, a, 0, b, 0, c, 0, d, 0, COUNT, add));
    }
    Penalty f = Penalty.values()[place - PENALTY];
    return () -> fast.penalty(f, 0.5f, a, 0, b, 0, c, 0, d, 0, COUNT);
  }

  private Runnable single(int place, float[] a, float[] b, float[] c, float[] d) {
    Random random = new Random(1, Random.Purpose.DROPOUT, 0);
    return switch (place) {
      case AXPY -> () -> fast.axpy(0.5f, a, 0, b, 0, COUNT);
      case MULTIPLY_ADD -> () -> fast.multiplyAdd(a, 0, b, 0, c, 0, COUNT);
      case SELECT -> () -> fast.select(a, 0, b, 0, c, 0, d, 0, COUNT);
      case COPY_ROWS -> () -> fast.copyRows(a, 0, 16, b, 0, 16, COUNT / 16);
      case ADD_PRODUCTS -> () -> fast.addProducts(a, 0, 16, b, 0, 16, 3, c, 0, 5 * 16);
      case SUM -> () -> fast.sum(a, 0, COUNT);
      case DOT -> () -> fast.dot(a, 0, b, 0, COUNT);
      case DOT_OF_THREE -> () -> fast.dot(a, 0, b, 0, c, 0, COUNT);
      case MAX -> () -> fast.max(a, 0, COUNT);
      case MAX_ABS -> () -> fast.maxAbs(a, 0, COUNT);
      case COUNT_NON_FINITE -> () -> fast.countNonFinite(a, 0, COUNT);
      case SOFTMAX -> () -> fast.softmax(a, 0, b, 0, COUNT);
      case SOFTMAX_GRADIENT -> twice(add -> fast.softmaxGradient(a, 0, b, 0, c, 0, COUNT, add));
      case LAYER_NORM -> () -> fast.layerNorm(a, 0, b, 0, b, 0, 1e-5f, c, 0, d, 0, COUNT);
      case LAYER_NORM_GRADIENT ->
          twice(add -> fast.layerNormGradient(a, 0, 1, b, 0, c, 0, d, 0, COUNT, add));
      case LAYER_NORM_PANELS ->
          () ->
              fast.layerNormPanels(
                  3, a, 0, PANEL, b, 0, b, 0, PANEL, 1e-5f, a, 0, PANEL, c, 0, PANEL);
      case LAYER_NORM_GRADIENT_PANELS ->
          twice(add ->
              fast.layerNormGradientPanels(3, a, 0, PANEL, 1, b, 0, c, 0, PANEL, d, 0, PANEL, add));
      case DROPOUT -> twice(add -> fast.dropout(random, 0, 0, 0, 0.5f, a, 0, b, 0, COUNT, add));
      case SGD -> () -> fast.sgd(a, 0, b, 0, COUNT, 1, 0, 0);
      case MOMENTUM -> twice(ahead -> fast.momentum(a, 0, b, 0, c, 0, COUNT, 1, 0, 0, 0.5f, ahead));
      case RMS_PROP -> () -> fast.rmsProp(a, 0, b, 0, c, 0, COUNT, 1, 0, 0, 0.5f, 1);
      case ADAM -> () -> fast.adam(a, 0, b, 0, c, 0, d, 0, COUNT, 1, 0, 1, 0, 1, 0.5f, 0.5f, 1);
      default -> throw new IllegalArgumentException("There is no place " + place + ".");
    };
  }

  private interface Either {
    void run(boolean which);
  }

  private static Runnable twice(Either either) {
    return () -> {
      either.run(false);
      either.run(true);
    };
  }

  @Override
  public void forward(
      Unary f, float p, float q, float[] x, int xAt, float[] y, int yAt, int count) {
    serving(MAP + f.ordinal()).forward(f, p, q, x, xAt, y, yAt, count);
  }

  @Override
  public void gradient(
      Unary f,
      float p,
      float q,
      float[] kept,
      int keptAt,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      int count,
      boolean add) {
    serving(MAP_GRADIENT + f.ordinal())
        .gradient(f, p, q, kept, keptAt, dy, dyAt, dx, dxAt, count, add);
  }

  @Override
  public void forward(
      Binary f, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    serving(COMBINE + f.ordinal()).forward(f, a, aAt, b, bAt, y, yAt, count);
  }

  @Override
  public void gradientOfFirst(
      Binary f,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] dy,
      int dyAt,
      float[] da,
      int daAt,
      int count,
      boolean add) {
    serving(GRADIENT_OF_FIRST + f.ordinal())
        .gradientOfFirst(f, a, aAt, b, bAt, dy, dyAt, da, daAt, count, add);
  }

  @Override
  public void gradientOfSecond(
      Binary f,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] dy,
      int dyAt,
      float[] db,
      int dbAt,
      int count,
      boolean add) {
    serving(GRADIENT_OF_SECOND + f.ordinal())
        .gradientOfSecond(f, a, aAt, b, bAt, dy, dyAt, db, dbAt, count, add);
  }

  @Override
  public void axpy(float s, float[] x, int xAt, float[] y, int yAt, int count) {
    serving(AXPY).axpy(s, x, xAt, y, yAt, count);
  }

  @Override
  public void multiplyAdd(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    serving(MULTIPLY_ADD).multiplyAdd(a, aAt, b, bAt, y, yAt, count);
  }

  @Override
  public void select(
      float[] mask,
      int maskAt,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int count) {
    serving(SELECT).select(mask, maskAt, a, aAt, b, bAt, y, yAt, count);
  }

  @Override
  public void copyRows(float[] x, int xAt, int xRow, float[] y, int yAt, int yRow, int rows) {
    serving(COPY_ROWS).copyRows(x, xAt, xRow, y, yAt, yRow, rows);
  }

  @Override
  public void addProducts(
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      int bRow,
      int rows,
      float[] v,
      int vAt,
      int columns) {
    serving(ADD_PRODUCTS).addProducts(a, aAt, aRow, b, bAt, bRow, rows, v, vAt, columns);
  }

  @Override
  public double sum(float[] x, int xAt, int count) {
    return serving(SUM).sum(x, xAt, count);
  }

  @Override
  public double dot(float[] a, int aAt, float[] b, int bAt, int count) {
    return serving(DOT).dot(a, aAt, b, bAt, count);
  }

  @Override
  public double dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
    return serving(DOT_OF_THREE).dot(a, aAt, b, bAt, c, cAt, count);
  }

  @Override
  public float max(float[] x, int xAt, int count) {
    return serving(MAX).max(x, xAt, count);
  }

  @Override
  public float maxAbs(float[] x, int xAt, int count) {
    return serving(MAX_ABS).maxAbs(x, xAt, count);
  }

  @Override
  public int countNonFinite(float[] x, int xAt, int count) {
    return serving(COUNT_NON_FINITE).countNonFinite(x, xAt, count);
  }

  @Override
  public double softmax(float[] x, int xAt, float[] y, int yAt, int count) {
    return serving(SOFTMAX).softmax(x, xAt, y, yAt, count);
  }

  @Override
  public void softmaxGradient(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, boolean add) {
    serving(SOFTMAX_GRADIENT).softmaxGradient(y, yAt, dy, dyAt, dx, dxAt, count, add);
  }

  @Override
  public float layerNorm(
      float[] x,
      int xAt,
      float[] gain,
      int gainAt,
      float[] bias,
      int biasAt,
      float epsilon,
      float[] n,
      int nAt,
      float[] y,
      int yAt,
      int count) {
    return serving(LAYER_NORM)
        .layerNorm(x, xAt, gain, gainAt, bias, biasAt, epsilon, n, nAt, y, yAt, count);
  }

  @Override
  public void layerNormGradient(
      float[] n,
      int nAt,
      float scale,
      float[] gain,
      int gainAt,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      int count,
      boolean add) {
    serving(LAYER_NORM_GRADIENT)
        .layerNormGradient(n, nAt, scale, gain, gainAt, dy, dyAt, dx, dxAt, count, add);
  }

  /// On vectors as soon as they do both ways, never in plain loops.
  @Override
  public boolean normsPanels() {
    return fast.normsPanels()
        && serving(LAYER_NORM_PANELS).normsPanels()
        && serving(LAYER_NORM_GRADIENT_PANELS).normsPanels();
  }

  @Override
  public float layerNormPanels(
      int panels,
      float[] x,
      int xAt,
      int xPanel,
      float[] gain,
      int gainAt,
      float[] bias,
      int biasAt,
      int biasPanel,
      float epsilon,
      float[] n,
      int nAt,
      int nPanel,
      float[] y,
      int yAt,
      int yPanel) {
    return serving(LAYER_NORM_PANELS)
        .layerNormPanels(
            panels, x, xAt, xPanel, gain, gainAt, bias, biasAt, biasPanel, epsilon, n, nAt, nPanel,
            y, yAt, yPanel);
  }

  @Override
  public void layerNormGradientPanels(
      int panels,
      float[] n,
      int nAt,
      int nPanel,
      float scale,
      float[] gain,
      int gainAt,
      float[] dy,
      int dyAt,
      int dyPanel,
      float[] dx,
      int dxAt,
      int dxPanel,
      boolean add) {
    serving(LAYER_NORM_GRADIENT_PANELS)
        .layerNormGradientPanels(
            panels, n, nAt, nPanel, scale, gain, gainAt, dy, dyAt, dyPanel, dx, dxAt, dxPanel, add);
  }

  @Override
  public void penalty(
      Penalty f,
      float p,
      float[] y,
      int yAt,
      float[] t,
      int tAt,
      float[] value,
      int valueAt,
      float[] gradient,
      int gradientAt,
      int count) {
    serving(PENALTY + f.ordinal())
        .penalty(f, p, y, yAt, t, tAt, value, valueAt, gradient, gradientAt, count);
  }

  @Override
  public void dropout(
      Random random,
      int update,
      int sequence,
      int step,
      float rate,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      int count,
      boolean add) {
    serving(DROPOUT).dropout(random, update, sequence, step, rate, x, xAt, y, yAt, count, add);
  }

  @Override
  public void sgd(
      float[] w, int wAt, float[] g, int gAt, int count, float scale, float rate, float decay) {
    serving(SGD).sgd(w, wAt, g, gAt, count, scale, rate, decay);
  }

  @Override
  public void momentum(
      float[] w,
      int wAt,
      float[] g,
      int gAt,
      float[] m,
      int mAt,
      int count,
      float scale,
      float rate,
      float decay,
      float momentum,
      boolean nesterov) {
    serving(MOMENTUM)
        .momentum(w, wAt, g, gAt, m, mAt, count, scale, rate, decay, momentum, nesterov);
  }

  @Override
  public void rmsProp(
      float[] w,
      int wAt,
      float[] g,
      int gAt,
      float[] v,
      int vAt,
      int count,
      float scale,
      float rate,
      float decay,
      float gain,
      float epsilon) {
    serving(RMS_PROP).rmsProp(w, wAt, g, gAt, v, vAt, count, scale, rate, decay, gain, epsilon);
  }

  @Override
  public void adam(
      float[] w,
      int wAt,
      float[] g,
      int gAt,
      float[] m,
      int mAt,
      float[] v,
      int vAt,
      int count,
      float scale,
      float rate,
      float correction,
      float decay,
      float shrink,
      float gain1,
      float gain2,
      float epsilon) {
    serving(ADAM)
        .adam(
            w,
            wAt,
            g,
            gAt,
            m,
            mAt,
            v,
            vAt,
            count,
            scale,
            rate,
            correction,
            decay,
            shrink,
            gain1,
            gain2,
            epsilon);
  }
}
