package io.github.carouselml.app.doctor;

import io.github.carouselml.cpu.KernelProvider;
import io.github.carouselml.cpu.Kernels;
import io.github.carouselml.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What this machine offers, which kernels are in use, and why not faster ones.
///
/// @param kernels the name of those in use
/// @param lanes the floats in a vector of theirs
/// @param advice what would make it faster, or a sentence that nothing would
public record Diagnosis(
    Machine machine, String kernels, int lanes, Speed speed, List<String> advice) {
  public Diagnosis {
    advice = List.copyOf(advice);
  }

  /// Of this machine, with these kernels or `auto`.
  public static Diagnosis here(String kernels) {
    Kernels.Choice choice = Kernels.choose(kernels);
    KernelProvider provider = choice.provider();
    Machine machine = Machine.here();
    List<String> advice = new ArrayList<>(choice.remarks());
    advice.addAll(advice(machine, provider.lanes()));
    return new Diagnosis(
        machine, provider.name(), provider.lanes(), Speed.of(provider.products()), advice);
  }

  /// What the virtual machine leaves unused.
  static List<String> advice(Machine machine, int lanes) {
    List<String> advice = new ArrayList<>();
    if ("false".equals(machine.flags().get("UseFMA"))) {
      advice.add(
          machine.features().contains("fma")
              ? "Java does not use the processor's fused multiply-add, without which nothing is"
                  + " computed: remove -XX:-UseFMA."
              : "This processor has no fused multiply-add, without which nothing is computed.");
    }
    if (machine.features().contains("avx512f") && lanes > 1 && lanes < 16) {
      advice.add(
          "The processor has AVX-512, which Java leaves alone here; -XX:UseAVX=3 turns it on. Some"
              + " processors get slower by it, so measure.");
    }
    if (machine.features().contains("avx2") && lanes > 1 && lanes < 8) {
      advice.add("Java uses only part of the processor's vectors: remove -XX:UseAVX.");
    }
    if (!"4".equals(machine.flags().getOrDefault("TieredStopAtLevel", "4"))) {
      advice.add(
          "Java is told not to compile for speed: remove -XX:TieredStopAtLevel=%s."
              .formatted(machine.flags().get("TieredStopAtLevel")));
    }
    return advice;
  }

  /// For people.
  public String text() {
    StringBuilder out = new StringBuilder();
    line(out, "Java", machine.java());
    line(out, "system", machine.system());
    machine.processor().ifPresent(name -> line(out, "processor", name));
    if (!machine.features().isEmpty()) {
      line(out, "features", String.join(" ", machine.features()));
    }
    line(out, "Java's flags", flags());
    line(
        out,
        "processors",
        machine.processors()
            + machine
                .processorLimit()
                .map(limit -> String.format(Locale.ROOT, " (the container allows %.1f)", limit))
                .orElse(""));
    line(
        out,
        "memory",
        "%s, heap up to %s%s"
            .formatted(
                mebibytes(machine.memory()),
                mebibytes(machine.heap()),
                machine
                    .memoryLimit()
                    .map(limit -> " (the container allows " + mebibytes(limit) + ")")
                    .orElse("")));
    line(out, "kernels", lanes > 1 ? "%s, %d floats a vector".formatted(kernels, lanes) : kernels);
    line(
        out,
        "speed",
        String.format(
            Locale.ROOT,
            "about %.1f GFLOP/s on one thread (a %d x %d product for %.1f s, whatever else runs; no"
                + " benchmark)",
            speed.gigaflops(),
            Speed.ROWS,
            Speed.INNER,
            speed.seconds()));
    if (advice.isEmpty()) {
      line(out, "advice", "none: no faster kernels are known for this machine");
    }
    advice.forEach(sentence -> line(out, "advice", sentence));
    return out.toString();
  }

  private String flags() {
    return machine.flags().entrySet().stream()
        .map(flag -> flag.getKey() + "=" + flag.getValue())
        .collect(Collectors.joining(" "));
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(name).repeat(' ', 14 - name.length()).append(value).append('\n');
  }

  /// For programs.
  public Json.Obj json() {
    Json.Obj flags = Json.object();
    for (var flag : machine.flags().entrySet()) {
      flags = flags.with(flag.getKey(), flag.getValue());
    }
    Json.Obj all =
        Json.object()
            .with("java", machine.java())
            .with("system", machine.system())
            .with("processor", machine.processor().orElse("unknown"))
            .with("features", strings(machine.features()))
            .with("flags", flags)
            .with("processors", machine.processors())
            .with("memory_bytes", machine.memory())
            .with("heap_bytes", machine.heap())
            .with("kernels", kernels)
            .with("lanes", lanes)
            .with("gigaflops_one_thread", speed.gigaflops())
            .with("advice", strings(advice));
    if (machine.processorLimit().isPresent()) {
      all = all.with("container_processors", machine.processorLimit().get());
    }
    if (machine.memoryLimit().isPresent()) {
      all = all.with("container_memory_bytes", machine.memoryLimit().get());
    }
    return all;
  }

  private static Json strings(List<String> texts) {
    return new Json.Arr(texts.stream().<Json>map(Json::of).toList());
  }
}
