package io.github.carouselml.inspect;

import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;

/// The contract on bits, held: a case in training and prediction must give the digests that every
/// machine gives, by any number of threads; and each of its sequences the same bits alone, in other
/// company, beside padding, and step by step.
///
/// A comparison counts only when the calls that made it allocated nothing on any thread: then the
/// kernels that ran were compiled.
public final class BitsMatrix {
  /// How much of it.
  public enum Extent {
    /// Both shapes with one direction each, every number of threads, company with two threads: about
    /// half a second a cell.
    FAST,
    /// Everything.
    FULL
  }

  private static final List<Integer> THREADS = List.of(1, 2, 7);
  private static final int STEADY = 3;
  private static final long PATIENCE = 180_000_000_000L; // a busy machine compiles late

  private final IntFunction<Backend> backends;
  private final ToLongFunction<Runnable> allocated;
  private final BitsDigest expected;
  private final long patience;
  private final Map<String, String> measured = new TreeMap<>();

  /// @param backends opens a backend with so many threads
  /// @param allocated runs something and counts the bytes that it allocated on every thread
  /// @param expected what every machine must give
  public BitsMatrix(
      IntFunction<Backend> backends, ToLongFunction<Runnable> allocated, BitsDigest expected) {
    this(backends, allocated, expected, PATIENCE);
  }

  /// @param patience the nanoseconds that a call may go on allocating
  BitsMatrix(
      IntFunction<Backend> backends,
      ToLongFunction<Runnable> allocated,
      BitsDigest expected,
      long patience) {
    this.backends = backends;
    this.allocated = allocated;
    this.expected = expected;
    this.patience = patience;
  }

  /// What has been measured so far.
  public BitsDigest measured() {
    return BitsDigest.of(measured);
  }

  /// All cases of one cell.
  public Check check(NamedCell cell, Extent extent) {
    Tally tally = new Tally();
    for (BitsCase numbers : cases(cell, extent)) {
      for (int threads : THREADS) {
        try (Backend backend = backends.apply(threads)) {
          Run run = new Run(numbers, backend, threads, tally);
          Outcome outcome = run.batches();
          if (extent == Extent.FULL || threads == 2) {
            run.company(outcome);
          }
        }
      }
    }
    return new Check("bits", cell.name(), tally.cases, tally.failures);
  }

  private static List<BitsCase> cases(NamedCell cell, Extent extent) {
    List<BitsCase> cases = new ArrayList<>();
    switch (extent) {
      case FAST -> {
        cases.add(new BitsCase(cell, Direction.FORWARD, BitsCase.Shape.FEW));
        cases.add(new BitsCase(cell, Direction.BOTH, BitsCase.Shape.MANY));
      }
      case FULL -> {
        for (Direction direction : Direction.values()) {
          for (BitsCase.Shape shape : BitsCase.Shape.values()) {
            cases.add(new BitsCase(cell, direction, shape));
          }
        }
      }
    }
    return cases;
  }

  private static final class Tally {
    int cases;
    final List<String> failures = new ArrayList<>();

    void add(String what, Optional<String> failure) {
      cases++;
      failure.ifPresent(reason -> failures.add(what + ": " + reason));
    }
  }

  /// One case on one backend.
  private final class Run {
    private final BitsCase numbers;
    private final Backend backend;
    private final String where;
    private final Tally tally;
    private final List<Integer> ids;
    private final int steps;

    Run(BitsCase numbers, Backend backend, int threads, Tally tally) {
      this.numbers = numbers;
      this.backend = backend;
      this.where = numbers.words() + ", threads " + threads;
      this.tally = tally;
      ids = numbers.ids();
      steps = numbers.steps(ids);
    }

    /// In training and prediction.
    Outcome batches() {
      Outcome trained = batch(true, "train");
      Outcome predicted = batch(false, "predict");
      tally.add(where + ", predicting as training", predicted.sequenceDifference(trained));
      return trained;
    }

    /// Every other way in which the same sequences can run.
    void company(Outcome trained) {
      padded(trained);
      strangers(trained);
      alone(trained, true);
      alone(trained, false);
      if (numbers.direction() == Direction.FORWARD) {
        streamed(trained);
      }
    }

    /// The batch against the digest.
    private Outcome batch(boolean training, String mode) {
      try (BitsProgram program = new BitsProgram(numbers, backend, training, steps, ids.size())) {
        program.load(ids, 0);
        Optional<String> unsteady = steady(program::run);
        Outcome outcome = program.read();
        String words = numbers.words() + " " + mode;
        String digest = outcome.digest();
        measured.putIfAbsent(words, digest);
        tally.add(where + ", " + mode, unsteady.or(() -> expected.difference(words, digest)));
        return outcome;
      }
    }

    /// Sequences without a step and a plan for more: all bits as before.
    private void padded(Outcome expected) {
      int empty = 5;
      try (BitsProgram program =
          new BitsProgram(numbers, backend, true, steps + 3, ids.size() + empty + 2)) {
        program.load(ids, empty);
        Optional<String> unsteady = steady(program::run);
        tally.add(where + ", padded", unsteady.or(() -> program.read().difference(expected)));
      }
    }

    /// Each sequence among others, in another order.
    private void strangers(Outcome expected) {
      List<Integer> company = new ArrayList<>(ids.reversed());
      for (int i = 0; i < ids.size(); i += 2) {
        company.add(i, ids.size() + i);
      }
      Collections.rotate(company, 2);
      try (BitsProgram program =
          new BitsProgram(numbers, backend, true, numbers.steps(company), company.size())) {
        program.load(company, 0);
        Optional<String> unsteady = steady(program::run);
        tally.add(
            where + ", in other company",
            unsteady.or(() -> program.read().sequenceDifference(expected)));
      }
    }

    private void alone(Outcome expected, boolean training) {
      try (BitsProgram program = new BitsProgram(numbers, backend, training, steps, 1)) {
        Outcome[] outcome = {new Outcome()};
        Optional<String> unsteady =
            steadyRound(step -> {
              Outcome round = new Outcome();
              for (int id : ids) {
                program.load(List.of(id), 0);
                step.accept(program::run);
                round.addSequences(program.read());
              }
              outcome[0] = round;
            });
        tally.add(
            where + ", alone, " + (training ? "train" : "predict"),
            unsteady.or(() -> outcome[0].sequenceDifference(expected)));
      }
    }

    private void streamed(Outcome expected) {
      try (BitsProgram program = new BitsProgram(numbers, backend, false, 1, 1)) {
        Outcome[] outcome = {new Outcome()};
        Optional<String> unsteady =
            steadyRound(step -> {
              Outcome round = new Outcome();
              for (int id : ids) {
                round.addSequences(program.stream(id, step));
              }
              outcome[0] = round;
            });
        tally.add(
            where + ", step by step", unsteady.or(() -> outcome[0].sequenceDifference(expected)));
      }
    }
  }

  /// Runs until some calls in a row allocated nothing, or says that they never did.
  private Optional<String> steady(Runnable run) {
    return steadyRound(step -> step.accept(run));
  }

  /// The same for a round of several calls.
  private Optional<String> steadyRound(Consumer<Consumer<Runnable>> round) {
    long start = System.nanoTime();
    int steady = 0;
    long[] bytes = {0};
    do {
      bytes[0] = 0;
      round.accept(run -> bytes[0] += allocated.applyAsLong(run));
      steady = bytes[0] == 0 ? steady + 1 : 0;
      if (steady == STEADY) {
        return Optional.empty();
      }
    } while (System.nanoTime() - start < patience);
    return Optional.of("a call still allocates " + bytes[0] + " bytes, so it is not all compiled");
  }
}
