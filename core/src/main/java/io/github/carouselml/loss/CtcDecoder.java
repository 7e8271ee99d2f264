package io.github.carouselml.loss;

import io.github.carouselml.spec.CarouselException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads a label out of the logits `[steps, classes]` of a network trained with [CtcLoss], the first
/// step first. Any number of threads may use one.
public record CtcDecoder(int classes, int blank) {
  public CtcDecoder {
    if (blank < 0 || blank >= classes) {
      throw new CarouselException.Request(
          "The blank is one of the %d classes, not %d.".formatted(classes, blank));
    }
  }

  /// A label and the logarithm of its probability.
  public record Scored(List<Integer> label, double logProbability) {
    public Scored {
      label = List.copyOf(label);
    }
  }

  /// The label of the likeliest alignment: the best class of each step, repetitions joined, blanks
  /// left out.
  public List<Integer> greedy(float[] logits, int steps) {
    List<Integer> label = new ArrayList<>();
    int previous = blank;
    for (int t = 0; t < steps; t++) {
      int best = 0;
      for (int k = 1; k < classes; k++) {
        best = logits[t * classes + k] > logits[t * classes + best] ? k : best;
      }
      if (best != blank && best != previous) {
        label.add(best);
      }
      previous = best;
    }
    return label;
  }

  /// Logarithms of the probability that a prefix ends in a blank, or in its last symbol.
  private static final class Ends {
    double inBlank = Double.NEGATIVE_INFINITY;
    double inSymbol = Double.NEGATIVE_INFINITY;

    double both() {
      return add(inBlank, inSymbol);
    }
  }

  /// The likeliest labels that a prefix beam search of this width finds (Hannun et al. 2014, without
  /// a language model), the best first: alignments of one label count together. A width of all
  /// possible prefixes makes it exact.
  public List<Scored> beam(float[] logits, int steps, int width) {
    if (width < 1) {
      throw new CarouselException.Request("A beam has a width of 1 or more, not " + width + ".");
    }
    Map<List<Integer>, Ends> beam = new LinkedHashMap<>();
    Ends begin = new Ends();
    begin.inBlank = 0;
    beam.put(List.of(), begin);
    for (int t = 0; t < steps; t++) {
      double[] log = logSoftmax(logits, t * classes);
      Map<List<Integer>, Ends> next = new LinkedHashMap<>();
      beam.forEach((prefix, ends) -> extend(next, prefix, ends, log));
      beam = best(next, width);
    }
    List<Scored> labels = new ArrayList<>();
    beam.forEach((prefix, ends) -> labels.add(new Scored(prefix, ends.both())));
    return labels;
  }

  private void extend(
      Map<List<Integer>, Ends> next, List<Integer> prefix, Ends ends, double[] log) {
    Ends same = next.computeIfAbsent(prefix, _ -> new Ends());
    same.inBlank = add(same.inBlank, ends.both() + log[blank]);
    int last = prefix.isEmpty() ? blank : prefix.getLast();
    if (last != blank) {
      same.inSymbol = add(same.inSymbol, ends.inSymbol + log[last]);
    }
    for (int k = 0; k < classes; k++) {
      // the same symbol again is another one only after a blank
      double before = k == last ? ends.inBlank : ends.both();
      if (k != blank && before + log[k] > Double.NEGATIVE_INFINITY) {
        List<Integer> longer = new ArrayList<>(prefix);
        longer.add(k);
        Ends other = next.computeIfAbsent(List.copyOf(longer), _ -> new Ends());
        other.inSymbol = add(other.inSymbol, before + log[k]);
      }
    }
  }

  private static Map<List<Integer>, Ends> best(Map<List<Integer>, Ends> all, int width) {
    Map<List<Integer>, Ends> kept = new LinkedHashMap<>();
    all.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> -entry.getValue().both()))
        .limit(width)
        .forEach(entry -> kept.put(entry.getKey(), entry.getValue()));
    return kept;
  }

  private double[] logSoftmax(float[] logits, int from) {
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      max = Math.max(max, logits[from + k]);
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += StrictMath.exp(logits[from + k] - max);
    }
    double logSum = max + StrictMath.log(sum);
    double[] log = new double[classes];
    Arrays.setAll(log, k -> logits[from + k] - logSum);
    return log;
  }

  /// ln(eᵃ + eᵇ)
  private static double add(double a, double b) {
    double high = Math.max(a, b);
    double low = Math.min(a, b);
    return low == Double.NEGATIVE_INFINITY
        ? high
        : high + StrictMath.log1p(StrictMath.exp(low - high));
  }
}
