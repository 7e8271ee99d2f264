package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Does an LSTM learn what lies hundreds of steps back, and does a plain RNN with the same budget?
/// Three seeds each, on one thread, judged on 2000 sequences that nobody trained on.
///
/// `benchmarks/accuracy LongMemory adding benchmarks/results/long-memory-adding.json`, and the same
/// with `copy` and `order`; without a file, `seeds=101 rate=0.01 …` looks at other choices.
public final class LongMemory {
  private static final int UNSEEN = 2000;
  private static final long UNSEEN_SEED = 1_000_000;

  private final LongTask task;
  private final Backend backend;

  private LongMemory(LongTask task, Backend backend) {
    this.task = task;
    this.backend = backend;
  }

  /// Prints the figures and writes them to the file that is named.
  public static void main(String[] args) throws IOException {
    LongTask task = LongTask.valueOf(args[0].toUpperCase(Locale.ROOT));
    List<LongRecipe> recipes = LongRecipe.of(task);
    List<Long> seeds = List.of(1L, 2L, 3L);
    String file = "";
    for (String arg : List.of(args).subList(1, args.length)) {
      String[] choice = arg.split("=", 2);
      if (choice.length == 1) {
        file = arg;
      } else if (choice[0].equals("seeds")) {
        seeds = List.of(choice[1].split(",")).stream().map(Long::valueOf).toList();
      } else {
        recipes = List.of(recipes.getFirst().with(choice[0], choice[1]));
      }
    }
    try (Backend backend = Backends.open("cpu", new BackendOptions().withThreads(1))) {
      List<Json> rows = new ArrayList<>();
      for (LongRecipe recipe : recipes) {
        for (long seed : seeds) {
          rows.add(new LongMemory(task, backend).row(recipe, seed));
        }
      }
      if (!file.isEmpty()) {
        AtomicFile.write(Path.of(file), result(task, file, recipes, rows).pretty() + "\n");
      }
    }
  }

  private Json row(LongRecipe recipe, long seed) throws IOException {
    var samples = new LongSamples(task, recipe.memory(task), seed, recipe.steps() * recipe.batch());
    Parameters parameters = Layer.initialize(backend, samples.layers(), seed);
    double begun = processorSeconds();
    var job =
        new TrainJob(recipe.training(seed), backend, parameters, samples)
            .withListener(new Teller());
    try (Trainer trainer = new Trainer(job)) {
      trainer.run();
    }
    double seconds = processorSeconds() - begun;
    var unseen = new LongSamples(task, recipe.memory(task), UNSEEN_SEED + seed, UNSEEN);
    double measured = StrictMath.rint(1e6 * unseen.measure(backend, parameters)) / 1e6;
    IO.println(
        String.format(
            Locale.ROOT,
            "%-6s %-5s seed %-4d %s %.6f %s, %d steps, %.0f s of processor",
            task,
            recipe.cell(),
            seed,
            task.measure,
            measured,
            task.reached(measured) ? "reached" : "not reached",
            recipe.steps(),
            seconds));
    return Json.object()
        .with("cell", recipe.cell())
        .with("seed", seed)
        .with("measured", measured)
        .with("reached", task.reached(measured))
        .with("processor_seconds", StrictMath.rint(seconds));
  }

  private static double processorSeconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() * 1e-9;
  }

  private static Json.Obj result(
      LongTask task, String file, List<LongRecipe> recipes, List<Json> rows) throws IOException {
    String name = task.name().toLowerCase(Locale.ROOT);
    var form = Codec.of(LongRecipe.class, MethodHandles.lookup());
    return Json.object()
        .with("question", "a task whose answer lies far back: " + name)
        .with("command", "benchmarks/accuracy LongMemory " + name + " " + file)
        .with("measure", task.measure + " on " + UNSEEN + " sequences nobody trained on")
        .with("goal", task.goal())
        .with("without_memory", task.memoryless)
        .with("longest_sequence", task.longest)
        .with("choices", "made on seed 101: benchmarks/accuracy.d/README.md")
        .with("recipes", new Json.Arr(recipes.stream().map(form::write).toList()))
        .with("rows", new Json.Arr(rows))
        .with("machine", Machines.here());
  }

  /// Says every 500 steps how it goes.
  private static final class Teller implements Listener {
    private static final int EVERY = 500;
    private double sum;

    @Override
    public void stepped(Progress progress) {
      sum += progress.loss() / EVERY;
      if (progress.step() % EVERY == 0) {
        System.err.printf(
            Locale.ROOT,
            "step %6d  loss %.5f  norm %.3g  %.0f s%n",
            progress.step(),
            sum,
            progress.gradientNorm(),
            progress.seconds());
        sum = 0;
      }
    }
  }
}
