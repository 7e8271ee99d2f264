package io.github.carouselml.app.config;

import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.data.Utf8Text;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// YAML for what people write and read; inside it is [Json].
final class Yaml {
  private Yaml() {}

  /// The object in a file; an empty file is an empty object.
  ///
  /// @throws CarouselException.BadFile for a file that is no YAML, with line and column
  static Json.Obj read(Path file) throws IOException {
    return read(Utf8Text.read(file), file.toString());
  }

  static Json.Obj read(String text, String where) {
    try {
      JsonNode node = mapper().readTree(text);
      return switch (json(node)) {
        case Json.Obj object -> object;
        case Json.Null _ -> Json.object();
        case Json other ->
            throw new CarouselException.BadFile(
                "%s is %s, but a configuration is an object: a line 'key: value' for each choice."
                    .formatted(where, other.kind()));
      };
    } catch (JacksonException e) {
      String at =
          e.getLocation() == null
              ? ""
              : ", line %d, column %d"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      String said = e.getOriginalMessage();
      throw new CarouselException.BadFile(
          "%s%s: this is no YAML: %s"
              .formatted(
                  where, at, said == null ? "unknown reason" : said.lines().findFirst().orElse("")),
          e);
    }
  }

  /// As text that reads back equal, one key a line.
  static String write(Json.Obj object) {
    return mapper().writeValueAsString(plain(object));
  }

  private static YAMLMapper mapper() {
    return YAMLMapper.builder(
            YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                .disable(YAMLWriteFeature.SPLIT_LINES)
                .build())
        .build();
  }

  private static Json json(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, Json> members = new LinkedHashMap<>();
        node.properties().forEach(p -> members.put(p.getKey(), json(p.getValue())));
        yield new Json.Obj(members);
      }
      case ARRAY -> {
        List<Json> items = new ArrayList<>();
        node.forEach(item -> items.add(json(item)));
        yield new Json.Arr(items);
      }
      case NUMBER ->
          node.isIntegralNumber()
              ? new Json.Num(node.bigIntegerValue().toString())
              : Json.of(node.doubleValue());
      case BOOLEAN -> Json.of(node.booleanValue());
      case NULL, MISSING -> new Json.Null();
      case STRING, BINARY, POJO -> Json.of(node.asString());
    };
  }

  private static @Nullable Object plain(Json json) {
    return switch (json) {
      case Json.Obj(var members) -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        members.forEach((key, value) -> map.put(key, plain(value)));
        yield map;
      }
      case Json.Arr(var items) -> {
        List<@Nullable Object> list = new ArrayList<>();
        items.forEach(item -> list.add(plain(item)));
        yield list;
      }
      case Json.Str(String value) -> value;
      case Json.Num number -> number.isWhole() ? number.asLong() : new BigDecimal(number.literal());
      case Json.Bool(boolean value) -> value;
      case Json.Null _ -> null;
    };
  }
}
