package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How the values of one type look in JSON.
sealed interface Form
    permits Form.Leaf,
        Form.Items,
        Form.Entries,
        Form.Maybe,
        Form.Later,
        ConstantForm,
        RecordForm,
        CaseForm {
  Json write(Object value);

  /// @param defaults what is taken where the JSON says nothing
  Object read(Json json, Place place, @Nullable Object defaults);

  /// Where in which JSON something stands, for messages.
  record Place(String where, String path) {
    Place key(String key) {
      return new Place(where, path.isEmpty() ? key : path + "." + key);
    }

    Place item(int index) {
      return new Place(where, path + "[" + index + "]");
    }

    CarouselException.BadFile bad(String problem) {
      return new CarouselException.BadFile(prefix() + problem);
    }

    CarouselException.BadFile bad(RuntimeException cause) {
      return new CarouselException.BadFile(prefix() + cause.getMessage(), cause);
    }

    CarouselException.BadFile expected(String what, Json found) {
      String value =
          switch (found) {
            case Json.Str(String text) when text.length() <= 40 -> "the string '" + text + "'";
            case Json.Num(String literal) when literal.length() <= 40 -> literal;
            default -> found.kind();
          };
      return bad("Expected " + what + ", but found " + value + ".");
    }

    CarouselException.BadFile unknown(String what, String name, Collection<String> known) {
      return bad("The " + what + " '" + name + "' is not known. " + Nearest.hint(name, known));
    }

    private String prefix() {
      return where + (path.isEmpty() ? ": " : ", at " + path + ": ");
    }
  }

  /// A value without parts.
  ///
  /// @param expected what the JSON must be, for messages
  /// @param reader null for JSON of the wrong kind
  record Leaf(
      String expected, Function<Object, Json> writer, Function<Json, @Nullable Object> reader)
      implements Form {
    @Override
    public Json write(Object value) {
      return writer.apply(value);
    }

    @Override
    public Object read(Json json, Place place, @Nullable Object defaults) {
      Object value;
      try {
        value = reader.apply(json);
      } catch (CarouselException.Request e) {
        throw place.bad(e);
      }
      if (value == null) {
        throw place.expected(expected, json);
      }
      return value;
    }
  }

  /// An array of values of one form, from and to a list.
  record Items(Form item, Function<Object, List<?>> toList, Function<List<Object>, Object> fromList)
      implements Form {
    @Override
    public Json write(Object value) {
      var items = new ArrayList<Json>();
      toList.apply(value).forEach(each -> items.add(item.write(each)));
      return new Json.Arr(items);
    }

    @Override
    public Object read(Json json, Place place, @Nullable Object defaults) {
      if (!(json instanceof Json.Arr(var items))) {
        throw place.expected("an array", json);
      }
      var values = new ArrayList<Object>(items.size());
      for (int i = 0; i < items.size(); i++) {
        values.add(item.read(items.get(i), place.item(i), null));
      }
      return fromList.apply(values);
    }
  }

  /// An object of keys and values of one form each.
  record Entries(Form key, Form value) implements Form {
    @Override
    public Json write(Object map) {
      var members = new LinkedHashMap<String, Json>();
      ((Map<?, ?>) map)
          .forEach((k, v) -> members.put(((Json.Str) key.write(k)).value(), value.write(v)));
      return new Json.Obj(members);
    }

    @Override
    public Object read(Json json, Place place, @Nullable Object defaults) {
      if (!(json instanceof Json.Obj(var members))) {
        throw place.expected("an object", json);
      }
      var map = new LinkedHashMap<Object, Object>();
      members.forEach(
          (k, v) -> map.put(key.read(Json.of(k), place, null), value.read(v, place.key(k), null)));
      return Collections.unmodifiableSequencedMap(map);
    }
  }

  /// A value that may be absent; `null` says so, too.
  ///
  /// @param toOptional from `OptionalInt` and the like
  /// @param fromOptional back to them
  record Maybe(
      Form form,
      Function<Object, Optional<?>> toOptional,
      Function<Optional<Object>, Object> fromOptional)
      implements Form {
    @Override
    public Json write(Object value) {
      return toOptional.apply(value).map(form::write).orElse(new Json.Null());
    }

    Object absent() {
      return fromOptional.apply(Optional.empty());
    }

    @Override
    public Object read(Json json, Place place, @Nullable Object defaults) {
      if (json instanceof Json.Null) {
        return absent();
      }
      Object inner = defaults == null ? null : toOptional.apply(defaults).orElse(null);
      return fromOptional.apply(Optional.of(form.read(json, place, inner)));
    }
  }

  /// The form of a type within itself, such as a list of layers in a layer.
  final class Later implements Form {
    private @Nullable Form form;

    void is(Form known) {
      form = known;
    }

    @Override
    public Json write(Object value) {
      return known().write(value);
    }

    @Override
    public Object read(Json json, Place place, @Nullable Object defaults) {
      return known().read(json, place, defaults);
    }

    private Form known() {
      if (form == null) {
        throw new IllegalStateException("The form is used before it is complete.");
      }
      return form;
    }
  }
}
