/// The kernels of core in the Vector API.
module io.github.carouselml.simd {
  requires io.github.carouselml.core;
  requires jdk.incubator.vector;
  requires static org.jspecify;

  provides io.github.carouselml.cpu.KernelProvider with
      io.github.carouselml.simd.VectorKernels;
}
