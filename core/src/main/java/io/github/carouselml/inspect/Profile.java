package io.github.carouselml.inspect;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Attentions;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.Dense;
import io.github.carouselml.tensor.Elements;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Losses;
import io.github.carouselml.tensor.Moves;
import io.github.carouselml.tensor.Norms;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Paths;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.RecurrentStep;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import io.github.carouselml.tensor.Updates;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Where the time of a run goes: it stands in front of a backend, which computes the same as without
/// it, and counts every operation: calls, seconds, floating-point operations of matrix products,
/// bytes handled and bytes allocated. Any number of threads may compute under one profile.
public final class Profile {
  private final LongSupplier allocatedBytes;
  private final Map<String, Counts> counts = new LinkedHashMap<>();
  private long begun = Long.MAX_VALUE;
  private long ended;

  /// A profile of nothing yet.
  ///
  /// @param allocatedBytes tells how much the calling thread has allocated since it began
  public Profile(LongSupplier allocatedBytes) {
    this.allocatedBytes = allocatedBytes;
  }

  /// One operation's share.
  ///
  /// @param operation its family, its name, and for products the sizes
  /// @param calls how often
  /// @param seconds how long in all, as the calling threads saw it
  /// @param flops two for each multiply-add of a matrix product, padding included where the product
  ///     includes it; 0 for other work
  /// @param bytes of the slots that it was given, read or written
  /// @param allocated bytes on the heap, by the calling threads
  public record Line(
      String operation, long calls, double seconds, double flops, double bytes, long allocated) {}

  private static final class Counts {
    long calls;
    long nanos;
    double flops;
    double bytes;
    long allocated;
  }

  /// The same backend under this profile.
  ///
  /// @param whenClosed gets the profile when the backend is closed
  public Backend of(Backend backend, Consumer<Profile> whenClosed) {
    return new Watched(backend, whenClosed);
  }

  /// What was counted until now, the longest first.
  public synchronized List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    counts.forEach((operation, c) ->
        lines.add(new Line(operation, c.calls, c.nanos / 1e9, c.flops, c.bytes, c.allocated)));
    lines.sort(Comparator.comparingDouble(Line::seconds).reversed());
    return lines;
  }

  /// From the begin of the first operation to the end of the last, in seconds.
  public synchronized double seconds() {
    return counts.isEmpty() ? 0 : (ended - begun) / 1e9;
  }

  /// The lines as a table in plain text, with what went on between the operations at the end.
  public String table() {
    List<Line> lines = lines();
    double whole = seconds();
    int width = lines.stream().mapToInt(line -> line.operation().length()).max().orElse(0) + 2;
    String format = "%-" + Math.max(width, 20) + "s %9s %9s %7s %9s %8s %11s%n";
    StringBuilder out =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                format,
                "operation",
                "calls",
                "seconds",
                "share",
                "GFLOP/s",
                "GB/s",
                "allocated"));
    double inside = 0;
    long allocated = 0;
    for (Line line : lines) {
      inside += line.seconds();
      allocated += line.allocated();
      out.append(
          String.format(
              Locale.ROOT,
              format,
              line.operation(),
              line.calls(),
              number("%.3f", line.seconds()),
              share(line.seconds(), whole),
              line.flops() == 0 ? "" : number("%.1f", line.flops() / line.seconds() / 1e9),
              number("%.1f", line.bytes() / line.seconds() / 1e9),
              size(line.allocated())));
    }
    String all = number("%.3f", inside);
    out.append(
        String.format(
            Locale.ROOT,
            format,
            "all operations",
            "",
            all,
            share(inside, whole),
            "",
            "",
            size(allocated)));
    return out.append(
            String.format(
                Locale.ROOT,
                "%.3f s passed from the first to the last; operations on several threads at once"
                    + " count each.%n",
                whole))
        .toString();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String share(double seconds, double whole) {
    return whole == 0 ? "" : number("%.1f %%", 100 * seconds / whole);
  }

  private static String size(long bytes) {
    return bytes < 10_000
        ? bytes + " B"
        : bytes < 10_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
  }

  private synchronized void count(
      String operation, long from, long to, double flops, double bytes, long allocated) {
    Counts c = counts.computeIfAbsent(operation, _ -> new Counts());
    c.calls++;
    c.nanos += to - from;
    c.flops += flops;
    c.bytes += bytes;
    c.allocated += allocated;
    begun = Math.min(begun, from);
    ended = Math.max(ended, to);
  }

  /// What an operation is called and how many multiply-adds its matrix products have.
  @FunctionalInterface
  private interface Describer {
    Work describe(String method, @Nullable Object[] arguments);
  }

  private record Work(String operation, double multiplyAdds) {}

  private <T> T watch(Class<T> type, T target, Describer describer) {
    InvocationHandler handler =
        (_, method, arguments) -> call(target, describer, method, arguments);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private @Nullable Object call(
      Object target, Describer describer, Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      if (arguments == null || method.getDeclaringClass() == Object.class) {
        return method.invoke(target, arguments);
      }
      long before = allocatedBytes.getAsLong();
      long from = System.nanoTime();
      Object result = method.invoke(target, arguments);
      long to = System.nanoTime();
      long allocated = allocatedBytes.getAsLong() - before;
      Work work = describer.describe(method.getName(), arguments);
      count(work.operation(), from, to, 2 * work.multiplyAdds(), bytes(arguments), allocated);
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static double bytes(@Nullable Object[] arguments) {
    double bytes = 0;
    for (Object argument : arguments) {
      if (argument instanceof Slot slot) {
        bytes += 4.0 * slot.size();
      } else if (argument instanceof @Nullable Object[] several) {
        bytes += bytes(several);
      }
    }
    return bytes;
  }

  private static Describer family(String name) {
    return (method, _) -> new Work(name + " " + method, 0);
  }

  private static Work dense(String method, @Nullable Object[] arguments) {
    for (Object argument : arguments) {
      if (argument instanceof Layout.Matrix matrix && arguments[0] instanceof Integer rows) {
        int outputs = matrix.gates() * matrix.units();
        String sizes = matrix.inputs() + " to " + outputs;
        boolean skipped = method.equals("backwardWeights") && arguments[4] == null;
        double each = skipped ? 0 : (double) outputs * matrix.inputs();
        return new Work("dense " + method + " " + sizes, rows * each);
      }
    }
    return new Work("dense " + method, 0);
  }

  private static Work attention(String method, @Nullable Object[] arguments) {
    double products = 0;
    if (arguments[0] instanceof Attentions.Pairs pairs) {
      int at = method.startsWith("multiplicative") ? 2 : 1;
      double features = number(arguments[at]) + number(arguments[at + 1]);
      for (int query = 0; query < pairs.count(); query++) {
        products += features * pairs.positions(query);
      }
    }
    return new Work("attention " + method, method.endsWith("Backward") ? 2 * products : products);
  }

  private static double number(@Nullable Object argument) {
    return argument instanceof Number number ? number.doubleValue() : 0;
  }

  private static Describer recurrent(CellSpec cell, int inputs, RecurrentPlan plan) {
    String sizes = sizes(cell, inputs);
    double all = 0;
    double ofInputs = 0;
    for (ParameterSpec parameter : plan.parameters()) {
      all += matrixSize(parameter);
      ofInputs += parameter.role() == Role.INPUT_WEIGHT ? matrixSize(parameter) : 0;
    }
    double weights = all;
    double inputWeights = ofInputs;
    return (method, arguments) -> {
      double products = 0;
      if (arguments[0] instanceof Rows rows) {
        products = weights * rows.count();
        if (method.equals("backward")) {
          // for the data, without dx where it is not wanted, and for the weights
          products = rows.count() * (2 * weights - (arguments[7] == null ? inputWeights : 0));
        }
      }
      return new Work("recurrent " + method + " " + sizes, products);
    };
  }

  private static String sizes(CellSpec cell, int inputs) {
    return cell.getClass().getSimpleName() + " " + inputs + " to " + cell.outputSize();
  }

  private static double matrixSize(ParameterSpec parameter) {
    return parameter.layout() instanceof Layout.Matrix matrix ? matrix.canonicalSize() : 0;
  }

  private final class Watched implements Backend {
    private final Backend backend;
    private final Consumer<Profile> whenClosed;

    Watched(Backend backend, Consumer<Profile> whenClosed) {
      this.backend = backend;
      this.whenClosed = whenClosed;
    }

    @Override
    public String name() {
      return backend.name();
    }

    @Override
    public Buffer allocate(int floats) {
      return backend.allocate(floats);
    }

    @Override
    public void upload(float[] from, int offset, Slot to) {
      backend.upload(from, offset, to);
    }

    @Override
    public void download(Slot from, float[] to, int offset) {
      backend.download(from, to, offset);
    }

    @Override
    public void uploadRows(float[] from, int rows, int features, Slot to) {
      long start = System.nanoTime();
      backend.uploadRows(from, rows, features, to);
      count("data uploadRows", start, System.nanoTime(), 0, 4.0 * rows * features, 0);
    }

    @Override
    public void downloadRows(Slot from, int rows, int features, float[] to) {
      long start = System.nanoTime();
      backend.downloadRows(from, rows, features, to);
      count("data downloadRows", start, System.nanoTime(), 0, 4.0 * rows * features, 0);
    }

    @Override
    public void pack(Layout layout, float[] canonical, Slot to) {
      backend.pack(layout, canonical, to);
    }

    @Override
    public void unpack(Layout layout, Slot from, float[] canonical) {
      backend.unpack(layout, from, canonical);
    }

    @Override
    public Operations operations() {
      Operations own = backend.operations();
      return new Operations(
          Profile.this.watch(Elements.class, own.elements(), family("elements")),
          Profile.this.watch(Moves.class, own.moves(), family("moves")),
          Profile.this.watch(Dense.class, own.dense(), Profile::dense),
          Profile.this.watch(Norms.class, own.norms(), family("norms")),
          Profile.this.watch(Attentions.class, own.attentions(), Profile::attention),
          Profile.this.watch(Losses.class, own.losses(), family("losses")),
          Profile.this.watch(Paths.class, own.paths(), family("paths")),
          Profile.this.watch(Updates.class, own.updates(), family("updates")));
    }

    @Override
    public RecurrentPlan plan(
        CellSpec cell, int inputSize, int maxSteps, int maxSequences, Set<Flag> flags) {
      return watch(cell, inputSize, backend.plan(cell, inputSize, maxSteps, maxSequences, flags));
    }

    @Override
    public RecurrentPlan plan(
        CellSpec cell,
        int inputSize,
        int maxSteps,
        int maxSequences,
        Set<Flag> flags,
        RecurrentNoise noise) {
      return watch(
          cell, inputSize, backend.plan(cell, inputSize, maxSteps, maxSequences, flags, noise));
    }

    @Override
    public RecurrentStep step(
        CellSpec cell,
        int inputSize,
        RecurrentNoise noise,
        Slot[] parameters,
        WeightPrecision precision) {
      RecurrentStep step = backend.step(cell, inputSize, noise, parameters, precision);
      double weights = 0;
      for (ParameterSpec parameter : CellParameters.of(cell, inputSize)) {
        weights += matrixSize(parameter);
      }
      String name = "recurrent step " + precision.name().toLowerCase(Locale.ROOT) + " ";
      Work work = new Work(name + sizes(cell, inputSize), weights);
      return Profile.this.watch(RecurrentStep.class, step, (_, _) -> work);
    }

    private RecurrentPlan watch(CellSpec cell, int inputSize, RecurrentPlan plan) {
      return Profile.this.watch(RecurrentPlan.class, plan, recurrent(cell, inputSize, plan));
    }

    @Override
    public void close() {
      backend.close();
      whenClosed.accept(Profile.this);
    }
  }
}
