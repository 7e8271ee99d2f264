package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Attentions;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import org.jspecify.annotations.Nullable;

/// Attention, forward by queries; backward first by queries, then by keys, so that every sum is one
/// chain in one thread.
final class CpuAttention extends Work implements Attentions {
  private enum Kind {
    FORWARD,
    QUERIES,
    KEYS,
    WEIGHTS
  }

  private final Elementwise kernels;

  // the arguments of the running operation
  private Kind kind = Kind.FORWARD;
  private Pairs pairs = new Pairs(new Rows(0, 0), true, new Rows(0, 0), false);
  private boolean additive;
  private int heads;
  private int features;
  private int width; // of a head of q and k
  private int valueWidth;
  private int ld;
  private int ldv;
  private int ldp;
  private float scale;
  private float[] q = {};
  private int qAt;
  private float[] k = {};
  private int kAt;
  private float[] v = {};
  private int vAt;
  private float[] w = {};
  private int wAt;
  private float[] p = {};
  private int pAt;
  private float[] ds = {};
  private int dsAt;
  private float[] y = {}; // y, or dy
  private int yAt;
  private float[] e = {}; // scratch
  private int eAt;
  private float[] dq = {};
  private int dqAt;
  private boolean addQ;
  private float[] dk = {};
  private int dkAt;
  private boolean addK;
  private float[] dv = {};
  private int dvAt;
  private boolean addV;
  private float[] dw = {};
  private int dwAt;

  CpuAttention(Engine engine) {
    super(engine);
    kernels = engine.elementwise();
  }

  private void arguments(
      Pairs newPairs, int newHeads, int size, int values, Slot sq, Slot sk, Slot sv, Slot sp) {
    pairs = newPairs;
    heads = newHeads;
    features = size;
    width = size / newHeads;
    valueWidth = values / newHeads;
    ld = Sizes.stride(size);
    ldv = Sizes.stride(values);
    ldp = newPairs.weightRow();
    q = floats(sq);
    qAt = sq.offset();
    k = floats(sk);
    kAt = sk.offset();
    v = floats(sv);
    vAt = sv.offset();
    p = floats(sp);
    pAt = sp.offset();
  }

  private void gradients(
      Slot sds,
      Slot dy,
      @Nullable Slot gq,
      boolean moreQ,
      @Nullable Slot gk,
      boolean moreK,
      @Nullable Slot gv,
      boolean moreV) {
    ds = floats(sds);
    dsAt = sds.offset();
    y = floats(dy);
    yAt = dy.offset();
    dq = floatsOrNone(gq);
    dqAt = at(gq);
    addQ = moreQ;
    dk = floatsOrNone(gk);
    dkAt = at(gk);
    addK = moreK;
    dv = floatsOrNone(gv);
    dvAt = at(gv);
    addV = moreV;
  }

  private void run(Kind what, int count) {
    kind = what;
    split(count, (long) (ld + ldv) * pairs.keys().steps());
  }

  @Override
  public void multiplicative(
      Pairs newPairs,
      int newHeads,
      int size,
      int values,
      float factor,
      Slot sq,
      Slot sk,
      Slot sv,
      Slot sp,
      Slot target) {
    arguments(newPairs, newHeads, size, values, sq, sk, sv, sp);
    additive = false;
    scale = factor;
    y = floats(target);
    yAt = target.offset();
    run(Kind.FORWARD, newPairs.count());
  }

  @Override
  public void multiplicativeBackward(
      Pairs newPairs,
      int newHeads,
      int size,
      int values,
      float factor,
      Slot sq,
      Slot sk,
      Slot sv,
      Slot sp,
      Slot dy,
      Slot sds,
      @Nullable Slot gq,
      boolean moreQ,
      @Nullable Slot gk,
      boolean moreK,
      @Nullable Slot gv,
      boolean moreV) {
    arguments(newPairs, newHeads, size, values, sq, sk, sv, sp);
    additive = false;
    scale = factor;
    gradients(sds, dy, gq, moreQ, gk, moreK, gv, moreV);
    run(Kind.QUERIES, newPairs.count());
    run(Kind.KEYS, newPairs.keys().count());
  }

  @Override
  public void additive(
      Pairs newPairs,
      int size,
      int values,
      Slot sq,
      Slot sk,
      Slot sw,
      Slot sv,
      Slot sp,
      Slot scratch,
      Slot target) {
    arguments(newPairs, 1, size, values, sq, sk, sv, sp);
    additive = true;
    w = floats(sw);
    wAt = sw.offset();
    e = floats(scratch);
    eAt = scratch.offset();
    y = floats(target);
    yAt = target.offset();
    run(Kind.FORWARD, newPairs.count());
  }

  @Override
  public void additiveBackward(
      Pairs newPairs,
      int size,
      int values,
      Slot sq,
      Slot sk,
      Slot sw,
      Slot sv,
      Slot sp,
      Slot dy,
      Slot sds,
      Slot scratch,
      @Nullable Slot gq,
      boolean moreQ,
      @Nullable Slot gk,
      boolean moreK,
      @Nullable Slot gw,
      @Nullable Slot gv,
      boolean moreV) {
    arguments(newPairs, 1, size, values, sq, sk, sv, sp);
    additive = true;
    w = floats(sw);
    wAt = sw.offset();
    e = floats(scratch);
    eAt = scratch.offset();
    dw = floatsOrNone(gw);
    dwAt = at(gw);
    gradients(sds, dy, gq, moreQ, gk, moreK, gv, moreV);
    run(Kind.QUERIES, newPairs.count());
    run(Kind.KEYS, newPairs.keys().count());
    if (gw != null) {
      run(Kind.WEIGHTS, ld / Sizes.LANES);
    }
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int r = from; r < to; r++) {
      switch (kind) {
        case FORWARD -> forward(r);
        case QUERIES -> query(r);
        case KEYS -> key(r);
        case WEIGHTS -> weights(r * Sizes.LANES);
      }
    }
  }

  private int keyRow(int u, int rank) {
    return pairs.keys().first(u) + rank;
  }

  private void forward(int r) {
    int n = pairs.positions(r);
    int rank = pairs.keyRank(r);
    kernels.fill(0, y, yAt + r * ldv, ldv);
    for (int h = 0; n > 0 && h < heads; h++) {
      int weights = pAt + (r * heads + h) * ldp;
      // s_u = scale q·k_u, or w·tanh(q + k_u)
      for (int u = 0; u < n; u++) {
        p[weights + u] = score(r, keyRow(u, rank), h);
      }
      // p = softmax(s)
      kernels.softmax(p, weights, p, weights, n);
      // y = Σ_u p_u v_u
      for (int u = 0; u < n; u++) {
        int value = vAt + keyRow(u, rank) * ldv + h * valueWidth;
        kernels.axpy(p[weights + u], v, value, y, yAt + r * ldv + h * valueWidth, valueWidth);
      }
    }
  }

  private float score(int r, int key, int h) {
    if (additive) {
      bend(r, key, eAt + r * ld);
      return (float) kernels.dot(e, eAt + r * ld, w, wAt, features);
    }
    int at = h * width;
    return scale * (float) kernels.dot(q, qAt + r * ld + at, k, kAt + key * ld + at, width);
  }

  /// e = tanh(q + k)
  private void bend(int query, int key, int to) {
    kernels.copy(q, qAt + query * ld, e, to, features);
    kernels.axpy(1, k, kAt + key * ld, e, to, features);
    kernels.forward(Unary.TANH, 0, 0, e, to, e, to, features);
  }

  /// e = d w (1 - e²)
  private void unbend(float d, int to) {
    for (int j = 0; j < features; j++) {
      e[to + j] = d * w[wAt + j] * Math.fma(-e[to + j], e[to + j], 1f);
    }
  }

  /// ds of one query, and its dq.
  private void query(int r) {
    int n = pairs.positions(r);
    int rank = pairs.keyRank(r);
    if (dq.length > 0 && !addQ) {
      kernels.fill(0, dq, dqAt + r * ld, ld);
    }
    for (int h = 0; n > 0 && h < heads; h++) {
      int row = (r * heads + h) * ldp;
      int dy = yAt + r * ldv + h * valueWidth;
      // dp_u = dy·v_u   ds = p (dp - Σ dp p)
      for (int u = 0; u < n; u++) {
        int value = vAt + keyRow(u, rank) * ldv + h * valueWidth;
        ds[dsAt + row + u] = (float) kernels.dot(y, dy, v, value, valueWidth);
      }
      kernels.softmaxGradient(p, pAt + row, ds, dsAt + row, ds, dsAt + row, n, false);
      if (dq.length == 0) {
        continue;
      }
      for (int u = 0; u < n; u++) {
        int key = keyRow(u, rank);
        float d = ds[dsAt + row + u];
        if (additive) {
          // dq = Σ_u ds_u w (1 - e_u²)
          bend(r, key, eAt + r * ld);
          unbend(d, eAt + r * ld);
          kernels.axpy(1, e, eAt + r * ld, dq, dqAt + r * ld, features);
        } else {
          // dq = scale Σ_u ds_u k_u
          int at = h * width;
          kernels.axpy(scale * d, k, kAt + key * ld + at, dq, dqAt + r * ld + at, width);
        }
      }
    }
  }

  /// dk and dv of one position.
  private void key(int row) {
    Rows keys = pairs.keys();
    int u = keys.step(row);
    int rank = row - keys.first(u);
    if (dk.length > 0 && !addK) {
      kernels.fill(0, dk, dkAt + row * ld, ld);
    }
    if (dv.length > 0 && !addV) {
      kernels.fill(0, dv, dvAt + row * ldv, ldv);
    }
    int least = pairs.causal() ? u : 0;
    for (int t = pairs.querySteps(rank) - 1; t >= least; t--) {
      int r = pairs.query(t, rank);
      for (int h = 0; h < heads; h++) {
        int weight = (r * heads + h) * ldp + u;
        float d = ds[dsAt + weight];
        // dv_u = Σ_t p_tu dy_t
        if (dv.length > 0) {
          int at = h * valueWidth;
          int to = dvAt + row * ldv + at;
          kernels.axpy(p[pAt + weight], y, yAt + r * ldv + at, dv, to, valueWidth);
        }
        if (dk.length > 0 && additive) {
          // dk_u = Σ_t ds_tu w (1 - e_tu²)
          int scratch = eAt + (pairs.count() + row) * ld;
          bend(r, row, scratch);
          unbend(d, scratch);
          kernels.axpy(1, e, scratch, dk, dkAt + row * ld, features);
        } else if (dk.length > 0) {
          // dk_u = scale Σ_t ds_tu q_t
          int at = h * width;
          kernels.axpy(scale * d, q, qAt + r * ld + at, dk, dkAt + row * ld + at, width);
        }
      }
    }
  }

  /// dw = Σ_t Σ_u ds_tu e_tu, 16 columns.
  private void weights(int column) {
    int count = Math.min(Sizes.LANES, features - column);
    int scratch = eAt + column;
    for (int r = 0; r < pairs.count(); r++) {
      int rank = pairs.keyRank(r);
      int n = pairs.positions(r);
      for (int u = 0; u < n; u++) {
        kernels.copy(q, qAt + r * ld + column, e, scratch, count);
        kernels.axpy(1, k, kAt + keyRow(u, rank) * ld + column, e, scratch, count);
        kernels.forward(Unary.TANH, 0, 0, e, scratch, e, scratch, count);
        kernels.axpy(ds[dsAt + r * ldp + u], e, scratch, dw, dwAt + column, count);
      }
    }
  }
}
