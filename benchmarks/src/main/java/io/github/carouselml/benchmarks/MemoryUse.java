package io.github.carouselml.benchmarks;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.RunMemory;
import io.github.carouselml.train.Samples;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Is the memory plan true? `benchmarks/memory`: what a run says before its first step that it will
/// hold, against the heap that it holds after a collection in the midst of its steps. The goal is
/// within 10 %; exit code 1 where a run is further off.
final class MemoryUse {
  private static final int INPUTS = 16;
  private static final int STEPS_TO_RUN = 4;
  private static final double GOAL = 0.1;

  /// A run: a stack with its head over so many steps of so many sequences, within a share of what it
  /// would hold unbounded.
  private record Case(String name, Recurrent stack, int steps, int sequences, double share) {
    Case within(double newShare) {
      return new Case(
          "%s, within %.0f %%".formatted(name, 100 * newShare), stack, steps, sequences, newShare);
    }
  }

  /// What was said and what was held, in bytes.
  private record Result(String run, long planned, long held, String recomputes) {
    double off() {
      return (double) held / planned - 1;
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("run", run);
      json.put("planned_bytes", planned);
      json.put("held_bytes", held);
      json.put("off", off());
      json.put("recomputes", recomputes);
      return json;
    }
  }

  private MemoryUse() {}

  private static List<Case> cases() {
    Recurrent lstm = new Recurrent("r", INPUTS, new CellSpec.Lstm(128));
    Recurrent two = new Recurrent("r", INPUTS, new CellSpec.Lstm(128), new CellSpec.Lstm(128));
    Recurrent gru = new Recurrent("r", INPUTS, new CellSpec.Gru(128));
    Recurrent normed = new Recurrent("r", INPUTS, new CellSpec.Lstm(128).withLayerNorm());
    RecurrentNoise zoneout = new RecurrentNoise().withZoneout(0.1, 0.1).withRecurrent(0.1);
    Case deep = new Case("2 x LSTM, T=1024 B=16 H=128", two, 1024, 16, 1);
    Case both =
        new Case(
            "2 x LSTM both ways, T=512 B=16 H=128", two.withDirection(Direction.BOTH), 512, 16, 1);
    return List.of(
        new Case("LSTM, T=128 B=32 H=128", lstm, 128, 32, 1),
        new Case("GRU, T=128 B=32 H=128", gru, 128, 32, 1),
        new Case("layer-normalised LSTM, T=128 B=32 H=128", normed, 128, 32, 1),
        new Case("LSTM with noise, T=128 B=32 H=128", lstm.withNoise(zoneout), 128, 32, 1),
        deep,
        deep.within(0.5),
        deep.within(0.15),
        both,
        both.within(0.5));
  }

  public static void main(String[] args) throws Exception {
    if (args.length == 3 && args[0].equals("measure")) {
      measure(new Case("small", new Recurrent("r", INPUTS, new CellSpec.Lstm(16)), 4, 2, 1), 0);
      Result result = measure(cases().get(Integer.parseInt(args[1])), Long.parseLong(args[2]));
      System.out.println(result.planned() + " " + result.held() + " " + result.recomputes());
      return;
    }
    List<Object> results = new ArrayList<>();
    boolean kept = true;
    for (int i = 0; i < cases().size(); i++) {
      Case each = cases().get(i);
      Result result = process(i, each);
      results.add(result.json());
      kept &= Math.abs(result.off()) <= GOAL;
      System.out.printf(
          "%-46s planned %8.2f MiB  held %8.2f MiB  %+5.1f %%  %s%n",
          each.name(),
          result.planned() / 1048576.0,
          result.held() / 1048576.0,
          100 * result.off(),
          result.recomputes());
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("goal", GOAL);
    content.put("runs", results);
    ResultFile.write("memory", args, content);
    System.out.println(kept ? "Every run is within the goal." : "A run is beyond the goal.");
    System.exit(kept ? 0 : 1);
  }

  /// In a process of its own, whose heap holds nothing of other runs.
  private static Result process(int number, Case each) throws IOException, InterruptedException {
    long bytes = each.share() < 1 ? (long) (each.share() * plan(each)) : 0;
    String output =
        OtherJvm.output(
            List.of(), MemoryUse.class, "measure", Integer.toString(number), Long.toString(bytes));
    String[] words = output.strip().split(" ", 3);
    return new Result(each.name(), Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]);
  }

  private static Result measure(Case each, long bytes) throws IOException {
    long before = used();
    try (Backend backend = backend()) {
      return measure(backend, each, bytes, before);
    }
  }

  private static Result measure(Backend backend, Case each, long bytes, long before)
      throws IOException {
    Dense head = new Dense("head", each.stack().outputSize(), 1);
    Parameters parameters = Layer.initialize(backend, List.of(each.stack(), head), 1);
    TrainJob job = job(backend, each, head, parameters);
    job = bytes > 0 ? job.withMemory(bytes) : job;
    long[] held = new long[1];
    Listener measures =
        new Listener() {
          @Override
          public void stepped(Progress progress) {
            if (progress.step() == STEPS_TO_RUN - 1) {
              held[0] = used() - before;
            }
          }
        };
    try (Trainer trainer = new Trainer(job.withListener(measures))) {
      trainer.run();
      RunMemory memory = trainer.memory();
      return new Result(each.name(), memory.bytes(), held[0], memory.recompute().words());
    }
  }

  /// On plain loops, which hold the same: vector code makes garbage until it is compiled, and that
  /// would be counted.
  private static Backend backend() {
    return Backends.open("cpu", new BackendOptions().withKernels("plain"));
  }

  /// What it would hold without a bound.
  private static long plan(Case each) {
    Dense head = new Dense("head", each.stack().outputSize(), 1);
    try (Backend backend = backend();
        Trainer trainer =
            new Trainer(
                job(
                    backend,
                    each,
                    head,
                    Layer.initialize(backend, List.of(each.stack(), head), 1)))) {
      return trainer.memory().bytes();
    }
  }

  private static TrainJob job(Backend backend, Case each, Dense head, Parameters parameters) {
    TrainSpec spec = new TrainSpec(1, each.sequences());
    return new TrainJob(spec, backend, parameters, samples(each, head));
  }

  /// Zeros: their number is what counts. The arrays that bring them in are small beside the rest.
  private static Samples samples(Case each, Dense head) {
    return new Samples() {
      @Override
      public int size() {
        return STEPS_TO_RUN * each.sequences();
      }

      @Override
      public Batch record(Tape tape, int capacity) {
        Rows rows = new Rows(each.steps(), capacity);
        RowSpace space = new RowSpace.Steps(rows);
        Tensor x = tape.input("x", space, INPUTS);
        Tensor y = tape.input("y", space, 1);
        MeanLoss.of(new LossSpec.Squared(), head.apply(each.stack().apply(x)), y);
        int[] lengths = new int[capacity];
        Arrays.fill(lengths, each.steps());
        return (Program program, int[] samples, int from, int count) -> {
          rows.set(lengths, count);
          return rows.count();
        };
      }
    };
  }

  /// The heap in use when all that can be collected is.
  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
