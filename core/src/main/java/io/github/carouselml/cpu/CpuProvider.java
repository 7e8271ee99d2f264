package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Team;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.BackendProvider;

/// Opens the processor that Java itself runs on.
public final class CpuProvider implements BackendProvider {
  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public Backend open(BackendOptions options) {
    Jvm.unsuitable()
        .ifPresent(reason -> {
          throw new CarouselException.Request(reason);
        });
    Kernels.Choice choice = Kernels.choose(options.kernels());
    choice.remarks().forEach(options.remarks());
    KernelProvider kernels = choice.provider();
    boolean warming = options.kernels().equals(Kernels.AUTO) && kernels.lanes() > 1;
    Team team = new Team(options.threads());
    return new CpuBackend(warming ? Engine.warming(kernels, team) : Engine.of(kernels, team));
  }
}
