package io.github.carouselml.benchmarks;

import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// Is there a cliff? `benchmarks/cells [--threads N] [--rounds N]`: each cell's and each structure's
/// training step at T = 128, B = 32, I = 128, H = 256 beside the plain LSTM's, in alternation, in
/// GFLOP/s of matrix products; a batch of unequal lengths by its real steps, and sizes that are no
/// multiples of 16 by their real units.
final class Cells {
  private static final int T = 128;
  private static final int B = 32;
  private static final int I = 128;
  private static final int H = 256;

  private static final long WARM_UP = TimeUnit.SECONDS.toNanos(2);

  private record Entry(
      String name, Runnable run, double operations, int steps, List<Double> times) {
    /// Milliseconds of the second of two runs: the first one makes the caches its own.
    double time() {
      run.run();
      long start = System.nanoTime();
      run.run();
      return (System.nanoTime() - start) / 1e6;
    }

    void warmUp() {
      long end = System.nanoTime() + WARM_UP;
      while (System.nanoTime() < end) {
        run.run();
      }
    }
  }

  private Cells() {}

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.of(args, "--threads", "--rounds");
    int threads = settings.count("--threads", 2);
    int rounds = settings.count("--rounds", 30);
    BackendOptions options = new BackendOptions().withKernels("simd").withThreads(threads);
    try (Backend backend = Backends.open("cpu", options)) {
      int[] equal = new int[B];
      Arrays.fill(equal, T);
      int[] unequal = new int[B];
      Random random = new Random(1);
      Arrays.setAll(unequal, _ -> 1 + random.nextInt(T));
      List<Entry> entries = new ArrayList<>();
      CellSpec.Lstm lstm = new CellSpec.Lstm(H);
      add(entries, backend, "LSTM", lstm, equal);
      add(entries, backend, "LSTM, lengths 1 to " + T, lstm, unequal);
      add(entries, backend, "LSTM, H = 250", new CellSpec.Lstm(250), equal);
      add(entries, "LSTM, I = 123", new PlanRun(backend, lstm, 123, equal, T, true));
      add(entries, backend, "LSTM with peepholes", lstm.withPeepholes(), equal);
      add(entries, backend, "LSTM, coupled gates", lstm.withCoupledInputForget(), equal);
      add(entries, backend, "LSTM, projection 128", lstm.withProjectionSize(128), equal);
      add(entries, backend, "LSTM, layer norm", lstm.withLayerNorm(), equal);
      add(entries, backend, "GRU, reset after", new CellSpec.Gru(H), equal);
      add(
          entries,
          backend,
          "GRU, reset before",
          new CellSpec.Gru(H).withReset(CellSpec.Gru.Reset.BEFORE),
          equal);
      add(entries, backend, "RNN", new CellSpec.Rnn(H), equal);
      add(entries, backend, "minLSTM", new CellSpec.MinLstm(H), equal);
      add(entries, backend, "minGRU", new CellSpec.MinGru(H), equal);
      add(
          entries,
          "LSTM, recurrent dropout",
          noisy(backend, new RecurrentNoise().withRecurrent(0.5)));
      add(entries, "LSTM, zoneout", noisy(backend, new RecurrentNoise().withZoneout(0.5, 0.5)));
      Recurrent layer = new Recurrent("lstm", I, lstm);
      RecurrentNoise variational = new RecurrentNoise().withInput(0.5);
      add(entries, backend, "LSTM, variational dropout", layer.withNoise(variational));
      add(entries, backend, "LSTM, bidirectional", layer.withDirection(Direction.BOTH));
      Peak.best(threads); // compiled now
      for (Entry entry : entries) {
        entry.warmUp();
      }
      double[] peaks = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        peaks[round] = Peak.now(threads);
        for (Entry entry : entries) {
          entry.times().add(entry.time());
        }
      }
      double peak = Ratio.median(peaks);
      Map<String, Object> content = new LinkedHashMap<>();
      content.put("threads", threads);
      content.put("peakGflops", peak);
      content.put("shape", "T=128 B=32 I=128 H=256, training step");
      List<Object> lines = new ArrayList<>();
      double best = 0;
      System.out.printf("%-28s %10s %10s %8s %8s%n", "cell", "ms", "GFLOP/s", "% peak", "of LSTM");
      for (Entry entry : entries) {
        double[] times = entry.times().stream().mapToDouble(Double::doubleValue).toArray();
        double milliseconds = Ratio.median(times);
        double rate = entry.operations() / milliseconds / 1e6;
        best = best == 0 ? rate : best;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("cell", entry.name());
        line.put("realSteps", entry.steps());
        line.put("milliseconds", milliseconds);
        line.put("gflops", rate);
        line.put("ofPeak", rate / peak);
        line.put("ofLstm", rate / best);
        lines.add(line);
        System.out.printf(
            "%-28s %10.2f %10.1f %7.1f%% %8.2f%n",
            entry.name(), milliseconds, rate, 100 * rate / peak, rate / best);
      }
      content.put("cells", lines);
      ResultFile.write("cells", args, content);
    }
  }

  private static PlanRun noisy(Backend backend, RecurrentNoise noise) {
    int[] equal = new int[B];
    Arrays.fill(equal, T);
    return new PlanRun(backend, new CellSpec.Lstm(H), noise, I, equal, T, true);
  }

  private static void add(
      List<Entry> entries, Backend backend, String name, CellSpec cell, int[] lengths) {
    add(entries, name, new PlanRun(backend, cell, I, lengths, T, true));
  }

  private static void add(List<Entry> entries, String name, PlanRun run) {
    entries.add(new Entry(name, run::run, run.operations(), run.steps(), new ArrayList<>()));
  }

  /// A structure around the plan: the whole layer, on a tape.
  private static void add(List<Entry> entries, Backend backend, String name, Recurrent layer) {
    LayerRun run = new LayerRun(backend, layer, T, B);
    entries.add(new Entry(name, run::run, run.operations(), run.steps(), new ArrayList<>()));
  }
}
