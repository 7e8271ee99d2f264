package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A sealed interface: an object whose key `type` says which case it is. An enum's constants are
/// cases without more.
///
/// @param records the forms of the cases that are records, by name
/// @param constants the cases that are enum constants, by name
record CaseForm(SequencedMap<String, RecordForm> records, SequencedMap<String, Object> constants)
    implements Form {
  static final String TYPE = "type";

  @Override
  public Json write(Object value) {
    var members = new LinkedHashMap<String, Json>();
    String name = nameOf(value);
    members.put(TYPE, Json.of(name));
    RecordForm form = records.get(name);
    if (form != null) {
      members.putAll(form.members(value));
    }
    return new Json.Obj(members);
  }

  @Override
  public Object read(Json json, Place place, @Nullable Object defaults) {
    if (!(json instanceof Json.Obj(var members))) {
      throw place.expected("an object with the key '" + TYPE + "'", json);
    }
    String name = name(members, place, defaults);
    var rest = new LinkedHashMap<>(members);
    rest.remove(TYPE);
    RecordForm form = records.get(name);
    if (form != null) {
      return form.read(rest, place, defaults);
    }
    Object constant = constants.get(name);
    if (constant == null) {
      var known = new LinkedHashMap<String, Object>(records);
      known.putAll(constants);
      throw place.key(TYPE).unknown("type", name, known.sequencedKeySet());
    }
    if (!rest.isEmpty()) {
      String key = rest.firstEntry().getKey();
      throw place.bad("The key '" + key + "' is not known: '" + name + "' has none.");
    }
    return constant;
  }

  private String name(Map<String, Json> members, Place place, @Nullable Object defaults) {
    Json type = members.get(TYPE);
    if (type == null && defaults != null) {
      return nameOf(defaults);
    } else if (type == null) {
      throw place.bad("The key '" + TYPE + "' is missing.");
    } else if (type instanceof Json.Str(String name)) {
      return name;
    }
    throw place.key(TYPE).expected("a string", type);
  }

  private String nameOf(Object value) {
    for (var record : records.entrySet()) {
      if (record.getValue().type() == value.getClass()) {
        return record.getKey();
      }
    }
    for (var constant : constants.entrySet()) {
      if (constant.getValue().equals(value)) {
        return constant.getKey();
      }
    }
    throw new CarouselException.Request(
        value + " is your own: only code can describe it, so it cannot be written to a file.");
  }
}
