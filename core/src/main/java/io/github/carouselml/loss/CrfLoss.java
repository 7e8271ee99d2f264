package io.github.carouselml.loss;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Objective;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Region;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Paths;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// The negative log-likelihood of the tags under a [Crf], the mean over the sequences.
public final class CrfLoss extends Objective {
  private final Tensor emissions;
  private final Rows rows;
  private final Indices target;
  private final Parameter transitions;
  private final Parameter start;
  private final Parameter end;
  private final Region values;
  private final Region scratch;

  private CrfLoss(
      Tensor emissions,
      Indices target,
      Parameter transitions,
      Parameter start,
      Parameter end,
      int tags,
      float coefficient) {
    super("crf loss", List.of(emissions), List.of(transitions, start, end), coefficient);
    this.emissions = emissions;
    this.target = target;
    this.transitions = transitions;
    this.start = start;
    this.end = end;
    if (!(emissions.space() instanceof RowSpace.Steps(var batch))) {
      throw new CarouselException.Request(this + " needs one row per step, not " + emissions + ".");
    }
    this.rows = batch;
    features(emissions, tags);
    sameRows(emissions, target.space());
    this.values = own("values", Region.Lifetime.RESERVE, rows.maxSequences());
    this.scratch = own("paths", Region.Lifetime.RESERVE, Paths.crfScratch(rows, tags));
  }

  static CrfLoss of(Crf crf, Tensor emissions, Indices target, float coefficient) {
    var parameters = emissions.tape().parameters();
    return record(
        new CrfLoss(
            emissions,
            target,
            parameters.get(crf.transitions()),
            parameters.get(crf.start()),
            parameters.get(crf.end()),
            crf.tags(),
            coefficient));
  }

  @Override
  protected void forward(Operations operations, int update) {
    run(operations, false);
  }

  @Override
  protected void backward(Operations operations, int update) {
    run(operations, true);
    Paths paths = operations.paths();
    float scale = gradientScale(rows.sequences());
    int tags = emissions.features();
    Slot dEmissions = gradientOf(0);
    // de = (γ - [tag]) / B
    if (dEmissions != null) {
      paths.crfEmissions(rows, tags, target.values(), scratch.slot(), dEmissions, scale, adds(0));
    }
    // dA, dStart, dEnd
    paths.crfParameters(
        rows,
        tags,
        target.values(),
        transitions.value(),
        scratch.slot(),
        gradientOf(transitions),
        gradientOf(start),
        gradientOf(end),
        scale);
  }

  private void run(Operations operations, boolean derive) {
    check();
    operations
        .paths()
        .crf(
            rows,
            emissions.features(),
            target.values(),
            emissions.value(),
            transitions.value(),
            start.value(),
            end.value(),
            values.slot(),
            scratch.slot(),
            derive);
    result(operations.losses().sum(rows.sequences(), values.slot()), rows.sequences());
  }

  private void check() {
    int[] tags = target.values();
    for (int r = 0; r < rows.count(); r++) {
      if (tags[r] < 0 || tags[r] >= emissions.features()) {
        throw new CarouselException.Data(
            "Tag %d of %s in row %d does not exist: the CRF knows %d tags."
                .formatted(tags[r], target, r, emissions.features()));
      }
    }
  }
}
