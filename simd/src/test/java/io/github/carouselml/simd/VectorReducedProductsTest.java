package io.github.carouselml.simd;

import io.github.carouselml.kernel.ReducedProducts;
import io.github.carouselml.kernel.ReducedProductsContract;

class VectorReducedProductsTest extends ReducedProductsContract {
  @Override
  protected ReducedProducts products() {
    return new VectorReducedProducts();
  }
}
