package io.github.carouselml.model;

import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// An enum: its constants' names in lower-kebab case, as strings.
record ConstantForm(SequencedMap<String, Object> constants) implements Form {
  @Override
  public Json write(Object value) {
    for (Map.Entry<String, Object> constant : constants.entrySet()) {
      if (constant.getValue().equals(value)) {
        return Json.of(constant.getKey());
      }
    }
    throw new IllegalArgumentException(value + " is none of the constants.");
  }

  @Override
  public Object read(Json json, Place place, @Nullable Object defaults) {
    if (!(json instanceof Json.Str(String name))) {
      throw place.expected("one of " + String.join(", ", constants.sequencedKeySet()), json);
    }
    Object constant = constants.get(name);
    if (constant == null) {
      throw place.unknown("value", name, constants.sequencedKeySet());
    }
    return constant;
  }
}
