package io.github.carouselml.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cell.PlainCells;
import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.inspect.BitsMatrix.Extent;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.PlainReducedProducts;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CellSpec;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/// Products that break the contract on bits, each in one way, and the matrix that must see it.
class BrokenContractTest {
  private static final NamedCell LSTM = new NamedCell("lstm", CellSpec.Lstm::new);
  private static final Products RIGHT = new PlainProducts();
  private static final ToLongFunction<Runnable> NOTHING =
      run -> {
        run.run();
        return 0;
      };

  /// Right, but for some calls.
  private abstract static class Wrong implements Products {
    @Override
    public void multiply(
        int vectors,
        int rows,
        int outer,
        int inner,
        float[] a,
        int aAt,
        int aRow,
        int aOuter,
        float[] b,
        int bAt,
        float[] init,
        int initAt,
        int initRow,
        float[] c,
        int cAt,
        int cRow) {
      RIGHT.multiply(
          vectors, rows, outer, inner, a, aAt, aRow, aOuter, b, bAt, init, initAt, initRow, c, cAt,
          cRow);
    }

    @Override
    public void multiplyTransposed(
        int vectors,
        int rows,
        int inner,
        float[] a,
        int aAt,
        int aRow,
        float[] b,
        int bAt,
        int bRow,
        float[] c,
        int cAt,
        int cRow) {
      RIGHT.multiplyTransposed(vectors, rows, inner, a, aAt, aRow, b, bAt, bRow, c, cAt, cRow);
    }
  }

  /// The inner dimension from its end.
  private static class Backwards extends Wrong {
    boolean applies(int rows) {
      return true;
    }

    @Override
    public void multiply(
        int vectors,
        int rows,
        int outer,
        int inner,
        float[] a,
        int aAt,
        int aRow,
        int aOuter,
        float[] b,
        int bAt,
        float[] init,
        int initAt,
        int initRow,
        float[] c,
        int cAt,
        int cRow) {
      if (!applies(rows)) {
        super.multiply(
            vectors, rows, outer, inner, a, aAt, aRow, aOuter, b, bAt, init, initAt, initRow, c,
            cAt, cRow);
        return;
      }
      int width = LANES * vectors;
      for (int m = 0; m < rows; m++) {
        for (int n = 0; n < width; n++) {
          float sum = init[initAt + m * initRow + n];
          for (int k = outer * inner - 1; k >= 0; k--) {
            float left = a[aAt + m * aRow + k / inner * aOuter + k % inner];
            sum = Math.fma(left, b[bAt + k * width + n], sum);
          }
          c[cAt + m * cRow + n] = sum;
        }
      }
    }
  }

  private static Check check(Products products) {
    IntFunction<io.github.carouselml.tensor.Backend> backends =
        threads ->
            TestBackends.of(
                new Engine(
                    new PlainElementwise(),
                    products,
                    new PlainReducedProducts(),
                    new PlainCells(),
                    new Team(threads)));
    return new BitsMatrix(backends, NOTHING, BitsDigest.committed()).check(LSTM, Extent.FAST);
  }

  @Test
  void the_right_products_pass() {
    Check check = check(RIGHT);
    assertThat(check.failures()).isEmpty();
    assertThat(check.cases()).isGreaterThan(20);
  }

  @Test
  void another_order_of_sums_changes_every_digest_and_nothing_else() {
    Check check = check(new Backwards());
    assertThat(check.failures())
        .hasSize(2 * 2 * 3)
        .allMatch(failure -> failure.contains("but bits.digest has"));
  }

  @Test
  void an_order_that_depends_on_the_rows_shows_in_other_company() {
    Check check =
        check(
            new Backwards() {
              @Override
              boolean applies(int rows) {
                return rows == 1;
              }
            });
    assertThat(check.failures()).anyMatch(failure -> failure.contains("alone"));
    assertThat(check.failures()).anyMatch(failure -> failure.contains("step by step"));
  }

  @Test
  void a_gradient_that_is_summed_in_another_order_shows_in_training_alone() {
    Check check =
        check(
            new Wrong() {
              @Override
              public void multiplyTransposed(
                  int vectors,
                  int rows,
                  int inner,
                  float[] a,
                  int aAt,
                  int aRow,
                  float[] b,
                  int bAt,
                  int bRow,
                  float[] c,
                  int cAt,
                  int cRow) {
                for (int k = inner - 1; k >= 0; k--) {
                  RIGHT.multiplyTransposed(
                      vectors,
                      rows,
                      1,
                      a,
                      aAt + k * aRow,
                      aRow,
                      b,
                      bAt + k * bRow,
                      bRow,
                      c,
                      cAt,
                      cRow);
                }
              }
            });
    assertThat(check.failures())
        .hasSize(2 * 3)
        .allMatch(failure -> failure.contains(", train: the bits are"));
  }

  @Test
  void a_call_that_goes_on_allocating_does_not_count() {
    var matrix =
        new BitsMatrix(
            TestBackends::plain,
            run -> {
              run.run();
              return 24;
            },
            BitsDigest.committed(),
            1);
    Check check = matrix.check(LSTM, Extent.FAST);
    assertThat(check.failures()).anyMatch(failure -> failure.contains("still allocates 24 bytes"));
    assertThat(check.passed()).isLessThan(10);
  }
}
