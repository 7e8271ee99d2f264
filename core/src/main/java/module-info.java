/// Recurrent networks with the JDK and nothing else. What is exported to all is the API; what is
/// exported to one name is a seam of the house.
@SuppressWarnings("module") // the named readers are compiled after this module
module io.github.carouselml.core {
  requires java.management;
  requires jdk.management;
  requires static org.jspecify;

  exports io.github.carouselml.cell;
  exports io.github.carouselml.grad;
  exports io.github.carouselml.inspect;
  exports io.github.carouselml.kernel;
  exports io.github.carouselml.layer;
  exports io.github.carouselml.loss;
  exports io.github.carouselml.model;
  exports io.github.carouselml.spec;
  exports io.github.carouselml.tensor;
  exports io.github.carouselml.train;
  exports io.github.carouselml.cpu to
      io.github.carouselml.app,
      io.github.carouselml.simd;

  uses io.github.carouselml.cpu.KernelProvider;
  uses io.github.carouselml.tensor.BackendProvider;

  provides io.github.carouselml.tensor.BackendProvider with
      io.github.carouselml.cpu.CpuProvider;
}
