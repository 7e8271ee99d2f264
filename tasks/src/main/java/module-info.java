/// Readers, features, metrics and the tasks.
module io.github.carouselml.tasks {
  requires transitive io.github.carouselml.core;
  requires de.siegmar.fastcsv;
  requires static org.jspecify;

  exports io.github.carouselml.tasks.data;
  exports io.github.carouselml.tasks.forecast;
  exports io.github.carouselml.tasks.series;
}
