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
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
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
      return switch (document(text)) {
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
    return YAMLMapper.builder(factory()).build().writeValueAsString(plain(object));
  }

  private static YAMLFactory factory() {
    return YAMLFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        .disable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
        .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
        .disable(YAMLWriteFeature.SPLIT_LINES)
        .build();
  }

  /// The only document of a text, null where there is none; token by token, since a mapper takes its
  /// time to begin.
  private static Json document(String text) {
    try (JsonParser parser = factory().createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        return new Json.Null();
      }
      Json document = value(parser);
      if (parser.nextToken() != null) {
        throw new StreamReadException(
            parser,
            "a second document begins where the file should end",
            parser.currentTokenLocation());
      }
      return document;
    }
  }

  /// The value that begins with the parser's token.
  private static Json value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String key = parser.currentName();
          parser.nextToken();
          members.put(key, value(parser));
        }
        yield new Json.Obj(members);
      }
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield new Json.Arr(items);
      }
      case VALUE_NUMBER_INT -> new Json.Num(parser.getBigIntegerValue().toString());
      case VALUE_NUMBER_FLOAT -> Json.of(parser.getDoubleValue());
      case VALUE_TRUE -> Json.of(true);
      case VALUE_FALSE -> Json.of(false);
      case VALUE_NULL -> new Json.Null();
      case null, default -> Json.of(parser.getString());
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
