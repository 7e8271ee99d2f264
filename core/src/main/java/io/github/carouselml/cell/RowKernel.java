package io.github.carouselml.cell;

/// A cell with one group of four gates that can do its recurrent product and its element-wise part
/// for a single row at once, the pre-activations staying in registers between them. With one
/// sequence the product of a block is so short that the calls around it would show.
public interface RowKernel extends CellKernel {
  /// `z += R h'`, then the gates and the new state, for one row and some blocks of 16 units; the bits
  /// are those of the product followed by [CellKernel#forward].
  ///
  /// @param blocks how many, the first of them bound in `s`
  /// @param inner the size of h'
  /// @param r the panels of R, `[block][inner][64]` from `rAt`
  /// @param hPrevAt where h' begins, all of it
  /// @param zPanel from one block's gates to the next
  void forwardRow(CellBlock s, int blocks, int inner, float[] r, int rAt, int hPrevAt, int zPanel);
}
