package io.github.carouselml.app.config;

import io.github.carouselml.model.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Choices made one by one, each at its place in a configuration; what was not chosen leaves no
/// trace.
public final class Overlay {
  private Json.Obj choices = Json.object();

  /// At a path of keys with points between them; nothing for null.
  public Overlay set(String path, @Nullable Object value) {
    if (value != null) {
      choices = put(choices, List.of(path.split("\\.")), json(value));
    }
    return this;
  }

  public Json.Obj choices() {
    return choices;
  }

  private static Json.Obj put(Json.Obj object, List<String> path, Json value) {
    String key = path.getFirst();
    if (path.size() == 1) {
      return object.with(key, value);
    }
    Json.Obj inner = object.get(key).orElse(null) instanceof Json.Obj there ? there : Json.object();
    return object.with(key, put(inner, path.subList(1, path.size()), value));
  }

  private static Json json(Object value) {
    return switch (value) {
      case Json json -> json;
      case Integer i -> Json.of((long) i);
      case Long l -> Json.of((long) l);
      case Double d -> Json.of((double) d);
      case Boolean b -> Json.of((boolean) b);
      case List<?> list -> new Json.Arr(list.stream().map(Overlay::json).toList());
      default -> Json.of(value.toString());
    };
  }
}
