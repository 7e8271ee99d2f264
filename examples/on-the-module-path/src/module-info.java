/// A project with modules: it names what it uses. The kernels in the Vector API come along when
/// their module is added: `--add-modules io.github.carouselml.simd`.
module shop {
  requires io.github.carouselml.tasks;
}
