package io.github.carouselml.simd;

import com.sun.management.ThreadMXBean;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.ElementwiseCases;
import io.github.carouselml.kernel.ElementwiseCases.Case;
import io.github.carouselml.kernel.ElementwiseCases.Data;
import java.lang.management.ManagementFactory;

/// A program for JVMs with other flags: runs each case until calls allocate nothing, which shows
/// that its loop is compiled without boxed vectors, then holds it to the plain bits. Prints what
/// failed, then `lanes L, cases N, failed F`.
final class CompiledBits {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long PATIENCE = 20_000_000_000L;

  private static double sink;

  private CompiledBits() {}

  public static void main(String[] args) {
    Elementwise vector = new VectorElementwise();
    var mine = new Data();
    var theirs = new Data();
    int cases = 0;
    int failed = 0;
    for (Case test : ElementwiseCases.all()) {
      long bytes = bytesOnceSteady(test, vector, mine);
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
    System.out.printf("lanes %d, cases %d, failed %d%n", Lanes.F.length(), cases, failed);
    System.exit(failed == 0 && !Double.isNaN(sink) ? 0 : 1);
  }

  /// 0 once twenty calls in a row allocated nothing, else the bytes of a call when patience ended.
  private static long bytesOnceSteady(Case test, Elementwise vector, Data data) {
    long start = System.nanoTime();
    int steady = 0;
    long bytes = 1;
    while (steady < 5 && System.nanoTime() - start < PATIENCE) {
      data.fill(2, false, 1100);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      double sum = 0;
      for (int k = 0; k < 4; k++) {
        sum += test.action().run(vector, data, 1, 1001);
      }
      bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / 4;
      steady = bytes == 0 ? steady + 1 : 0;
      sink += sum > 0 ? 1 : 0;
    }
    return steady == 5 ? 0 : Math.max(bytes, 1);
  }
}
