package io.github.carouselml.kernel;

class PlainReducedProductsTest extends ReducedProductsContract {
  @Override
  protected ReducedProducts products() {
    return new PlainReducedProducts();
  }
}
