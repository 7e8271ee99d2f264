package io.github.carouselml.inspect;

import io.github.carouselml.cpu.AllocatedBytes;
import io.github.carouselml.cpu.Jvm;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.Locale;

/// A program for JVMs with other flags: goes through the bits matrix and prints what failed, then
/// `cells C, cases N, failed F`. A request that is refused is printed, and the exit code is 2.
/// ```
/// BitsProcess simd|plain fast|full
/// ```
public final class BitsProcess {
  private static int cells;
  private static int cases;
  private static int failed;

  private BitsProcess() {}

  public static void main(String[] args) {
    var options = new BackendOptions().withKernels(args[0]);
    var extent = BitsMatrix.Extent.valueOf(args[1].toUpperCase(Locale.ROOT));
    System.out.printf(
        "UseAVX %s, MaxVectorSize %s%n",
        Jvm.useAvx().orElse(null), Jvm.maxVectorSize().orElse(null));
    var verification =
        new Verification(
            threads -> Backends.open("cpu", options.withThreads(threads)),
            AllocatedBytes::during,
            extent);
    try {
      print(verification.digest());
      for (NamedCell cell : verification.cells()) {
        cells++;
        print(verification.bits(cell));
      }
    } catch (CarouselException.Request e) {
      System.out.println(e.getMessage());
      System.exit(2);
    }
    System.out.printf("cells %d, cases %d, failed %d%n", cells, cases, failed);
    System.exit(failed == 0 ? 0 : 1);
  }

  private static void print(Check check) {
    cases += check.cases();
    failed += check.failed();
    System.out.printf("%s: %d cases%n", check.subject(), check.cases());
    check.failures().forEach(System.out::println);
  }
}
