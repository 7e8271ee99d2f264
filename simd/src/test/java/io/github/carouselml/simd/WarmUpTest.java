package io.github.carouselml.simd;

import io.github.carouselml.cell.CellBlock;
import io.github.carouselml.cell.CellKernel;
import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.cell.CellShape;
import io.github.carouselml.cpu.KernelProvider;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ReducedProducts;
import io.github.carouselml.layer.WarmUpContract;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

class WarmUpTest extends WarmUpContract {
  private final Thread caller = Thread.currentThread();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong reducedCalls = new AtomicLong();
  private final AtomicLong forwards = new AtomicLong();
  private final AtomicLong backwards = new AtomicLong();

  @Override
  protected long callsOfThisThread() {
    return Math.min(calls.get(), Math.min(forwards.get(), backwards.get()));
  }

  @Override
  protected long reducedCallsOfThisThread() {
    return reducedCalls.get();
  }

  @Override
  protected KernelProvider fast() {
    VectorKernels vectors = new VectorKernels();
    return new KernelProvider() {
      @Override
      public String name() {
        return "counted";
      }

      @Override
      public int preference() {
        return 0;
      }

      @Override
      public Optional<String> unavailable() {
        return Optional.empty();
      }

      @Override
      public int lanes() {
        return vectors.lanes();
      }

      @Override
      public Elementwise elementwise() {
        return vectors.elementwise();
      }

      @Override
      public Products products() {
        return new Counted(vectors.products());
      }

      @Override
      public ReducedProducts reduced() {
        ReducedProducts reduced = vectors.reduced();
        return (b, from, to, a, aAt, init, initAt, initPanel, c, cAt) -> {
          count(reducedCalls);
          reduced.multiply(b, from, to, a, aAt, init, initAt, initPanel, c, cAt);
        };
      }

      @Override
      public CellKernels cells() {
        return cell -> new CountedCell(vectors.cells().of(cell));
      }
    };
  }

  private void count(AtomicLong of) {
    if (Thread.currentThread() == caller) {
      of.incrementAndGet();
    }
  }

  private final class CountedCell implements CellKernel {
    private final CellKernel cell;

    CountedCell(CellKernel cell) {
      this.cell = cell;
    }

    @Override
    public CellShape shape() {
      return cell.shape();
    }

    @Override
    public boolean carries() {
      return cell.carries();
    }

    @Override
    public void forward(int stage, CellBlock s) {
      count(forwards);
      cell.forward(stage, s);
    }

    @Override
    public void backward(int stage, CellBlock s) {
      count(backwards);
      cell.backward(stage, s);
    }
  }

  private final class Counted implements Products {
    private final Products products;

    Counted(Products products) {
      this.products = products;
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
      if (Thread.currentThread() == caller) {
        calls.incrementAndGet();
      }
      products.multiply(
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
      products.multiplyTransposed(vectors, rows, inner, a, aAt, aRow, b, bAt, bRow, c, cAt, cRow);
    }
  }
}
