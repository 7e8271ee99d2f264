package io.github.carouselml.loss;

import io.github.carouselml.grad.Objective;
import io.github.carouselml.grad.Region;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Paths;
import io.github.carouselml.tensor.Rows;
import java.util.List;

/// Connectionist temporal classification (Graves, Fernández, Gomez, Schmidhuber 2006):
/// `L = -1/B Σ_b ln p(label_b | x_b)`, where p sums over all alignments. The logits have a feature
/// for each symbol and one for the blank; the softmax is part of the loss. Equations: `docs/math/ctc.md`.
public final class CtcLoss extends Objective {
  /// What happens to a label that has more symbols than its sequence has steps for.
  public enum Infeasible {
    /// The run ends with a sentence.
    REFUSE,
    /// The sequence counts nothing, and nothing flows back from it.
    LEAVE_OUT
  }

  private final Tensor logits;
  private final Rows rows;
  private final Labels labels;
  private final int blank;
  private final Infeasible infeasible;
  private final int[] lengths; // by place in the batch; -1 where left out
  private final Region values;
  private final Region scratch;

  private CtcLoss(
      Tensor logits, Labels labels, int blank, Infeasible infeasible, float coefficient) {
    super("ctc loss", List.of(logits), List.of(), coefficient);
    this.logits = logits;
    this.labels = labels;
    this.blank = blank;
    this.infeasible = infeasible;
    if (!(logits.space() instanceof RowSpace.Steps(var batch))) {
      throw new CarouselException.Request(this + " needs one row per step, not " + logits + ".");
    }
    this.rows = batch;
    if (blank < 0 || blank >= logits.features()) {
      throw new CarouselException.Request(
          this + " was given the blank " + blank + ", which is no feature of " + logits + ".");
    }
    if (labels.maxSequences() < rows.maxSequences()) {
      throw new CarouselException.Request(
          "%s has labels for %d sequences, but a batch may have %d."
              .formatted(this, labels.maxSequences(), rows.maxSequences()));
    }
    this.lengths = new int[rows.maxSequences()];
    this.values = own("values", Region.Lifetime.RESERVE, rows.maxSequences());
    this.scratch =
        own(
            "paths",
            Region.Lifetime.RESERVE,
            Paths.ctcScratch(rows, logits.features(), labels.maxLabels()));
  }

  /// Records the mean over the sequences, which counts `coefficient` times. Labels hold any
  /// features but the blank.
  public static CtcLoss of(
      Tensor logits, Labels labels, int blank, Infeasible infeasible, float coefficient) {
    return record(new CtcLoss(logits, labels, blank, infeasible, coefficient));
  }

  /// Records the mean over the sequences; labels that do not fit are refused.
  public static CtcLoss of(Tensor logits, Labels labels, int blank) {
    return of(logits, labels, blank, Infeasible.REFUSE, 1);
  }

  @Override
  protected void forward(Operations operations, int update) {
    run(operations, count(), false, 0);
  }

  // dz = (softmax(z) - γ) / B
  @Override
  protected void backward(Operations operations, int update) {
    double counted = count();
    run(operations, counted, wants(0), gradientScale(counted));
  }

  private void run(Operations operations, double counted, boolean derive, float scale) {
    operations
        .paths()
        .ctc(
            rows,
            logits.features(),
            blank,
            labels.values(),
            lengths,
            labels.maxLabels(),
            logits.value(),
            values.slot(),
            scratch.slot(),
            derive ? gradientOf(0) : null,
            scale,
            derive && adds(0));
    result(operations.losses().sum(rows.sequences(), values.slot()), counted);
  }

  /// Checks the labels and counts the sequences that take part.
  private int count() {
    int counted = 0;
    for (int b = 0; b < rows.sequences(); b++) {
      int length = labels.length(b);
      for (int i = 0; i < length; i++) {
        int symbol = labels.symbol(b, i);
        if (symbol < 0 || symbol >= logits.features() || symbol == blank) {
          throw new CarouselException.Data(
              "Symbol %d of sequence %d's label is %d, %s."
                  .formatted(
                      i,
                      b,
                      symbol,
                      symbol == blank
                          ? "which is the blank: it stands between symbols and is none"
                          : "but the loss knows %d classes".formatted(logits.features())));
        }
      }
      int steps = rows.length(rows.rank(b));
      int fewest = labels.fewestSteps(b);
      lengths[b] = length;
      if (fewest <= steps) {
        counted++;
      } else if (infeasible == Infeasible.LEAVE_OUT) {
        lengths[b] = -1;
      } else {
        throw new CarouselException.Data(
            ("Sequence %d of the batch has %d steps, but its label of %d symbols needs at least %d"
                    + " (one for each, and one between two equal ones). Is the input subsampled too"
                    + " much? Such sequences can be left out: Infeasible.LEAVE_OUT.")
                .formatted(b, steps, length, fewest));
      }
    }
    return counted;
  }
}
