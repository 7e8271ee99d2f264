package io.github.carouselml.inspect;

import java.util.List;

/// What was checked, how often, and what failed.
///
/// @param kind which of the proofs: gradients, parity, bits, digest
/// @param subject of what: a cell, a direction, kernels, flags
/// @param cases the number of comparisons that it stands for
/// @param failures one sentence for each that failed
public record Check(String kind, String subject, int cases, List<String> failures) {
  public Check {
    failures = List.copyOf(failures);
    if (failures.size() > cases) {
      throw new IllegalArgumentException(
          failures.size() + " of " + cases + " cases failed: " + failures);
    }
  }

  public int passed() {
    return cases - failures.size();
  }

  public int failed() {
    return failures.size();
  }
}
