package io.github.carouselml.benchmarks;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What happens on a machine that others use too? `benchmarks/oversubscribed`: two processes that
/// never rest beside it, the mean of one and of two threads over ten seconds each, in alternation.
final class Oversubscribed {
  private static final int SECONDS = 10;
  private static final int BUSY = 2;

  private record Shape(
      String name, int steps, int batch, int inputs, int hidden, boolean training) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("prediction T=128 B=1 I=64 H=128", 128, 1, 64, 128, false),
          new Shape("prediction T=128 B=1 I=256 H=256", 128, 1, 256, 256, false),
          new Shape("training T=128 B=16 I=64 H=128", 128, 16, 64, 128, true));

  private Oversubscribed() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 1 && args[0].equals("busy")) {
      long x = 1;
      for (long end = System.nanoTime() + 300_000_000_000L; System.nanoTime() < end; ) {
        x = x * 31 + 7;
      }
      System.out.println(x);
      return;
    }
    List<Process> busy = new ArrayList<>();
    List<Object> lines = new ArrayList<>();
    try {
      for (int i = 0; i < BUSY; i++) {
        busy.add(
            new ProcessBuilder(OtherJvm.command(List.of(), Oversubscribed.class, "busy"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
      System.out.printf("%-34s %10s %10s %8s%n", "", "1 thread", "2 threads", "ratio");
      for (Shape shape : SHAPES) {
        double one = mean(shape, 1);
        double two = mean(shape, 2);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("shape", shape.name());
        line.put("meanMilliseconds1Thread", one);
        line.put("meanMilliseconds2Threads", two);
        line.put("ratio", two / one);
        lines.add(line);
        System.out.printf("%-34s %10.3f %10.3f %8.2f%n", shape.name(), one, two, two / one);
      }
    } finally {
      for (Process process : busy) {
        process.destroy();
        process.waitFor();
      }
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("busyProcesses", BUSY);
    content.put("shapes", lines);
    ResultFile.write("oversubscribed", args, content);
  }

  private static double mean(Shape shape, int threads) {
    BackendOptions options = new BackendOptions().withKernels("simd").withThreads(threads);
    try (Backend backend = Backends.open("cpu", options)) {
      int[] lengths = new int[shape.batch()];
      Arrays.fill(lengths, shape.steps());
      PlanRun run =
          new PlanRun(
              backend,
              new CellSpec.Lstm(shape.hidden()),
              shape.inputs(),
              lengths,
              shape.steps(),
              shape.training());
      run.warmUp(5);
      long start = System.nanoTime();
      int runs = 0;
      while (System.nanoTime() - start < SECONDS * 1_000_000_000L) {
        run.run();
        runs++;
      }
      return (System.nanoTime() - start) / 1e6 / runs;
    }
  }
}
