/// Readers, features, metrics and the tasks.
module io.github.carouselml.tasks {
  requires transitive io.github.carouselml.core;
  requires static org.jspecify;
}
