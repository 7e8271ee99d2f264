package io.github.carouselml.app.report;

import io.github.carouselml.inspect.GradientLab;
import io.github.carouselml.inspect.GradientLab.Finding;
import io.github.carouselml.inspect.GradientLab.Kind;
import io.github.carouselml.inspect.GradientLab.Start;
import io.github.carouselml.inspect.TraceCheck;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What `carousel lab gradients` found.
///
/// @param findings every network of the protocol
/// @param provenance what would repeat the run
/// @param command the line that would repeat the run
public record GradientReport(
    GradientLab lab, List<Finding> findings, List<Fact> provenance, String command) {
  public GradientReport {
    findings = List.copyOf(findings);
    provenance = List.copyOf(provenance);
  }

  /// The networks with one beginning of their recurrent weights.
  public List<Finding> of(Start start) {
    return findings.stream().filter(f -> f.network().start() == start).toList();
  }

  /// A network; `forgetBias` counts for an LSTM alone.
  public Finding of(Kind kind, Start start, double forgetBias) {
    return of(start).stream()
        .filter(f ->
            f.network().kind() == kind && f.network().forgetBias().orElse(forgetBias) == forgetBias)
        .findFirst()
        .orElseThrow();
  }

  /// By how many powers of ten an LSTM with forget bias 1 is above an RNN of equal beginning, over
  /// the whole way, with inputs of scale 1, before training: the least of all beginnings.
  public double log10Lead() {
    double least = Double.POSITIVE_INFINITY;
    for (Start start : Start.values()) {
      double lstm = of(Kind.LSTM, start, 1).curve(1, false).log10AtEnd();
      double rnn = of(Kind.RNN, start, 1).curve(1, false).log10AtEnd();
      least = Math.min(least, lstm - rnn);
    }
    return least;
  }

  /// The most that any curve's check has of something.
  public double worst(ToDoubleFunction<TraceCheck> of) {
    return findings.stream()
        .flatMap(f -> f.curves().stream())
        .mapToDouble(c -> of.applyAsDouble(c.check()))
        .max()
        .orElse(0);
  }

  /// How many curves were measured.
  public int curves() {
    return findings.stream().mapToInt(f -> f.curves().size()).sum();
  }

  /// How many whole distances could be differenced.
  public int distances() {
    return findings.stream()
        .flatMap(f -> f.curves().stream())
        .mapToInt(c -> c.check().distances())
        .sum();
  }
}
