package io.github.carouselml.grad;

import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Where everything that a program needs lies in its one slab. Moments are counted: operation i
/// runs forward at moment i and backward at `2n - 1 - i`. Regions that are never alive together
/// share their place; the largest is placed first, each as low as it fits.
public final class MemoryPlan {
  /// One line of the plan: a region, its size and place in floats, and the moments of its first and
  /// last use.
  public record Line(String name, int floats, int offset, int firstUse, int lastUse) {}

  private final List<Region> regions;
  private final int slabFloats;
  private final long outside;

  private MemoryPlan(List<Region> regions, int slabFloats, long outside) {
    this.regions = regions;
    this.slabFloats = slabFloats;
    this.outside = outside;
  }

  static MemoryPlan of(Tape tape) {
    List<Op> ops = tape.ops();
    int end = 2 * ops.size();
    List<Region> regions = new ArrayList<>();
    long outside = 0;
    for (Tensor input : tape.inputs()) {
      input.value.use(-1);
      input.value.use(end);
      regions.add(input.value);
      Region all = input.all;
      if (all != null) {
        all.use(-1);
        all.use(end);
        regions.add(all);
      }
      if (input.gradient != null) {
        input.gradient.use(end);
        regions.add(input.gradient);
      }
    }
    for (int i = 0; i < ops.size(); i++) {
      Op op = ops.get(i);
      live(op, i, end - 1 - i, end);
      op.outputs().stream().map(y -> y.value).forEach(regions::add);
      op.outputs().stream().map(y -> y.gradient).filter(r -> r != null).forEach(regions::add);
      op.regions().stream().map(Op.Own::region).filter(Region::isUsed).forEach(regions::add);
      outside = Math.addExact(outside, op.floatsOutside());
    }
    return new MemoryPlan(regions, place(regions), outside);
  }

  private static void live(Op op, int forward, int backward, int end) {
    for (Tensor x : op.inputs()) {
      x.value.use(forward);
    }
    for (Tensor y : op.outputs()) {
      y.value.use(forward);
      if (y.kept) {
        y.value.use(end);
      }
    }
    if (op.goesBackward()) {
      for (int i = 0; i < op.inputs().size(); i++) {
        if (op.keepsInput(i)) {
          op.inputs().get(i).value.use(backward);
        }
      }
      if (op.keepsOutputs()) {
        op.outputs().forEach(y -> y.value.use(backward));
      }
    }
    for (Op.Own own : op.regions()) {
      if (own.lifetime() == Region.Lifetime.ALWAYS) {
        own.region().use(-1);
        own.region().use(end);
        continue;
      }
      if (own.lifetime() != Region.Lifetime.BACKWARD) {
        own.region().use(forward);
      }
      if (own.lifetime() != Region.Lifetime.FORWARD && op.goesBackward()) {
        own.region().use(backward);
      }
    }
  }

  private static int place(List<Region> regions) {
    List<Region> placed = new ArrayList<>();
    List<Region> largestFirst = new ArrayList<>(regions);
    largestFirst.sort(Comparator.comparingInt((Region r) -> r.floats).reversed());
    long slab = 0;
    for (Region region : largestFirst) {
      long offset = 0;
      for (Region other : placed) { // by offset
        boolean together = other.birth <= region.death && region.birth <= other.death;
        if (together && offset + region.floats <= other.offset) {
          break;
        }
        if (together) {
          offset = Math.max(offset, (long) other.offset + other.floats);
        }
      }
      slab = Math.max(slab, offset + region.floats);
      region.offset = Sizes.whole("The memory of a run", offset);
      placed.add(region);
      placed.sort(Comparator.comparingInt((Region r) -> r.offset));
    }
    return Sizes.whole("The memory of a run", slab);
  }

  void place(Slot slab) {
    for (Region region : regions) {
      region.place(new Slot(slab.buffer(), region.offset, region.floats));
    }
  }

  /// The floats of the slab.
  public int slabFloats() {
    return slabFloats;
  }

  /// The floats that recurrent plans hold beside it.
  public long floatsOutside() {
    return outside;
  }

  /// The bytes of slab and recurrent plans together.
  public long bytes() {
    return Float.BYTES * (slabFloats + outside);
  }

  /// So many bytes for a person: `12.3 MiB`.
  public static String words(long bytes) {
    return bytes < 1 << 20
        ? "%d KiB".formatted((bytes + 1023) / 1024)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  /// The floats that it would take if nothing shared its place.
  public long floatsUnshared() {
    return regions.stream().mapToLong(r -> r.floats).sum();
  }

  /// The regions in the order of their first use.
  public List<Line> lines() {
    return regions.stream()
        .sorted(Comparator.comparingInt((Region r) -> r.birth))
        .map(r -> new Line(r.name, r.floats, r.offset, r.birth, r.death))
        .toList();
  }

  /// The plan as a table to print before a run.
  public String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(Locale.ROOT, "%-40s %12s %12s %s%n", "what", "floats", "at", "alive"));
    for (Line line : lines()) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-40s %12d %12d %d..%d%n",
              line.name,
              line.floats,
              line.offset,
              line.firstUse,
              line.lastUse));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "slab %.1f MiB (%.1f MiB without sharing), recurrent plans %.1f MiB%n",
            mebibytes(slabFloats),
            mebibytes(floatsUnshared()),
            mebibytes(outside)));
    return table.toString();
  }

  private static double mebibytes(long floats) {
    return floats / 262_144.0;
  }
}
