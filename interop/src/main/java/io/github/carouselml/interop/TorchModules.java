package io.github.carouselml.interop;

import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The modules in a file of weights, found by names and shapes: for each name what it may be.
final class TorchModules {
  private static final Pattern RECURRENT =
      Pattern.compile("(?:(.*)\\.)?(?:weight|bias)_(?:ih|hh|hr)_l(\\d{1,4})(?:_reverse)?");
  private static final Pattern DENSE = Pattern.compile("(?:(.*)\\.)?(?:weight|bias)");

  private final TorchFile file;
  private final Optional<PyTorch.Nonlinearity> nonlinearity;
  private final Map<String, List<Part>> modules = new LinkedHashMap<>();
  private final Set<String> unknown = new TreeSet<>();
  private final Set<String> used = new TreeSet<>();

  TorchModules(TorchFile file, Optional<PyTorch.Nonlinearity> nonlinearity) {
    this.file = file;
    this.nonlinearity = nonlinearity;
    Set<String> recurrent = new TreeSet<>();
    Set<String> dense = new TreeSet<>();
    for (String name : file.names()) {
      Matcher r = RECURRENT.matcher(name);
      Matcher d = DENSE.matcher(name);
      if (r.matches()) {
        recurrent.add(Optional.ofNullable(r.group(1)).orElse(""));
      } else if (d.matches()) {
        dense.add(Optional.ofNullable(d.group(1)).orElse(""));
      }
    }
    for (String module : recurrent) {
      modules.put(module, List.of(stack(module)));
    }
    for (String module : dense) {
      if (file.has(TorchNames.inside(module, "weight"))
          && file.shape(TorchNames.inside(module, "weight")).size() == 2) {
        add(module, matrix(module));
      }
    }
    unknown.addAll(file.names());
    unknown.removeAll(used);
    if (nonlinearity.isPresent() && modules.values().stream().noneMatch(this::isRnn)) {
      throw new CarouselException.Request(
          "The nonlinearity %s has no effect: %s has no RNN."
              .formatted(
                  nonlinearity.get().name().toLowerCase(java.util.Locale.ROOT), file.path()));
    }
  }

  private void add(String module, List<Part> meanings) {
    if (modules.put(module, meanings) != null) {
      throw bad("it has both a recurrent and a dense module named '%s'.", module);
    }
  }

  private boolean isRnn(List<Part> meanings) {
    return meanings.getFirst() instanceof Part.Stack stack && stack.cell() instanceof CellSpec.Rnn;
  }

  /// By module what it may be, the likelier first.
  Map<String, List<Part>> modules() {
    return modules;
  }

  /// Tensors that belong to no module.
  Set<String> unknown() {
    return unknown;
  }

  private CarouselException bad(String what, Object... arguments) {
    return new CarouselException.BadFile(
        "%s cannot be imported: %s".formatted(file.path(), what.formatted(arguments)));
  }

  /// A matrix with a bias is a Linear; one without may be an Embedding as well.
  private List<Part> matrix(String module) {
    String weight = TorchNames.inside(module, "weight");
    String bias = TorchNames.inside(module, "bias");
    int rows = file.shape(weight).get(0);
    int columns = file.shape(weight).get(1);
    used.add(weight);
    if (rows == 0 || columns == 0) {
      throw bad("the tensor '%s' of shape %s holds nothing.", weight, file.shape(weight));
    }
    if (!file.has(bias)) {
      return List.of(
          new Part.Lookup(module, rows, columns), new Part.Linear(module, columns, rows, false));
    }
    expect(bias, List.of(rows));
    used.add(bias);
    return List.of(new Part.Linear(module, columns, rows, true));
  }

  private void expect(String tensor, List<Integer> shape) {
    if (!file.shape(tensor).equals(shape)) {
      throw bad(
          "the tensor '%s' has the shape %s, but %s was expected.",
          tensor, file.shape(tensor), shape);
    }
  }

  private Part.Stack stack(String module) {
    TorchNames first = new TorchNames(module, 0, false);
    List<Integer> hh = file.shape(first.recurrentWeight());
    List<Integer> ih = file.shape(first.inputWeight());
    if (hh.size() != 2 || ih.size() != 2) {
      throw bad(
          "'%s' and '%s' must be matrices, but have the shapes %s and %s.",
          first.inputWeight(), first.recurrentWeight(), ih, hh);
    }
    boolean projected = file.has(first.projection());
    if (projected && file.shape(first.projection()).size() != 2) {
      throw bad(
          "'%s' must be a matrix, but has the shape %s.",
          first.projection(), file.shape(first.projection()));
    }
    int P = hh.get(1);
    int H = projected ? file.shape(first.projection()).getLast() : P;
    CellSpec cell = cell(first, hh.get(0), H, projected ? P : 0);
    int layers = 1;
    while (file.has(new TorchNames(module, layers, false).inputWeight())) {
      layers++;
    }
    boolean both = file.has(new TorchNames(module, 0, true).inputWeight());
    boolean bias = file.has(first.inputBias());
    var stack = new Part.Stack(module, ih.get(1), cell, layers, both, bias);
    for (int layer = 0; layer < layers; layer++) {
      int inputs = layer == 0 ? ih.get(1) : both ? 2 * P : P;
      for (boolean reverse : both ? List.of(false, true) : List.of(false)) {
        TorchNames names = new TorchNames(module, layer, reverse);
        List<String> tensors = new ArrayList<>(List.of(names.inputWeight()));
        expect(names.inputWeight(), List.of(hh.get(0), inputs));
        tensors.add(names.recurrentWeight());
        expect(names.recurrentWeight(), hh);
        if (bias) {
          tensors.add(names.inputBias());
          expect(names.inputBias(), List.of(hh.get(0)));
          tensors.add(names.recurrentBias());
          expect(names.recurrentBias(), List.of(hh.get(0)));
        }
        if (projected) {
          tensors.add(names.projection());
          expect(names.projection(), List.of(P, H));
        }
        used.addAll(tensors);
      }
    }
    refuseMore(module, layers, both, bias);
    return stack;
  }

  /// A tensor of the module that its own first layer does not lead one to expect.
  private void refuseMore(String module, int layers, boolean both, boolean bias) {
    for (String name : file.names()) {
      Matcher r = RECURRENT.matcher(name);
      boolean ofModule = r.matches() && Optional.ofNullable(r.group(1)).orElse("").equals(module);
      if (ofModule && !used.contains(name)) {
        throw bad(
            "the tensor '%s' does not belong to a stack of %d layers, %s, %s. Is a tensor of '%s'"
                + " missing? It has %s.",
            name,
            layers,
            both ? "both ways" : "one way",
            bias ? "with biases" : "without biases",
            module,
            TorchFile.some(ofModule(module)));
      }
    }
  }

  private Set<String> ofModule(String module) {
    Set<String> found = new TreeSet<>();
    for (String name : file.names()) {
      Matcher r = RECURRENT.matcher(name);
      if (r.matches() && Optional.ofNullable(r.group(1)).orElse("").equals(module)) {
        found.add(name);
      }
    }
    return found;
  }

  private CellSpec cell(TorchNames first, int rows, int H, int projection) {
    String shape = "'%s' has %d rows".formatted(first.recurrentWeight(), rows);
    if (H < 1 || rows % H != 0 || (projection > 0 && rows != 4 * H)) {
      throw bad(
          "%s, which is not %s the hidden size %d.",
          shape, projection > 0 ? "4 times" : "1, 3 or 4 times", H);
    }
    return switch (rows / H) {
      case 4 -> {
        CellSpec.Lstm lstm = new CellSpec.Lstm(H);
        yield projection > 0 ? lstm.withProjectionSize(projection) : lstm;
      }
      case 3 -> new CellSpec.Gru(H);
      case 1 -> rnn(first, H);
      default -> throw bad("%s, which is not 1, 3 or 4 times the hidden size %d.", shape, H);
    };
  }

  private CellSpec rnn(TorchNames first, int H) {
    PyTorch.Nonlinearity f =
        nonlinearity.orElseThrow(() ->
            new CarouselException.Request(
                ("'%s' in %s is of an RNN, and the file does not tell what it bends with: name the"
                        + " nonlinearity, tanh (PyTorch's default) or relu.")
                    .formatted(first.recurrentWeight(), file.path())));
    return switch (f) {
      case TANH -> new CellSpec.Rnn(H);
      case RELU -> new CellSpec.Rnn(H, new Activation.Relu());
    };
  }
}
