package io.github.carouselml.kernel;

class PlainProductsTest extends ProductsContract {
  @Override
  protected Products products() {
    return new PlainProducts();
  }
}
