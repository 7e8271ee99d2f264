package io.github.carouselml.tensor;

import org.jspecify.annotations.Nullable;

/// Attention: every query takes a weighted mean of the values of its own sequence, the weights
/// being a softmax over how well its keys fit. Only real positions exist: those that a query may not see
/// are left out of every sum, never weighted by 0.
///
/// Sums over positions run with the position ascending, sums over queries with their step
/// descending, so that nothing depends on other sequences or on steps that cannot be seen.
public interface Attentions {
  /// Which queries see which positions.
  ///
  /// @param queries the batch of the queries
  /// @param perStep whether there is a query for each step of `queries`, or one for each sequence
  /// @param keys the batch of keys and values: the same sequences, in the same places
  /// @param causal whether the query of step t sees the positions 0 to t alone
  record Pairs(Rows queries, boolean perStep, Rows keys, boolean causal) {
    /// The queries of the present batch.
    public int count() {
      return perStep ? queries.count() : queries.sequences();
    }

    /// The step of a query.
    public int step(int query) {
      return perStep ? queries.step(query) : 0;
    }

    /// The rank of a query's sequence among the keys.
    public int keyRank(int query) {
      int rank = perStep ? query - queries.first(queries.step(query)) : query;
      return keys.rank(queries.sequence(rank));
    }

    /// The positions that a query sees.
    public int positions(int query) {
      return causal ? step(query) + 1 : keys.length(keyRank(query));
    }

    /// The steps of the queries of the sequence at a rank of the keys.
    public int querySteps(int keyRank) {
      return perStep ? queries.length(queries.rank(keys.sequence(keyRank))) : 1;
    }

    /// The query of a step of that sequence.
    public int query(int step, int keyRank) {
      int rank = queries.rank(keys.sequence(keyRank));
      return perStep ? queries.first(step) + rank : rank;
    }

    /// The distance of two rows of weights.
    public int weightRow() {
      return Sizes.stride(keys.maxSteps());
    }
  }

  /// `p = softmax_u(scale q·k_u)`, `y = Σ_u p_u v_u`, in each of `heads` equal parts of the
  /// features of q and k and of v and y. p has a row of [Pairs#weightRow] floats for each query and head.
  void multiplicative(
      Pairs pairs,
      int heads,
      int features,
      int valueFeatures,
      float scale,
      Slot q,
      Slot k,
      Slot v,
      Slot p,
      Slot y);

  /// With `ds = p (dp - Σ dp p)`, `dp_u = dy·v_u`: `dq (+)= scale Σ_u ds_u k_u`,
  /// `dk_u (+)= scale Σ_t ds_tu q_t`, `dv_u (+)= Σ_t p_tu dy_t`. ds is scratch like p.
  void multiplicativeBackward(
      Pairs pairs,
      int heads,
      int features,
      int valueFeatures,
      float scale,
      Slot q,
      Slot k,
      Slot v,
      Slot p,
      Slot dy,
      Slot ds,
      @Nullable Slot dq,
      boolean addQ,
      @Nullable Slot dk,
      boolean addK,
      @Nullable Slot dv,
      boolean addV);

  /// `p = softmax_u(w·tanh(q + k_u))`, `y = Σ_u p_u v_u`. `scratch` has room for a row like q for
  /// each query.
  void additive(
      Pairs pairs,
      int features,
      int valueFeatures,
      Slot q,
      Slot k,
      Slot w,
      Slot v,
      Slot p,
      Slot scratch,
      Slot y);

  /// With `e_u = tanh(q + k_u)` and ds as above: `dq (+)= Σ_u ds_u w (1 - e_u²)`,
  /// `dk_u (+)= Σ_t ds_tu w (1 - e_tu²)`, `dw += Σ_t Σ_u ds_tu e_tu` in memory order of queries,
  /// `dv_u (+)= Σ_t p_tu dy_t`. `scratch` has room for a row like q for each query and each key.
  void additiveBackward(
      Pairs pairs,
      int features,
      int valueFeatures,
      Slot q,
      Slot k,
      Slot w,
      Slot v,
      Slot p,
      Slot dy,
      Slot ds,
      Slot scratch,
      @Nullable Slot dq,
      boolean addQ,
      @Nullable Slot dk,
      boolean addK,
      @Nullable Slot dw,
      @Nullable Slot dv,
      boolean addV);
}
