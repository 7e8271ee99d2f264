package io.github.carouselml.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import org.junit.jupiter.api.Test;

/// With core alone there are plain loops, and a wish for more is answered in a sentence.
class KernelsTest {
  @Test
  void autoTakesWhatIsThere() {
    Kernels.Choice choice = Kernels.choose(Kernels.AUTO);
    assertThat(choice.provider().name()).isEqualTo("plain");
    assertThat(choice.remarks()).isEmpty();
  }

  @Test
  void simdWithoutItsJarIsRefused() {
    assertThatThrownBy(() -> Kernels.choose("simd"))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("carousel-simd")
        .hasMessageContaining("--add-modules jdk.incubator.vector");
  }

  @Test
  void anUnknownNameIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> Kernels.choose("plan"))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("'plan'")
        .hasMessageContaining("Did you mean 'plain'?");
  }

  @Test
  void backendsAreFoundByName() {
    try (Backend backend = Backends.open("cpu", new BackendOptions().withKernels("plain"))) {
      assertThat(backend.name()).isEqualTo("cpu");
    }
    assertThatThrownBy(() -> Backends.open("cpi", new BackendOptions()))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("Did you mean 'cpu'?");
    assertThatThrownBy(() -> new BackendOptions().withThreads(0))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("1 or more, not 0");
  }
}
