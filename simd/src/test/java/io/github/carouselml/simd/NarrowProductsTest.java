package io.github.carouselml.simd;

import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.ProductsContract;

/// The tiles for narrow vectors, which a machine with wide ones can run too.
class NarrowProductsTest extends ProductsContract {
  @Override
  protected Products products() {
    return new VectorProducts(false);
  }
}
