/// Recurrent networks with the JDK and nothing else. What is exported to all is the API; what is exported to one name is
/// a seam of the house.
@SuppressWarnings("module") // the named readers are compiled after this module
module io.github.carouselml.core {
  requires static org.jspecify;

  exports io.github.carouselml.model;
  exports io.github.carouselml.spec;
  exports io.github.carouselml.kernel to
      io.github.carouselml.simd;
  exports io.github.carouselml.grad to
      io.github.carouselml.tasks;
  exports io.github.carouselml.layer to
      io.github.carouselml.tasks;
  exports io.github.carouselml.loss to
      io.github.carouselml.tasks;
  exports io.github.carouselml.tensor to
      io.github.carouselml.tasks;
  exports io.github.carouselml.train to
      io.github.carouselml.app,
      io.github.carouselml.tasks;
}
