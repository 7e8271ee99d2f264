package io.github.carouselml.cell;

/// A cell with one group of four gates that can do its recurrent product and its element-wise part
/// for a single row at once, the pre-activations staying in registers between them, and several
/// steps of it after each other. With one sequence the product of a block is so short that the calls
/// around it would show.
public interface RowKernel extends CellKernel {
  /// For [CellBlock#steps] steps: `z += R h'`, then the gates and the new state, for one row and some
  /// blocks of 16 units; the bits are those of the product followed by [CellKernel#forward]. Bound in
  /// `s` are the first step and the first block; after the first step h' is what the step before
  /// made, so with several steps these are all the blocks there are, and h' and h lie in one array.
  ///
  /// @param blocks how many
  /// @param inner the size of h'
  /// @param r the panels of R, `[block][inner][64]` from `rAt`
  /// @param hPrevAt where h' begins, all of it
  void forwardRow(CellBlock s, int blocks, int inner, float[] r, int rAt, int hPrevAt);
}
