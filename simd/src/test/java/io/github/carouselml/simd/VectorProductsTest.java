package io.github.carouselml.simd;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ProductsContract;

class VectorProductsTest extends ProductsContract {
  @Override
  protected Products products() {
    return new VectorProducts();
  }
}
