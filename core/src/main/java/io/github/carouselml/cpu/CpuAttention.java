package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;
import static io.github.carouselml.cpu.CpuBuffer.floatsOrNone;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Attentions;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Attention by pieces of one sequence, one head and a block of queries, or, for the gradients of keys
/// and values, of positions. A piece copies its operands together and multiplies them by panels; every
/// element of a result is one chain in one thread, over the positions that its query sees or the
/// queries that see its position, so that nothing shows how the pieces were cut.
///
/// Within a sequence and a head, queries are counted by *place*: the last step first, as rows lie in
/// memory. Weights have a row for each place.
final class CpuAttention extends Work implements Attentions {
  private enum Kind {
    FORWARD,
    QUERIES,
    KEYS,
    WEIGHTS
  }

  /// Queries, or positions, of a piece where the sequences alone are not enough pieces.
  private static final int BLOCK = 64;

  private static final int PANEL = Products.PANEL;

  /// Queries that each see one position less are multiplied by so many at a time, as far as all of
  /// them see.
  private static final int TILE = 4;

  /// So many multiply-adds cost about as much as one float of other work.
  private static final int CHEAP = 8;

  private static final float[] ZEROS = new float[PANEL];

  private final Elementwise kernels;
  private final Products products;
  private final AttentionCopies[] copies;

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
  private int places; // of queries, for each sequence and head
  private int block;
  private int blocks;
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
    products = engine.products();
    copies = new AttentionCopies[threads()];
    Arrays.setAll(copies, _ -> new AttentionCopies());
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
    places = newPairs.perStep() ? newPairs.queries().maxSteps() : 1;
    for (AttentionCopies each : copies) {
      each.reserve(Math.max(places, newPairs.keys().maxSteps()), Math.max(width, valueWidth));
    }
    q = floats(sq);
    qAt = at(sq);
    k = floats(sk);
    kAt = at(sk);
    v = floats(sv);
    vAt = at(sv);
    p = floats(sp);
    pAt = at(sp);
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
    dsAt = at(sds);
    y = floats(dy);
    yAt = at(dy);
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

  private void run(Kind what) {
    kind = what;
    Rows keys = pairs.keys();
    int queries = pairs.perStep() ? pairs.queries().steps() : 1;
    int most = what == Kind.KEYS ? keys.steps() : queries;
    int chains = keys.sequences() * heads;
    block = chains < 4 * threads() ? BLOCK : Math.max(1, most);
    blocks = (most + block - 1) / block;
    long others = what == Kind.KEYS ? queries : keys.steps();
    split(chains * blocks, Math.min(block, most) * others * (width + valueWidth) / CHEAP);
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
    yAt = at(target);
    run(Kind.FORWARD);
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
    run(Kind.QUERIES);
    run(Kind.KEYS);
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
    wAt = at(sw);
    e = floats(scratch);
    eAt = at(scratch);
    y = floats(target);
    yAt = at(target);
    run(Kind.FORWARD);
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
    wAt = at(sw);
    e = floats(scratch);
    eAt = at(scratch);
    dw = floatsOrNone(gw);
    dwAt = at(gw);
    gradients(sds, dy, gq, moreQ, gk, moreK, gv, moreV);
    run(Kind.QUERIES);
    run(Kind.KEYS);
    if (gw != null) {
      kind = Kind.WEIGHTS;
      split(ld / Sizes.LANES, (long) Sizes.LANES * newPairs.count() * newPairs.keys().steps());
    }
  }

  @Override
  void rows(int from, int to, int worker) {
    for (int piece = from; piece < to; piece++) {
      if (kind == Kind.WEIGHTS) {
        weights(piece * Sizes.LANES);
        continue;
      }
      int first = piece % blocks * block;
      int head = piece / blocks % heads;
      int rank = piece / blocks / heads;
      int rows = kind == Kind.KEYS ? pairs.keys().length(rank) : pairs.querySteps(rank);
      int end = Math.min(rows, first + block);
      if (first < end) {
        switch (kind) {
          case FORWARD -> forward(rank, head, first, end, copies[worker]);
          case QUERIES -> queries(rank, head, first, end, copies[worker]);
          case KEYS -> keys(rank, head, first, end, copies[worker]);
          case WEIGHTS -> {}
        }
      }
    }
  }

  /// The row of the query at a place.
  private int query(int rank, int place) {
    return pairs.query(pairs.querySteps(rank) - 1 - place, rank);
  }

  private int key(int rank, int position) {
    return pairs.keys().first(position) + rank;
  }

  /// How many positions the query at a place sees.
  private int positions(int rank, int place) {
    return pairs.causal() ? pairs.querySteps(rank) - place : pairs.keys().length(rank);
  }

  /// Where the weights of a place begin among all weights.
  private int weightsAt(int rank, int head, int place) {
    return ((rank * heads + head) * places + place) * ldp;
  }

  private void forward(int rank, int head, int first, int end, AttentionCopies copies) {
    int weights = pAt + weightsAt(rank, head, first);
    // s_u = scale q·k_u, or w·tanh(q + k_u)
    if (additive) {
      for (int i = first; i < end; i++) {
        scores(rank, i, weights + (i - first) * ldp);
      }
    } else {
      int at = head * width;
      rows(false, rank, first, end, q, qAt + at, ld, width, scale, copies);
      dots(rank, first, end, k, kAt + at, ld, width, p, weights, copies);
    }
    // p = softmax(s)
    for (int i = first; i < end; i++) {
      int n = positions(rank, i);
      if (n > 0) {
        int row = weights + (i - first) * ldp;
        kernels.softmax(p, row, p, row, n);
      }
    }
    // y = Σ_u p_u v_u
    int at = head * valueWidth;
    sums(true, rank, first, end, p, weights, v, vAt, 1, y, yAt, false, ldv, at, valueWidth, copies);
  }

  /// ds of some queries, and their dq.
  private void queries(int rank, int head, int first, int end, AttentionCopies copies) {
    int weights = weightsAt(rank, head, first);
    int at = head * valueWidth;
    // dp_u = dy·v_u   ds = p (dp - Σ dp p)
    rows(false, rank, first, end, y, yAt + at, ldv, valueWidth, 1, copies);
    dots(rank, first, end, v, vAt + at, ldv, valueWidth, ds, dsAt + weights, copies);
    for (int i = first; i < end; i++) {
      int row = weights + (i - first) * ldp;
      int n = positions(rank, i);
      kernels.softmaxGradient(p, pAt + row, ds, dsAt + row, ds, dsAt + row, n, false);
    }
    if (dq.length == 0) {
      return;
    }
    if (additive) {
      for (int i = first; i < end; i++) {
        bentQuery(rank, i, dsAt + weights + (i - first) * ldp);
      }
    } else {
      // dq = Σ_u ds_u scale k_u
      sums(
          true,
          rank,
          first,
          end,
          ds,
          dsAt + weights,
          k,
          kAt,
          scale,
          dq,
          dqAt,
          addQ,
          ld,
          head * width,
          width,
          copies);
    }
  }

  /// dk and dv of some positions.
  private void keys(int rank, int head, int first, int end, AttentionCopies copies) {
    int weights = weightsAt(rank, head, 0);
    // dv_u = Σ_t p_tu dy_t
    if (dv.length > 0) {
      sums(
          false,
          rank,
          first,
          end,
          p,
          pAt + weights,
          y,
          yAt,
          1,
          dv,
          dvAt,
          addV,
          ldv,
          head * valueWidth,
          valueWidth,
          copies);
    }
    if (dk.length == 0) {
      return;
    }
    if (additive) {
      for (int u = first; u < end; u++) {
        bentKey(rank, u);
      }
    } else {
      // dk_u = Σ_t ds_tu scale q_t
      sums(
          false,
          rank,
          first,
          end,
          ds,
          dsAt + weights,
          q,
          qAt,
          scale,
          dk,
          dkAt,
          addK,
          ld,
          head * width,
          width,
          copies);
    }
  }

  /// Copies `columns` of the rows of some positions, or of queries by place, together: a row every
  /// [Sizes#stride] floats.
  private void rows(
      boolean ofKeys,
      int rank,
      int first,
      int end,
      float[] x,
      int xAt,
      int ldx,
      int columns,
      float factor,
      AttentionCopies copies) {
    int ldr = Sizes.stride(columns);
    float[] to = copies.rows;
    for (int i = first; i < end; i++) {
      int row = ofKeys ? key(rank, i) : query(rank, i);
      int at = (i - first) * ldr;
      if (factor == 1) {
        System.arraycopy(x, xAt + row * ldx, to, at, columns);
      } else {
        kernels.forward(Unary.AFFINE, factor, 0, x, xAt + row * ldx, to, at, columns);
      }
      Arrays.fill(to, at + columns, at + ldr, 0f);
    }
  }

  /// `s_iu = a_i · b_u`, from 0 and features ascending, of the copied rows and the positions that
  /// the first query sees.
  private void dots(
      int rank,
      int first,
      int end,
      float[] b,
      int bAt,
      int ldb,
      int columns,
      float[] s,
      int sAt,
      AttentionCopies copies) {
    int n = positions(rank, first);
    int ldr = Sizes.stride(columns);
    float[] a = copies.rows;
    float[] turned = copies.turned;
    for (int u = 0; u < n; u += PANEL) {
      int vectors = Sizes.blocks(Math.min(PANEL, n - u));
      int lanes = vectors * Sizes.LANES;
      for (int j = 0; j < Math.min(PANEL, n - u); j++) {
        int at = bAt + key(rank, u + j) * ldb;
        for (int f = 0; f < columns; f++) {
          turned[f * lanes + j] = b[at + f];
        }
      }
      // in a causal piece those further down do not see so far
      int rows = pairs.causal() ? Math.min(end - first, n - u) : end - first;
      products.multiply(
          vectors, rows, 1, columns, a, 0, ldr, 0, turned, 0, ZEROS, 0, 0, s, sAt + u, ldp);
    }
  }

  /// `y_i (+)= Σ_u a_iu factor b_u` of queries over positions, u ascending, or `y_u (+)= Σ_i a_iu
  /// factor b_i` of positions over queries, by place; of the features `[begin, begin + columns)`.
  private void sums(
      boolean ofQueries,
      int rank,
      int first,
      int end,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float factor,
      float[] to,
      int toAt,
      boolean add,
      int ldTo,
      int begin,
      int columns,
      AttentionCopies copies) {
    int n = ofQueries ? positions(rank, first) : pairs.querySteps(rank);
    for (int f = 0; f < columns; f += PANEL) {
      int real = Math.min(PANEL, columns - f);
      int lanes = Sizes.stride(real);
      int from = begin + f;
      rows(ofQueries, rank, 0, n, b, bAt + from, ldTo, real, factor, copies);
      float[] c = copies.results;
      for (int i = first; i < end; i++) {
        int at = (i - first) * lanes;
        int row = toAt + (ofQueries ? query(rank, i) : key(rank, i)) * ldTo + from;
        if (add) {
          System.arraycopy(to, row, c, at, real);
        }
        Arrays.fill(c, at + (add ? real : 0), at + lanes, 0f);
      }
      if (ofQueries) {
        overPositions(rank, first, end, a, aAt, lanes, copies.rows, c);
      } else {
        overQueries(rank, first, end, a, aAt, lanes, copies.rows, c);
      }
      for (int i = first; i < end; i++) {
        int row = toAt + (ofQueries ? query(rank, i) : key(rank, i)) * ldTo + from;
        System.arraycopy(c, (i - first) * lanes, to, row, real);
        if (from + real == heads * columns) {
          Arrays.fill(to, row + real, row - from + ldTo, 0f);
        }
      }
    }
  }

  /// `c_i += Σ_u a_iu b_u` over the positions that a query sees.
  private void overPositions(
      int rank, int first, int end, float[] a, int aAt, int lanes, float[] b, float[] c) {
    int step = pairs.causal() ? TILE : end - first;
    for (int i = first; i < end; i += step) {
      int last = Math.min(end, i + step) - 1;
      int n = positions(rank, last);
      int row = aAt + (i - first) * ldp;
      int at = (i - first) * lanes;
      products.multiply(
          lanes / Sizes.LANES,
          last - i + 1,
          1,
          n,
          a,
          row,
          ldp,
          0,
          b,
          0,
          c,
          at,
          lanes,
          c,
          at,
          lanes);
      for (int j = i; j < last; j++) {
        for (int u = n; u < positions(rank, j); u++) {
          float s = a[aAt + (j - first) * ldp + u];
          kernels.axpy(s, b, u * lanes, c, (j - first) * lanes, lanes);
        }
      }
    }
  }

  /// `c_u += Σ_i a_iu b_i` over the queries that see a position.
  private void overQueries(
      int rank, int first, int end, float[] a, int aAt, int lanes, float[] b, float[] c) {
    int queries = pairs.querySteps(rank);
    int step = pairs.causal() ? TILE : end - first;
    for (int u = first; u < end; u += step) {
      int last = Math.min(end, u + step) - 1;
      int n = pairs.causal() ? queries - last : queries;
      products.multiplyTransposed(
          lanes / Sizes.LANES,
          last - u + 1,
          n,
          a,
          aAt + u,
          ldp,
          b,
          0,
          lanes,
          c,
          (u - first) * lanes,
          lanes);
      for (int j = u; j < last; j++) {
        for (int i = n; i < queries - j; i++) {
          float s = a[aAt + i * ldp + j];
          kernels.axpy(s, b, i * lanes, c, (j - first) * lanes, lanes);
        }
      }
    }
  }

  /// `s_u = w·tanh(q + k_u)` of one query.
  private void scores(int rank, int place, int to) {
    int r = query(rank, place);
    for (int u = 0; u < positions(rank, place); u++) {
      bend(r, key(rank, u), eAt + r * ld);
      p[to + u] = (float) kernels.dot(e, eAt + r * ld, w, wAt, features);
    }
  }

  /// `dq = Σ_u ds_u w (1 - e_u²)` of one query.
  private void bentQuery(int rank, int place, int slopes) {
    int r = query(rank, place);
    if (!addQ) {
      kernels.fill(0, dq, dqAt + r * ld, ld);
    }
    for (int u = 0; u < positions(rank, place); u++) {
      bend(r, key(rank, u), eAt + r * ld);
      unbend(ds[slopes + u], eAt + r * ld);
      kernels.axpy(1, e, eAt + r * ld, dq, dqAt + r * ld, features);
    }
  }

  /// `dk_u = Σ_t ds_tu w (1 - e_tu²)` of one position.
  private void bentKey(int rank, int position) {
    int row = key(rank, position);
    int scratch = eAt + (pairs.count() + row) * ld;
    if (!addK) {
      kernels.fill(0, dk, dkAt + row * ld, ld);
    }
    for (int i = 0; i < pairs.querySteps(rank); i++) {
      bend(query(rank, i), row, scratch);
      unbend(ds[dsAt + weightsAt(rank, 0, i) + position], scratch);
      kernels.axpy(1, e, scratch, dk, dkAt + row * ld, features);
    }
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

  /// dw = Σ_t Σ_u ds_tu e_tu, 16 columns.
  private void weights(int column) {
    int count = Math.min(Sizes.LANES, features - column);
    int scratch = eAt + column;
    for (int r = 0; r < pairs.count(); r++) {
      int rank = pairs.keyRank(r);
      int slopes = dsAt + weightsAt(rank, 0, pairs.querySteps(rank) - 1 - pairs.step(r));
      for (int u = 0; u < pairs.positions(r); u++) {
        kernels.copy(q, qAt + r * ld + column, e, scratch, count);
        kernels.axpy(1, k, kAt + key(rank, u) * ld + column, e, scratch, count);
        kernels.forward(Unary.TANH, 0, 0, e, scratch, e, scratch, count);
        kernels.axpy(ds[slopes + u], e, scratch, dw, dwAt + column, count);
      }
    }
  }
}
