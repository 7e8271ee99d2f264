package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// One point in one mode: loads every contender, holds it to the reference, warms it, then lets them
/// sample in alternation, forwards in even rounds and backwards in odd ones. Two samples of one round
/// are a pair. Every round begins with the peak of this moment, which shares of the peak are taken
/// from: how much the machine gives changes within minutes. A round in which a contender was
/// disturbed is repeated, up to as many as were asked.
final class Race {

  private static final double LEAST_CLEAN = 0.5;

  private final Point point;
  private final Mode mode;
  private final int threads;
  private final Options options;
  private final List<Double> peaks = new ArrayList<>();
  private final Map<Remote, List<Sample>> samples = new LinkedHashMap<>();
  private final Map<Remote, Double> errors = new LinkedHashMap<>();
  private final Map<String, Object> left = new LinkedHashMap<>();

  Race(Point point, Mode mode, int threads, Options options) {
    this.point = point;
    this.mode = mode;
    this.threads = threads;
    this.options = options;
  }

  /// @param reference the right answer
  /// @param most when sampling ends even if rounds are missing, in `System.nanoTime`
  Map<String, Object> run(List<Remote> remotes, Outcome reference, long most)
      throws InterruptedException, ExecutionException {
    Map<Remote, Integer> calls = new LinkedHashMap<>();
    for (Remote remote : remotes) {
      try {
        calls.put(remote, prepare(remote, reference));
        samples.put(remote, new ArrayList<>());
      } catch (IOException e) {
        leave(remote, e);
      }
    }
    int clean = 0;
    for (int round = 0; clean < options.pairs() && round < 2 * options.pairs(); round++) {
      if (System.nanoTime() > most && round >= 3) {
        break;
      }
      clean += round(round, calls) ? 1 : 0;
    }
    return result();
  }

  private int prepare(Remote remote, Outcome reference) throws IOException {
    remote.load(point, mode, threads);
    Outcome.Comparison comparison = remote.outcome().compare(reference, mode);
    if (!comparison.complaint().isEmpty()) {
      throw new IOException(comparison.complaint());
    }
    errors.put(remote, comparison.largestError());
    Duration warmUp = options.warmUp();
    double millis = remote.warm(warmUp.toNanos(), 2 * warmUp.toNanos());
    double wanted = options.sample().toNanos() / 1e6;
    int least = mode == Mode.STREAMING ? 200 : 1;
    return (int) Math.max(least, Math.min(100_000, Math.ceil(wanted / millis)));
  }

  /// @return whether nobody was disturbed
  private boolean round(int round, Map<Remote, Integer> calls)
      throws InterruptedException, ExecutionException {
    peaks.add(Peak.now(threads));
    List<Remote> order = new ArrayList<>(samples.keySet());
    boolean clean = true;
    for (Remote remote : round % 2 == 0 ? order : order.reversed()) {
      try {
        Sample sample = remote.sample(calls.getOrDefault(remote, 1));
        samples.getOrDefault(remote, new ArrayList<>()).add(sample);
        clean &= !sample.disturbed();
      } catch (IOException e) {
        samples.remove(remote);
        leave(remote, e);
      }
    }
    return clean;
  }

  private void leave(Remote remote, IOException reason) {
    String sentence = String.valueOf(reason.getMessage());
    left.put(remote.entrant().id(), sentence);
    System.err.printf("%s, %s: %s is left out: %s%n", point, mode.word(), remote.name(), sentence);
  }

  private Map<String, Object> result() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("mode", mode.word());
    result.put("threads", threads);
    result.put("point", point.toString());
    result.put("steps", mode == Mode.STREAMING ? 1 : point.steps());
    result.put("batch", point.batch());
    result.put("inputSize", point.inputSize());
    result.put("hiddenSize", point.hiddenSize());
    result.put("layers", point.layers());
    result.put("flops", point.flops(mode));
    result.put("peaks", peaks);
    Map<String, Object> contenders = new LinkedHashMap<>();
    samples.forEach((remote, own) -> contenders.put(remote.entrant().id(), times(remote, own)));
    result.put("contenders", contenders);
    if (!left.isEmpty()) {
      result.put("leftOut", left);
    }
    addRatios(result);
    return result;
  }

  private Map<String, Object> times(Remote remote, List<Sample> own) {
    double millis = millis(own);
    double gflops = point.flops(mode) / millis / 1e6;
    Map<String, Object> times = new LinkedHashMap<>();
    times.put("name", remote.name());
    times.put("version", remote.version());
    times.put("ms", millis);
    times.put("gflops", gflops);
    times.put("percentOfPeak", percentOfPeak(own));
    if (mode == Mode.STREAMING) {
      times.put("p50Micros", 1e3 * millis);
      times.put("p99Micros", 1e3 * Ratio.median(trusted(own, i -> own.get(i).p99())));
    }
    times.put("largestError", errors.getOrDefault(remote, 0.0));
    times.put("disturbed", own.stream().filter(Sample::disturbed).count());
    times.put("samples", own.stream().map(s -> (Object) s.millis(mode)).toList());
    times.put("delays", own.stream().map(s -> (Object) s.delay()).toList());
    return times;
  }

  private double millis(List<Sample> own) {
    return Ratio.median(trusted(own, i -> own.get(i).millis(mode)));
  }

  private double percentOfPeak(List<Sample> own) {
    double flops = point.flops(mode);
    return 100
        * Ratio.median(trusted(own, i -> flops / own.get(i).millis(mode) / 1e6 / peaks.get(i)));
  }

  /// The ratios of the others to the first contender, in time; above 1 the first is ahead.
  private void addRatios(Map<String, Object> result) {
    Iterator<Map.Entry<Remote, List<Sample>>> entries = samples.entrySet().iterator();
    if (!entries.hasNext()) {
      return;
    }
    Map.Entry<Remote, List<Sample>> first = entries.next();
    Map<String, Object> ratios = new LinkedHashMap<>();
    String best = "";
    double bestMillis = Double.MAX_VALUE;
    double ratioToBest = 1;
    while (entries.hasNext()) {
      Map.Entry<Remote, List<Sample>> other = entries.next();
      Ratio ratio = Ratio.of(pairs(first.getValue(), other.getValue()));
      String id = other.getKey().entrant().id();
      ratios.put(
          id,
          Map.of(
              "ratio", ratio.median(),
              "low", ratio.low(),
              "high", ratio.high(),
              "pairs", ratio.pairs()));
      double millis = millis(other.getValue());
      if (millis < bestMillis) {
        bestMillis = millis;
        best = id;
        ratioToBest = ratio.median();
      }
    }
    result.put("base", first.getKey().entrant().id());
    result.put("ratios", ratios);
    if (!best.isEmpty()) {
      result.put("best", best);
      result.put("ratioToBest", ratioToBest);
    }
  }

  private double[] pairs(List<Sample> ours, List<Sample> theirs) {
    return trusted(
        Math.min(ours.size(), theirs.size()),
        i -> !ours.get(i).disturbed() && !theirs.get(i).disturbed(),
        i -> theirs.get(i).millis(mode) / ours.get(i).millis(mode));
  }

  private static double[] trusted(List<Sample> own, IntToDoubleFunction value) {
    return trusted(own.size(), i -> !own.get(i).disturbed(), value);
  }

  /// Values of the undisturbed rounds, or of all when fewer than half are undisturbed.
  private static double[] trusted(int rounds, IntPredicate clean, IntToDoubleFunction value) {
    int[] kept = IntStream.range(0, rounds).filter(clean).toArray();
    IntStream used =
        kept.length >= LEAST_CLEAN * rounds ? IntStream.of(kept) : IntStream.range(0, rounds);
    return used.mapToDouble(value).toArray();
  }
}
