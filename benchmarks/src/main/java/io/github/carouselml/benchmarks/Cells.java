package io.github.carouselml.benchmarks;

import io.github.carouselml.spec.CellSpec;
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

/// Is there a cliff? `benchmarks/cells [--threads N] [--rounds N]`: each cell's training step at
/// T = 128, B = 32, I = 128, H = 256 beside the plain LSTM's, in alternation, in GFLOP/s of matrix
/// products; and a batch of unequal lengths beside its real steps.
final class Cells {
  private static final int T = 128;
  private static final int B = 32;
  private static final int I = 128;
  private static final int H = 256;

  private record Entry(String name, PlanRun run, List<Double> times) {}

  private Cells() {}

  public static void main(String[] args) throws Exception {
    int threads = 2;
    int rounds = 30;
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--threads" -> threads = Integer.parseInt(args[i + 1]);
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        default -> throw new IllegalArgumentException("The option '" + args[i] + "' is unknown.");
      }
    }
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
      noisy(entries, backend, "LSTM, recurrent dropout", new RecurrentNoise().withRecurrent(0.5));
      noisy(entries, backend, "LSTM, zoneout", new RecurrentNoise().withZoneout(0.5, 0.5));
      double peak = Peak.measure(threads);
      for (Entry entry : entries) {
        entry.run().warmUp(4);
      }
      for (int round = 0; round < rounds; round++) {
        for (Entry entry : entries) {
          entry.times().add(entry.run().time());
        }
      }
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
        double rate = entry.run().operations() / milliseconds / 1e6;
        best = best == 0 ? rate : best;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("cell", entry.name());
        line.put("realSteps", entry.run().steps());
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

  private static void noisy(
      List<Entry> entries, Backend backend, String name, RecurrentNoise noise) {
    int[] equal = new int[B];
    Arrays.fill(equal, T);
    PlanRun run = new PlanRun(backend, new CellSpec.Lstm(H), noise, I, equal, T, true);
    entries.add(new Entry(name, run, new ArrayList<>()));
  }

  private static void add(
      List<Entry> entries, Backend backend, String name, CellSpec cell, int[] lengths) {
    entries.add(
        new Entry(name, new PlanRun(backend, cell, I, lengths, T, true), new ArrayList<>()));
  }
}
