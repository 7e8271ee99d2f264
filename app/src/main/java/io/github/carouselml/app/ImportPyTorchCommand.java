package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.interop.Imported;
import io.github.carouselml.interop.NetworkModel;
import io.github.carouselml.interop.Probe;
import io.github.carouselml.interop.PyTorch;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `carousel import pytorch`.
@Command(
    name = "pytorch",
    sortOptions = false,
    description = {
      "Make a model of the weights of PyTorch's LSTM, GRU, RNN, Linear and Embedding.",
      "%nFILE is what safetensors.torch.save_file(model.state_dict(), FILE) wrote. Which parts"
          + " there are is read from names and shapes."
    },
    footer = {
      "%nThe probe is an input and the output that PyTorch gave for it, batch first, in eval mode:",
      "  numpy.save('in.npy', x.numpy()); numpy.save('out.npy', net(x).detach().numpy())",
      "%nExamples:",
      "  carousel import pytorch weights.safetensors --out model.safetensors"
          + " --probe in.npy,out.npy",
      "  carousel import pytorch weights.safetensors --out model.safetensors"
          + " --chain embedding,lstm,last,hidden,relu,head"
    })
final class ImportPyTorchCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "FILE", description = "The weights, a safetensors file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Mixin private OutputFile out = new OutputFile();

  @Option(
      names = "--probe",
      paramLabel = "IN,OUT",
      split = ",",
      description = "Two .npy files: the model must give OUT for IN, or nothing is written.")
  private List<Path> probe = List.of();

  @Option(
      names = "--tolerance",
      paramLabel = "D",
      description =
          "How far from OUT a number may be, times its size where that is above 1 (1e-4).")
  private @Nullable Double tolerance;

  @Option(
      names = "--chain",
      paramLabel = "PARTS",
      split = ",",
      description =
          "The modules in their order, and between them tanh, relu, sigmoid, or last for the last"
              + " step alone (default: as sizes tell).")
  private List<String> chain = List.of();

  @Option(
      names = "--nonlinearity",
      paramLabel = "tanh|relu",
      description = "What an RNN bends with, which no file tells.")
  private PyTorch.@Nullable Nonlinearity nonlinearity;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ImportPyTorchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Path target = out.path();
    checkOptions();
    Probe check = probe.isEmpty() ? null : Probe.read(probe.get(0), probe.get(1));
    Imported imported =
        PyTorch.read(file, new PyTorch.Options(chain, Optional.ofNullable(nonlinearity)));
    NetworkModel model = imported.model();
    Probe.@Nullable Result result = check == null ? null : check.replay(model);
    if (result != null) {
      result.require(allowed());
    }
    model.save(target);
    report(imported, result, target);
    return Failures.DONE;
  }

  private double allowed() {
    return tolerance == null ? 1e-4 : tolerance;
  }

  private void checkOptions() {
    if (!probe.isEmpty() && probe.size() != 2) {
      throw new CarouselException.Request(
          "--probe takes two files, the input and the output: in.npy,out.npy, not %s."
              .formatted(probe));
    }
    if (tolerance != null && probe.isEmpty()) {
      throw new CarouselException.Request("--tolerance has no effect without --probe.");
    }
    if (!(allowed() >= 0)) {
      throw new CarouselException.Request(
          "The tolerance must be 0 or more, not %s.".formatted(tolerance));
    }
  }

  private void report(Imported imported, Probe.@Nullable Result result, Path target) {
    if (json) {
      Json.Obj all = Json.object().with("model", target.toString());
      all = all.with("parts", imported.spec().parts().toString());
      all = all.with("weights", imported.weights().size());
      if (result != null) {
        all = all.with("largest_difference", result.largest()).with("tolerance", allowed());
      }
      console.print(all);
      return;
    }
    imported.spec().parts().forEach(part -> console.print(part.toString()));
    console.print("%,d weights".formatted(imported.weights().size()));
    imported.remarks().forEach(console::print);
    console.print(
        result == null
            ? "Not compared with PyTorch: --probe in.npy,out.npy does it."
            : String.format(
                Locale.ROOT,
                "Largest difference from PyTorch: %.2g, allowed %.2g.",
                result.largest(),
                allowed()));
    console.say("The model is in %s.".formatted(target));
  }
}
