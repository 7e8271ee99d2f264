/// Weights of other frameworks in and out.
module io.github.carouselml.interop {
  requires transitive io.github.carouselml.core;
  requires static org.jspecify;

  exports io.github.carouselml.interop;
}
