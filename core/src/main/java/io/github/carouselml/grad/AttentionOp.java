package io.github.carouselml.grad;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Attentions;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Attention of queries over the positions of their own sequences:
/// `s_u = scale q·k_u` (Luong et al. 2015; Vaswani et al. 2017), in several heads side by side, or
/// `s_u = w·tanh(q + k_u)` (Bahdanau et al. 2015); `p = softmax(s)`, `y = Σ_u p_u v_u`.
public final class AttentionOp extends Op {
  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final @Nullable Parameter w;
  private final int heads;
  private final float scale;
  private final Attentions.Pairs pairs;
  private final Region p;
  private final Region ds;
  private final @Nullable Region scratch;
  private final Tensor y;

  private AttentionOp(
      Tensor q, Tensor k, Tensor v, @Nullable Parameter w, int heads, float scale, boolean causal) {
    super("attention", List.of(q, k, v), w == null ? List.of() : List.of(w));
    this.q = q;
    this.k = k;
    this.v = v;
    this.w = w;
    this.heads = heads;
    this.scale = scale;
    features(k, q.features());
    sameRows(v, k.space());
    if (!(k.space() instanceof RowSpace.Steps(Rows keys))) {
      throw new CarouselException.Request(this + " needs one key per step, not " + k + ".");
    }
    boolean perStep = q.space() instanceof RowSpace.Steps;
    if (causal && !q.space().equals(k.space())) {
      throw new CarouselException.Request(
          this
              + " can be causal only where queries and keys are of the same steps, not "
              + q
              + ".");
    }
    if (heads < 1 || q.features() % heads != 0 || v.features() % heads != 0) {
      throw new CarouselException.Request(
          this
              + " cannot cut "
              + q.features()
              + " features of queries and "
              + v.features()
              + " of values into "
              + heads
              + " equal heads.");
    }
    pairs = new Attentions.Pairs(q.space().rows(), perStep, keys, causal);
    long weights = (long) q.space().capacity() * heads * pairs.weightRow();
    p = own("weights", Region.Lifetime.RESERVE, weights);
    ds = own("∂ scores", Region.Lifetime.BACKWARD, weights);
    long rows = (long) q.space().capacity() + k.space().capacity();
    scratch =
        w == null
            ? null
            : own("scratch", Region.Lifetime.RESERVE, rows * Sizes.stride(q.features()));
    y = output(q.space(), v.features());
  }

  /// Records `s_u = scale q·k_u` in so many heads. Keys and values have one row per step, queries
  /// one per step or one per sequence.
  public static Tensor multiplicative(
      Tensor q, Tensor k, Tensor v, int heads, float scale, boolean causal) {
    return record(new AttentionOp(q, k, v, null, heads, scale, causal)).y;
  }

  /// Records `s_u = w·tanh(q + k_u)`; w is `[features]`.
  public static Tensor additive(Tensor q, Tensor k, Tensor v, Parameter w) {
    return record(new AttentionOp(q, k, v, w, 1, 1, false)).y;
  }

  @Override
  protected boolean keepsInput(int i) {
    return true;
  }

  /// Which sequences there are is known when it runs.
  private void sameSequences() {
    int queries = pairs.queries().sequences();
    int keys = pairs.keys().sequences();
    if (queries != keys) {
      throw new CarouselException.Request(
          this
              + " got a batch of "
              + queries
              + " sequences of queries and one of "
              + keys
              + " of keys: each query sees the keys of its own sequence.");
    }
  }

  // p = softmax(s)   y = Σ_u p_u v_u
  @Override
  protected void forward(Operations operations, int update) {
    sameSequences();
    Attentions attention = operations.attentions();
    if (w == null || scratch == null) {
      attention.multiplicative(
          pairs,
          heads,
          q.features(),
          v.features(),
          scale,
          q.value(),
          k.value(),
          v.value(),
          p.slot(),
          y.value());
    } else {
      attention.additive(
          pairs,
          q.features(),
          v.features(),
          q.value(),
          k.value(),
          w.value(),
          v.value(),
          p.slot(),
          scratch.slot(),
          y.value());
    }
  }

  // dp_u = dy·v_u   ds = p (dp - Σ dp p), then through the scores
  @Override
  protected void backward(Operations operations, int update) {
    Attentions attention = operations.attentions();
    Slot dy = Objects.requireNonNull(gradientOfOutput());
    if (w == null || scratch == null) {
      attention.multiplicativeBackward(
          pairs,
          heads,
          q.features(),
          v.features(),
          scale,
          q.value(),
          k.value(),
          v.value(),
          p.slot(),
          dy,
          ds.slot(),
          gradientOf(0),
          adds(0),
          gradientOf(1),
          adds(1),
          gradientOf(2),
          adds(2));
    } else {
      attention.additiveBackward(
          pairs,
          q.features(),
          v.features(),
          q.value(),
          k.value(),
          w.value(),
          v.value(),
          p.slot(),
          dy,
          ds.slot(),
          scratch.slot(),
          gradientOf(0),
          adds(0),
          gradientOf(1),
          adds(1),
          gradientOf(w),
          gradientOf(2),
          adds(2));
    }
  }
}
