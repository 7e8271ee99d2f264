/// A project with modules: it names what it uses. The kernels in the Vector API come along when their module is added.
module shop {
  requires io.github.carouselml.core;
}
