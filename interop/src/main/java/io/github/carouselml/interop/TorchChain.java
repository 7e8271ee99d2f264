package io.github.carouselml.interop;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The order in which modules follow each other: found where sizes leave only one, or as the user
/// says it.
final class TorchChain {
  /// With more modules than this there are too many orders to try.
  private static final int MOST = 8;

  private static final String EMBEDDING = "embedding:";
  private static final String LINEAR = "linear:";

  private final String where;
  private final Map<String, List<Part>> modules;
  private final List<List<Part>> fitting = new ArrayList<>();

  TorchChain(String where, Map<String, List<Part>> modules) {
    this.where = where;
    this.modules = modules;
  }

  /// The parts as the user named them.
  List<Part> named(List<String> chain) {
    List<List<Part>> meanings = new ArrayList<>();
    for (String word : chain) {
      List<Part> found = meanings(word);
      if (found.isEmpty()) {
        List<String> known = new ArrayList<>(modules.keySet());
        Part.plain().forEach(p -> known.add(p.word()));
        throw new CarouselException.Request(
            "%s has no module '%s'. %s".formatted(where, word, Nearest.hint(word, known)));
      }
      meanings.add(found);
    }
    follow(List.of(), meanings);
    if (fitting.isEmpty()) {
      List<Part> likely = new ArrayList<>();
      meanings.forEach(m -> likely.add(likely.isEmpty() ? m.getFirst() : m.getLast()));
      return new NetworkSpec(likely).parts(); // which says what does not fit
    }
    refuseTwoMeanings();
    return fitting.getFirst();
  }

  /// What a word of a chain may be: a module, one with its kind before it, or what has no weights.
  private List<Part> meanings(String word) {
    if (word.startsWith(EMBEDDING)) {
      return modules.getOrDefault(word.substring(EMBEDDING.length()), List.of()).stream()
          .filter(part -> part instanceof Part.Lookup)
          .toList();
    }
    if (word.startsWith(LINEAR)) {
      return modules.getOrDefault(word.substring(LINEAR.length()), List.of()).stream()
          .filter(part -> part instanceof Part.Linear)
          .toList();
    }
    List<Part> plain =
        Part.plain().stream().filter(p -> p.word().equals(word)).<Part>map(p -> p).toList();
    return modules.getOrDefault(word, plain);
  }

  /// A square matrix at the beginning may stand for two networks of one order.
  private void refuseTwoMeanings() {
    if (fitting.size() > 1 && titles(fitting.get(0)).equals(titles(fitting.get(1)))) {
      String module = fitting.getFirst().getFirst().title();
      throw new CarouselException.Request(
          ("In %s the module '%s' may be an embedding or a linear layer without bias, and both fit."
                  + " Name the chain, with embedding:%s or linear:%s in it.")
              .formatted(where, module, module, module));
    }
  }

  private void follow(List<Part> before, List<List<Part>> rest) {
    if (rest.isEmpty()) {
      fitting.add(before);
      return;
    }
    for (Part part : rest.getFirst()) {
      if (NetworkSpec.misfit(before, part).isEmpty()) {
        follow(with(before, part), rest.subList(1, rest.size()));
      }
    }
  }

  /// The only order of all modules that fits.
  List<Part> found() {
    if (modules.size() <= MOST) {
      any(List.of(), List.copyOf(modules.values()));
    }
    String parts = modules.values().stream().map(List::getFirst).toList().toString();
    if (fitting.isEmpty()) {
      throw new CarouselException.Request(
          ("%s has the parts %s. Their order does not follow from their sizes: name a chain of those"
                  + " that belong to the network.")
              .formatted(where, parts));
    }
    refuseTwoMeanings();
    if (fitting.size() > 1) {
      throw new CarouselException.Request(
          ("%s has the parts %s, which fit together in more than one order, such as %s and %s: name"
                  + " the chain.")
              .formatted(where, parts, titles(fitting.get(0)), titles(fitting.get(1))));
    }
    List<Part> only = fitting.getFirst();
    for (int i = 1; i < only.size(); i++) {
      if (only.get(i - 1) instanceof Part.Linear && only.get(i) instanceof Part.Linear) {
        throw new CarouselException.Request(
            ("Between '%s' and '%s' of %s there is probably a function, which the file does not"
                    + " tell: name the chain, such as %s.")
                .formatted(
                    only.get(i - 1).title(),
                    only.get(i).title(),
                    where,
                    titles(only.subList(0, i)) + ",relu," + titles(only.subList(i, only.size()))));
      }
    }
    return only;
  }

  private void any(List<Part> before, List<List<Part>> rest) {
    if (rest.isEmpty()) {
      fitting.add(before);
      return;
    }
    for (int i = 0; i < rest.size(); i++) {
      List<List<Part>> others = new ArrayList<>(rest);
      for (Part part : others.remove(i)) {
        if (NetworkSpec.misfit(before, part).isEmpty()) {
          any(with(before, part), others);
        }
      }
    }
  }

  private static List<Part> with(List<Part> before, Part part) {
    List<Part> longer = new ArrayList<>(before);
    longer.add(part);
    return longer;
  }

  private static String titles(List<Part> parts) {
    return String.join(",", parts.stream().map(Part::title).toList());
  }
}
