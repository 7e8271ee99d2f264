package io.github.carouselml.app.verify;

import io.github.carouselml.cpu.AllocatedBytes;
import io.github.carouselml.cpu.Kernels;
import io.github.carouselml.inspect.BitsMatrix.Extent;
import io.github.carouselml.inspect.NamedCell;
import io.github.carouselml.inspect.Verification;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Goes through everything that can be proven here, cell by cell, and writes the table as it grows.
public final class Proof {
  private static final String FORMAT = "%-30s";
  private static final String CELL = "%16s";

  private final Extent extent;
  private final boolean bitsOnly;
  private final Consumer<String> table;
  private final Map<String, Verification> kernels = new LinkedHashMap<>();
  private final List<Result> results = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  private Proof(Extent extent, boolean bitsOnly, Consumer<String> table) {
    this.extent = extent;
    this.bitsOnly = bitsOnly;
    this.table = table;
  }

  /// Proves.
  ///
  /// @param kernels `simd` or `plain`, or `auto` for both where both can run
  /// @param full everything, in virtual machines with narrower vectors too
  /// @param bitsOnly nothing but the bits matrix, in this virtual machine
  /// @param table takes the lines of the table
  public static Findings run(String kernels, boolean full, boolean bitsOnly, Consumer<String> table)
      throws IOException {
    Proof proof = new Proof(full ? Extent.FULL : Extent.FAST, bitsOnly, table);
    proof.find(kernels);
    proof.cells();
    if (full && !bitsOnly && proof.kernels.containsKey("simd")) {
      proof.others();
    }
    return new Findings(proof.results, proof.remarks);
  }

  private void find(String asked) {
    for (String name : asked.equals(Kernels.AUTO) ? List.of("plain", "simd") : List.of(asked)) {
      try {
        Kernels.choose(name);
      } catch (CarouselException.Request e) {
        if (asked.equals(name)) {
          throw e;
        }
        remarks.add(e.getMessage());
        continue;
      }
      BackendOptions options = new BackendOptions().withKernels(name);
      kernels.put(
          name,
          new Verification(
              threads -> Backends.open("cpu", options.withThreads(threads)),
              AllocatedBytes::during,
              extent));
    }
  }

  private void cells() throws IOException {
    StringBuilder head = new StringBuilder(FORMAT.formatted("cell"));
    if (!bitsOnly) {
      head.append(CELL.formatted("gradients"));
    }
    for (String name : kernels.keySet()) {
      if (!bitsOnly) {
        head.append(CELL.formatted("parity, " + name));
      }
      head.append(CELL.formatted("bits, " + name));
    }
    table.accept(head.toString());
    for (NamedCell cell : NamedCell.all()) {
      StringBuilder row = new StringBuilder(FORMAT.formatted(cell.name()));
      if (!bitsOnly) {
        row.append(cell(new Result("", "", Verification.gradients(cell))));
      }
      for (var entry : kernels.entrySet()) {
        Verification verification = entry.getValue();
        boolean runs = verification.cells().contains(cell);
        if (!bitsOnly) {
          row.append(
              runs ? cell(new Result(entry.getKey(), "", verification.parity(cell))) : none());
        }
        row.append(runs ? cell(new Result(entry.getKey(), "", verification.bits(cell))) : none());
      }
      table.accept(row.toString());
    }
    for (var entry : kernels.entrySet()) {
      results.add(new Result(entry.getKey(), "", entry.getValue().digest()));
    }
  }

  /// How many cases passed; or how many failed.
  private String cell(Result result) {
    results.add(result);
    int failed = result.check().failed();
    return CELL.formatted(failed == 0 ? "" + result.check().passed() : failed + " FAILED");
  }

  private static String none() {
    return CELL.formatted("-");
  }

  private void others() throws IOException {
    List<List<String>> machines = OtherMachines.flags();
    if (!machines.isEmpty()) {
      table.accept(
          "now the bits of all cells in %d more virtual machines, about a minute each"
              .formatted(machines.size()));
    }
    for (List<String> flags : machines) {
      List<Result> all = OtherMachines.bits(flags);
      results.addAll(all);
      int failed = all.stream().mapToInt(result -> result.check().failed()).sum();
      int passed = all.stream().mapToInt(result -> result.check().passed()).sum();
      table.accept(
          "bits, simd, all cells with %s: %s"
              .formatted(String.join(" ", flags), failed == 0 ? "" + passed : failed + " FAILED"));
    }
  }
}
