/// The command.
module io.github.carouselml.app {
  requires info.picocli;
  requires io.github.carouselml.tasks;
  requires static org.jspecify;

  opens io.github.carouselml.app to
      info.picocli;
}
