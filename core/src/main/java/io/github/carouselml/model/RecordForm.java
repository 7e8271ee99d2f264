package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A record as an object of its components. Its constructor has the last word. What a shorter
/// constructor fills in, the JSON may leave out.
///
/// @param constructor takes the components
/// @param shorter those that take so many first components
record RecordForm(
    Class<?> type,
    List<Component> components,
    Maker constructor,
    NavigableMap<Integer, Maker> shorter)
    implements Form {
  /// @param accessor from the record to the component
  record Component(String name, Form form, MethodHandle accessor) {}

  @Override
  public Json write(Object value) {
    return new Json.Obj(members(value));
  }

  SequencedMap<String, Json> members(Object value) {
    var members = new LinkedHashMap<String, Json>();
    for (Component component : components) {
      Object part = get(component, value);
      // Where a shorter constructor could fill it in, that it is absent is written: null.
      boolean absent =
          shorter.isEmpty() && component.form instanceof Maybe maybe && part.equals(maybe.absent());
      if (!absent) {
        members.put(component.name, component.form.write(part));
      }
    }
    return members;
  }

  @Override
  public Object read(Json json, Place place, @Nullable Object defaults) {
    if (!(json instanceof Json.Obj(var members))) {
      throw place.expected("an object", json);
    }
    return read(members, place, defaults);
  }

  Object read(Map<String, Json> members, Place place, @Nullable Object defaults) {
    List<String> names = components.stream().map(Component::name).toList();
    for (String key : members.keySet()) {
      if (!names.contains(key)) {
        throw place.unknown("key", key, names);
      }
    }
    Object[] parts = new Object[components.size()];
    Object fallback = type.isInstance(defaults) ? defaults : null;
    for (int i = 0; i < parts.length; i++) {
      Component component = components.get(i);
      Json json = members.get(component.name);
      if (json == null && fallback == null) {
        fallback = fromFirst(parts, i, place);
      }
      Object usual = fallback == null ? null : get(component, fallback);
      if (json != null) {
        parts[i] = component.form.read(json, place.key(component.name), usual);
      } else if (usual != null) {
        parts[i] = usual;
      } else if (component.form instanceof Maybe maybe) {
        parts[i] = maybe.absent();
      } else {
        throw place.bad("The key '" + component.name + "' is missing.");
      }
    }
    return construct(constructor, parts, place);
  }

  /// The record of its first parts alone, as far as a shorter constructor takes no more than there
  /// are.
  private @Nullable Object fromFirst(Object[] parts, int known, Place place) {
    Map.Entry<Integer, Maker> shorter = this.shorter.floorEntry(known);
    return shorter == null
        ? null
        : construct(shorter.getValue(), Arrays.copyOf(parts, shorter.getKey()), place);
  }

  private Object construct(Maker constructor, Object[] parts, Place place) {
    try {
      return constructor.make(parts);
    } catch (CarouselException | IllegalArgumentException e) {
      throw place.bad(e);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("The constructor of " + type.getName() + " failed.", e);
    }
  }

  private static Object get(Component component, Object value) {
    Object part;
    try {
      part = (Object) component.accessor.invoke(value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("The component " + component.name + " failed.", e);
    }
    if (part == null) {
      throw new CarouselException.Request(
          "The component '" + component.name + "' is null, which is no value in a file.");
    }
    return part;
  }
}
