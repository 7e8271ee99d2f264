/// The command.
module io.github.carouselml.app {
  requires info.picocli;
  requires io.github.carouselml.interop;
  requires io.github.carouselml.tasks;
  requires java.management;
  requires jdk.management;
  requires me.tongfei.progressbar;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;
  requires static org.jspecify;

  opens io.github.carouselml.app to
      info.picocli;
}
