package io.github.carouselml.inspect;

import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A backend's numbers beside those of the reference in double: outputs, last states and every
/// gradient of a case.
///
/// Two numbers agree when they differ by at most [#BOUND] `max(1, |a|, |b|)`: rounding in float, some
/// hundred terms to a sum, some steps to a sequence.
public final class Parity {
  /// How far float may be from double.
  public static final double BOUND = 1e-4;

  private Parity() {}

  /// Every result of a cell in both shapes, held to the reference.
  public static Check check(NamedCell cell, Backend backend) {
    int cases = 0;
    List<String> failures = new ArrayList<>();
    for (BitsCase numbers :
        List.of(
            new BitsCase(cell, Direction.FORWARD, BitsCase.Shape.FEW),
            new BitsCase(cell, Direction.BOTH, BitsCase.Shape.MANY))) {
      Map<String, float[]> got = results(numbers, backend);
      for (var expected : ReferenceRun.results(numbers).entrySet()) {
        String what = expected.getKey();
        String difference = difference(got.get(what), expected.getValue());
        cases++;
        if (!difference.isEmpty()) {
          failures.add(numbers.words() + ": " + what + " " + difference);
        }
      }
    }
    return new Check("parity", cell.name(), cases, failures);
  }

  /// Where two results disagree, or nothing.
  private static String difference(float @Nullable [] got, double[] expected) {
    if (got == null || got.length != expected.length) {
      return "is missing";
    }
    for (int i = 0; i < got.length; i++) {
      double size = Math.max(1, Math.max(Math.abs(got[i]), Math.abs(expected[i])));
      if (!(Math.abs(got[i] - expected[i]) <= BOUND * size)) {
        return "is " + got[i] + " at " + i + ", but the reference has " + expected[i];
      }
    }
    return "";
  }

  private static Map<String, float[]> results(BitsCase numbers, Backend backend) {
    List<Integer> ids = numbers.ids();
    try (BitsProgram program =
        new BitsProgram(numbers, backend, true, numbers.steps(ids), ids.size())) {
      program.load(ids, 0);
      program.run();
      Outcome outcome = program.read();
      Map<String, float[]> results = new LinkedHashMap<>(outcome.gradients());
      for (var sequence : outcome.sequences().entrySet()) {
        sequence
            .getValue()
            .forEach((name, values) -> results.put(name + " of " + sequence.getKey(), values));
      }
      return results;
    }
  }
}
