package io.github.carouselml;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.app.Main;
import io.github.carouselml.interop.PyTorch;
import io.github.carouselml.spec.CarouselException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the modules show to the world is a promise: this test changes only together with that promise.
final class ModulesTest {
  private static final String ROOT = "io.github.carouselml.";

  @Test
  void core_exports_its_api_and_nothing_else() throws Exception {
    assertThat(exportedToAll(CarouselException.class))
        .contains("spec")
        .isSubsetOf(
            "spec", "kernel", "cell", "tensor", "grad", "layer", "loss", "model", "train",
            "inspect");
  }

  @Test
  void core_requires_the_jdk_and_nothing_else() throws Exception {
    Set<String> atRunTime =
        descriptor(CarouselException.class).requires().stream()
            .filter(r -> !r.modifiers().contains(Modifier.STATIC))
            .map(ModuleDescriptor.Requires::name)
            .collect(Collectors.toSet());
    assertThat(atRunTime)
        .contains("java.base")
        .isSubsetOf("java.base", "java.management", "jdk.management");
  }

  @Test
  void what_goes_to_other_frameworks_exports_one_package() throws Exception {
    assertThat(exportedToAll(PyTorch.class)).containsExactly("interop");
  }

  @Test
  void the_vector_kernels_export_nothing() throws Exception {
    assertThat(exportedToAll(Class.forName(ROOT + "simd.package-info"))).isEmpty();
  }

  @Test
  void the_command_exports_nothing() throws Exception {
    assertThat(exportedToAll(Main.class)).isEmpty();
  }

  /// Provided services stand in the module descriptor for the module path and in META-INF/services for the class path.
  @Test
  void services_are_the_same_on_the_class_path_and_on_the_module_path() throws Exception {
    for (Class<?> c :
        Set.of(CarouselException.class, Class.forName(ROOT + "simd.package-info"), Main.class)) {
      ModuleDescriptor d = descriptor(c);
      for (ModuleDescriptor.Provides provided : d.provides()) {
        try (var file = c.getResourceAsStream("/META-INF/services/" + provided.service())) {
          assertThat(file).as("META-INF/services/" + provided.service()).isNotNull();
          assertThat(
                  new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).lines())
              .containsAll(provided.providers());
        }
      }
    }
  }

  private static Set<String> exportedToAll(Class<?> any) throws URISyntaxException {
    return descriptor(any).exports().stream()
        .filter(e -> !e.isQualified())
        .map(e -> e.source().substring(ROOT.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static ModuleDescriptor descriptor(Class<?> any) throws URISyntaxException {
    Path place = Path.of(any.getProtectionDomain().getCodeSource().getLocation().toURI());
    return ModuleFinder.of(place).findAll().iterator().next().descriptor();
  }
}
