package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.interop.NetworkModel;
import io.github.carouselml.interop.PyTorch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `carousel export pytorch`.
@Command(
    name = "pytorch",
    sortOptions = false,
    description = {
      "Write the weights of a network as PyTorch loads them.",
      "%nMODEL was imported, or made in Java of a NetworkSpec."
    },
    footer = {
      "%nIn Python: net.load_state_dict(safetensors.torch.load_file('weights.safetensors'))",
      "%nExample:",
      "  carousel export pytorch model.safetensors --out weights.safetensors"
    })
final class ExportPyTorchCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model, a safetensors file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path model;

  @Mixin private OutputFile out = new OutputFile();

  ExportPyTorchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Path target = out.path();
    NetworkModel network = NetworkModel.load(model);
    PyTorch.write(network.spec(), network.weights(), target);
    network.spec().parts().forEach(part -> console.print(part.toString()));
    console.say("The weights are in %s.".formatted(target));
    return Failures.DONE;
  }
}
