package io.github.carouselml.inspect;

import io.github.carouselml.layer.GradientCheck;
import io.github.carouselml.layer.GradientCheck.Difference;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;

/// What `carousel verify` proves on the machine that it runs on: the references by finite
/// differences, the kernels by the references, and the contract on bits by its matrix and by
/// `bits.digest`.
///
/// @param backends opens a backend with so many threads
/// @param allocated runs something and counts the bytes that it allocated on every thread
/// @param extent how much of it
public record Verification(
    IntFunction<Backend> backends, ToLongFunction<Runnable> allocated, BitsMatrix.Extent extent) {

  /// The cells that run here.
  public List<NamedCell> cells() {
    try (Backend backend = backends.apply(1)) {
      return NamedCell.runningOn(backend);
    }
  }

  /// Finite differences against the derived gradients of a cell's reference.
  public static Check gradients(NamedCell cell) {
    List<String> failures = new ArrayList<>();
    List<Long> seeds = List.of(1L, 2L, 3L, 4L, 5L);
    for (long seed : seeds) {
      Difference worst = GradientCheck.random(cell.of().apply(5), 3, 4, seed).worst();
      if (!(worst.error() <= GradientCheck.BOUND)) {
        failures.add(
            "%s, seed %d: %s is %s, but finite differences give %s"
                .formatted(cell.name(), seed, worst.where(), worst.derived(), worst.measured()));
      }
    }
    return new Check("gradients", cell.name(), seeds.size(), failures);
  }

  /// The kernels' numbers beside the reference's.
  public Check parity(NamedCell cell) {
    try (Backend backend = backends.apply(2)) {
      return Parity.check(cell, backend);
    }
  }

  /// The bits matrix of a cell.
  public Check bits(NamedCell cell) {
    return new BitsMatrix(backends, allocated, BitsDigest.committed()).check(cell, extent);
  }

  /// That every cell in `bits.digest` runs here.
  public Check digest() {
    var known = new TreeSet<String>();
    BitsDigest.committed().lines().keySet().forEach(words -> known.add(words.split(" ", 2)[0]));
    var missing = new TreeSet<>(known);
    cells().forEach(cell -> missing.remove(cell.name()));
    return new Check(
        "digest",
        "cells",
        known.size(),
        missing.stream().map(cell -> cell + " is in bits.digest, but does not run here").toList());
  }
}
