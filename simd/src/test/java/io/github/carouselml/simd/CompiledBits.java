package io.github.carouselml.simd;

import com.sun.management.ThreadMXBean;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.ElementwiseCases;
import io.github.carouselml.kernel.ElementwiseCases.Case;
import io.github.carouselml.kernel.ElementwiseCases.Data;
import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.PlainReducedProducts;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ReducedPanels;
import io.github.carouselml.kernel.ReducedProducts;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/// A program for JVMs with other flags: runs each case until calls allocate nothing, which shows
/// that its loop is compiled without boxed vectors, then holds it to the plain bits. Prints what
/// failed, then `lanes L, cases N, failed F`.
final class CompiledBits {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long PATIENCE = 60_000_000_000L;

  private static double sink;

  private CompiledBits() {}

  public static void main(String[] args) {
    Elementwise vector = new VectorElementwise();
    var mine = new Data();
    var theirs = new Data();
    int cases = 0;
    int failed = 0;
    for (Case test : ElementwiseCases.all()) {
      long bytes =
          test.normsPanels() && !vector.normsPanels()
              ? 0
              : bytesOnceSteady(
                  () -> mine.fill(2, false, 1100), () -> test.action().run(vector, mine, 1, 1001));
      String difference =
          bytes > 0
              ? "%s allocates %d bytes a call".formatted(test, bytes)
              : ElementwiseCases.compareAll(test, vector, mine, theirs);
      cases++;
      if (!difference.isEmpty()) {
        failed++;
        System.out.println(difference);
      }
    }
    for (ReducedPanels b : reduced()) {
      String difference = reduced(b);
      cases++;
      if (!difference.isEmpty()) {
        failed++;
        System.out.println(difference);
      }
    }
    for (Product product : products()) {
      String difference = product.difference();
      cases++;
      if (!difference.isEmpty()) {
        failed++;
        System.out.println(difference);
      }
    }
    System.out.printf("lanes %d, cases %d, failed %d%n", Lanes.F.length(), cases, failed);
    System.exit(failed == 0 && !Double.isNaN(sink) ? 0 : 1);
  }

  /// Two full panels, which some kernels take together, a third, and one that is not full.
  private static List<ReducedPanels> reduced() {
    float[] weights = new float[13 * 16 * 97];
    fill(new Random(3), weights);
    return List.of(
        new ReducedPanels.Bfloat16(13, 97, weights, 0), new ReducedPanels.Int8(13, 97, weights, 0));
  }

  private static String reduced(ReducedPanels b) {
    Random random = new Random(4);
    float[] a = new float[b.inner()];
    float[] init = new float[b.panels() * ReducedPanels.COLUMNS];
    fill(random, a);
    fill(random, init);
    float[] c = new float[init.length];
    float[] expected = new float[init.length];
    ReducedProducts vector = new VectorReducedProducts();
    long bytes =
        bytesOnceSteady(
            () -> {},
            () -> {
              vector.multiply(b, 0, b.panels(), a, 0, init, 0, ReducedPanels.COLUMNS, c, 0);
              return c[0];
            });
    new PlainReducedProducts()
        .multiply(b, 0, b.panels(), a, 0, init, 0, ReducedPanels.COLUMNS, expected, 0);
    int columns = 16 * b.vectors();
    String name = b.getClass().getSimpleName();
    if (bytes > 0) {
      return "%s allocates %d bytes a call".formatted(name, bytes);
    }
    int first = Arrays.mismatch(c, 0, columns, expected, 0, columns);
    return first < 0 ? "" : "%s differs at %d".formatted(name, first);
  }

  private static List<Product> products() {
    var all = new ArrayList<Product>();
    for (int vectors = 1; vectors <= 4; vectors++) {
      for (int rows : new int[] {1, 2, 23}) {
        all.add(new Product(vectors, rows, 1, 400, false));
        all.add(new Product(vectors, rows, 3, 150, false));
        all.add(new Product(vectors, rows, 1, 400, true));
      }
    }
    return all;
  }

  private record Product(int vectors, int rows, int outer, int inner, boolean transposed) {
    String difference() {
      Random random = new Random(5);
      float[] a = new float[rows * outer * inner];
      float[] b = new float[outer * inner * width()];
      float[] init = new float[rows * width()];
      fill(random, a);
      fill(random, b);
      fill(random, init);
      float[] c = init.clone();
      float[] expected = init.clone();
      Products vector = new VectorProducts();
      long bytes =
          bytesOnceSteady(
              () -> System.arraycopy(init, 0, c, 0, c.length),
              () -> {
                run(vector, a, b, init, c);
                return c[0];
              });
      if (bytes > 0) {
        return "%s allocates %d bytes a call".formatted(this, bytes);
      }
      System.arraycopy(init, 0, c, 0, c.length);
      run(vector, a, b, init, c);
      run(new PlainProducts(), a, b, init, expected);
      int first = Arrays.mismatch(c, expected);
      return first < 0 ? "" : "%s differs at %d".formatted(this, first);
    }

    private int width() {
      return Products.LANES * vectors;
    }

    private void run(Products products, float[] a, float[] b, float[] init, float[] c) {
      int width = width();
      if (transposed) {
        products.multiplyTransposed(vectors, rows, inner, a, 0, rows, b, 0, width, c, 0, width);
      } else {
        int aRow = outer * inner;
        products.multiply(
            vectors, rows, outer, inner, a, 0, aRow, inner, b, 0, init, 0, width, c, 0, width);
      }
    }
  }

  private static void fill(Random random, float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
  }

  /// 0 once twenty calls in a row allocated nothing, else the bytes of a call when patience ended.
  private static long bytesOnceSteady(Runnable fill, DoubleSupplier action) {
    long start = System.nanoTime();
    int steady = 0;
    long bytes = 1;
    while (steady < 5 && System.nanoTime() - start < PATIENCE) {
      fill.run();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      double sum = 0;
      for (int k = 0; k < 4; k++) {
        sum += action.getAsDouble();
      }
      bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / 4;
      steady = bytes == 0 ? steady + 1 : 0;
      sink += sum > 0 ? 1 : 0;
    }
    return steady == 5 ? 0 : Math.max(bytes, 1);
  }
}
