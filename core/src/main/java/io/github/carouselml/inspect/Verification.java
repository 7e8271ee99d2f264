package io.github.carouselml.inspect;

import io.github.carouselml.layer.GradientCheck;
import io.github.carouselml.layer.GradientCheck.Difference;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
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

  /// Finite differences against the derived gradients of every cell's reference.
  public void gradients(Consumer<Check> sink) {
    List<Long> seeds =
        switch (extent) {
          case FAST -> List.of(1L);
          case FULL -> List.of(1L, 2L, 3L, 4L, 5L);
        };
    for (NamedCell cell : NamedCell.all()) {
      List<String> failures = new ArrayList<>();
      for (long seed : seeds) {
        Difference worst = GradientCheck.random(cell.of().apply(5), 3, 4, seed).worst();
        if (!(worst.error() <= GradientCheck.BOUND)) {
          failures.add(
              "%s, seed %d: %s is %s, but finite differences give %s"
                  .formatted(cell.name(), seed, worst.where(), worst.derived(), worst.measured()));
        }
      }
      sink.accept(new Check("gradients", cell.name(), seeds.size(), failures));
    }
  }

  /// The kernels' numbers beside the references'.
  public void parity(Consumer<Check> sink) {
    try (Backend backend = backends.apply(2)) {
      for (NamedCell cell : NamedCell.runningOn(backend)) {
        sink.accept(Parity.check(cell, backend));
      }
    }
  }

  /// The bits matrix of every cell, and that `bits.digest` knows no other cells.
  public void bits(Consumer<Check> sink) {
    BitsDigest expected = BitsDigest.committed();
    BitsMatrix matrix = new BitsMatrix(backends, allocated, expected);
    var missing = new TreeSet<String>();
    expected.lines().keySet().forEach(words -> missing.add(words.split(" ", 2)[0]));
    for (NamedCell cell : matrix.cells()) {
      sink.accept(matrix.check(cell, extent));
      missing.remove(cell.name());
    }
    for (String cell : missing) {
      String reason = "bits.digest has bits of it, but it does not run on this backend";
      sink.accept(new Check("bits", cell, 1, List.of(reason)));
    }
  }
}
