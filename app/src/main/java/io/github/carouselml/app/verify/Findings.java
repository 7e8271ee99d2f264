package io.github.carouselml.app.verify;

import io.github.carouselml.cpu.Jvm;
import io.github.carouselml.inspect.Check;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import java.util.ArrayList;
import java.util.List;

/// Everything that was proven or not.
///
/// @param remarks what was left out, and why
public record Findings(List<Result> results, List<String> remarks) {
  public Findings {
    results = List.copyOf(results);
    remarks = List.copyOf(remarks);
  }

  public int passed() {
    return results.stream().mapToInt(result -> result.check().passed()).sum();
  }

  public int failed() {
    return results.stream().mapToInt(result -> result.check().failed()).sum();
  }

  /// Whether something was proven and nothing failed.
  public boolean hold() {
    return failed() == 0 && passed() > 0;
  }

  /// For people, what follows the table: every failure with its reason, what was left out, and the
  /// sum.
  public String text() {
    StringBuilder out = new StringBuilder();
    for (Result result : results) {
      for (String failure : result.check().failures()) {
        out.append("FAILED ").append(result.check().kind());
        if (!result.kernels().isEmpty()) {
          out.append(" (").append(result.kernels());
          out.append(result.flags().isEmpty() ? "" : " with " + result.flags()).append(')');
        }
        out.append(": ").append(failure).append('\n');
      }
    }
    remarks.forEach(remark -> out.append("Left out: ").append(remark).append('\n'));
    return out.append("%d passed, %d failed%n".formatted(passed(), failed())).toString();
  }

  /// For programs.
  public Json.Obj json() {
    return Json.object()
        .with("passed", passed())
        .with("failed", failed())
        .with("contract", ModelFile.BITS)
        .with("architecture", System.getProperty("os.arch", "unknown"))
        .with("java", Runtime.version().toString())
        .with("use_avx", Jvm.useAvx().<Json>map(Json::of).orElse(new Json.Null()))
        .with("max_vector_size", Jvm.maxVectorSize().<Json>map(Json::of).orElse(new Json.Null()))
        .with("checks", new Json.Arr(results.stream().<Json>map(Findings::json).toList()))
        .with("left_out", strings(remarks));
  }

  private static Json.Obj json(Result result) {
    Check check = result.check();
    return Json.object()
        .with("kind", check.kind())
        .with("subject", check.subject())
        .with("kernels", result.kernels())
        .with("flags", result.flags())
        .with("cases", check.cases())
        .with("failures", strings(check.failures()));
  }

  private static Json strings(List<String> texts) {
    return new Json.Arr(texts.stream().<Json>map(Json::of).toList());
  }

  /// The results that another process found, as it was started with other flags.
  static List<Result> results(Json json, String flags) {
    List<Result> results = new ArrayList<>();
    if (json instanceof Json.Obj all && all.get("checks").orElse(null) instanceof Json.Arr checks) {
      for (Json each : checks.items()) {
        if (each instanceof Json.Obj check) {
          results.add(result(check, flags));
        }
      }
    }
    return results;
  }

  private static Result result(Json.Obj check, String flags) {
    List<String> failures = new ArrayList<>();
    if (check.get("failures").orElse(null) instanceof Json.Arr reasons) {
      reasons.items().forEach(reason -> failures.add(text(reason)));
    }
    int cases = check.get("cases").orElse(null) instanceof Json.Num number ? number.asInt() : 0;
    return new Result(
        text(check.get("kernels").orElse(null)),
        flags,
        new Check(
            text(check.get("kind").orElse(null)),
            text(check.get("subject").orElse(null)),
            cases,
            failures));
  }

  private static String text(@org.jspecify.annotations.Nullable Json json) {
    return json instanceof Json.Str string ? string.value() : "";
  }
}
