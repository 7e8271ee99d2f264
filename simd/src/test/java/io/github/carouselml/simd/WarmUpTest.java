package io.github.carouselml.simd;

import io.github.carouselml.cell.CellKernels;
import io.github.carouselml.cpu.KernelProvider;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.layer.WarmUpContract;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

class WarmUpTest extends WarmUpContract {
  private final Thread caller = Thread.currentThread();
  private final AtomicLong calls = new AtomicLong();

  @Override
  protected long callsOfThisThread() {
    return calls.get();
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
      public CellKernels cells() {
        return vectors.cells();
      }
    };
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
