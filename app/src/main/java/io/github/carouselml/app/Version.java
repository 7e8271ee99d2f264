package io.github.carouselml.app;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// Which Carousel this is, as the jar's manifest says.
final class Version implements IVersionProvider {
  static String text() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "(not from a jar)");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "carousel " + text(), "Java ${java.version} (${java.vendor}), ${os.name} ${os.arch}"
    };
  }
}
