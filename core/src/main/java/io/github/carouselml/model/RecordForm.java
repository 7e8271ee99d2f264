package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.lang.invoke.MethodHandle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A record as an object of its components. Its constructor has the last word.
///
/// @param constructor takes an `Object[]` of the components
record RecordForm(Class<?> type, List<Component> components, MethodHandle constructor)
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
      boolean absent = component.form instanceof Maybe && part.equals(Optional.empty());
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
    for (int i = 0; i < parts.length; i++) {
      Component component = components.get(i);
      Json json = members.get(component.name);
      Object fallback = type.isInstance(defaults) ? get(component, defaults) : null;
      if (json != null) {
        parts[i] = component.form.read(json, place.key(component.name), fallback);
      } else if (fallback != null) {
        parts[i] = fallback;
      } else if (component.form instanceof Maybe) {
        parts[i] = Optional.empty();
      } else {
        throw place.bad("The key '" + component.name + "' is missing.");
      }
    }
    try {
      return (Object) constructor.invokeExact(parts);
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
      part = (Object) component.accessor.invokeExact(value);
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
