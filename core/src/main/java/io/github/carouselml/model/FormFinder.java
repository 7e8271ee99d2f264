package io.github.carouselml.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds the form of a type, once for each type within a type.
final class FormFinder {
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private static final Form.Leaf INT =
      number("a whole number", n -> Json.of((int) n), Json.Num::asInt);
  private static final Form.Leaf LONG =
      number("a whole number", n -> Json.of((long) n), Json.Num::asLong);
  private static final Form.Leaf FLOAT =
      real(n -> Json.of((float) n), Json.Num::asFloat, Float::valueOf);
  private static final Form.Leaf DOUBLE =
      real(n -> Json.of((double) n), Json.Num::asDouble, Double::valueOf);
  private static final Form.Leaf STRING =
      new Form.Leaf(
          "a string",
          s -> Json.of((String) s),
          json -> json instanceof Json.Str(String value) ? value : null);
  private static final Form.Leaf BOOLEAN =
      new Form.Leaf(
          "true or false",
          b -> Json.of((boolean) b),
          json -> json instanceof Json.Bool(boolean value) ? value : null);
  private static final Form.Leaf JSON = new Form.Leaf("a value", json -> (Json) json, json -> json);

  private static final Map<Type, Form> KNOWN =
      Map.ofEntries(
          Map.entry(int.class, INT),
          Map.entry(Integer.class, INT),
          Map.entry(long.class, LONG),
          Map.entry(Long.class, LONG),
          Map.entry(float.class, FLOAT),
          Map.entry(Float.class, FLOAT),
          Map.entry(double.class, DOUBLE),
          Map.entry(Double.class, DOUBLE),
          Map.entry(boolean.class, BOOLEAN),
          Map.entry(Boolean.class, BOOLEAN),
          Map.entry(String.class, STRING),
          Map.entry(Json.class, JSON),
          Map.entry(
              OptionalInt.class,
              new Form.Maybe(
                  INT,
                  value -> ((OptionalInt) value).stream().boxed().findFirst(),
                  value ->
                      value.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) value.get()))),
          Map.entry(
              OptionalDouble.class,
              new Form.Maybe(
                  DOUBLE,
                  value -> ((OptionalDouble) value).stream().boxed().findFirst(),
                  value ->
                      value.isEmpty()
                          ? OptionalDouble.empty()
                          : OptionalDouble.of((double) value.get()))));

  private final MethodHandles.Lookup lookup;
  private final Map<Type, Form> found = new HashMap<>(KNOWN);

  FormFinder(MethodHandles.Lookup lookup) {
    this.lookup = lookup;
  }

  Form form(Type type) {
    Form known = found.get(type);
    if (known != null) {
      return known;
    }
    var later = new Form.Later();
    found.put(type, later);
    Form form = find(type);
    later.is(form);
    found.put(type, form);
    return form;
  }

  private Form find(Type type) {
    return switch (type) {
      case ParameterizedType generic -> generic(generic);
      case WildcardType wildcard -> form(wildcard.getUpperBounds()[0]);
      case Class<?> c when c.isEnum() -> constants(c);
      case Class<?> c when c.isRecord() -> record(c);
      case Class<?> c when c.isSealed() && c.isInterface() -> cases(c);
      case Class<?> c when c.isArray() && c.componentType().isPrimitive() ->
          array(c.componentType());
      default -> throw unfit(type);
    };
  }

  private Form generic(ParameterizedType type) {
    Type[] of = type.getActualTypeArguments();
    if (type.getRawType() == List.class) {
      return new Form.Items(form(of[0]), list -> (List<?>) list, List::copyOf);
    } else if (type.getRawType() == Optional.class) {
      return new Form.Maybe(form(of[0]), value -> (Optional<?>) value, value -> value);
    } else if (type.getRawType() == Map.class || type.getRawType() == SequencedMap.class) {
      boolean named = of[0] == String.class || of[0] instanceof Class<?> c && c.isEnum();
      if (named) {
        return new Form.Entries(form(of[0]), form(of[1]));
      }
    }
    throw unfit(type);
  }

  private Form array(Class<?> item) {
    return new Form.Items(
        form(item),
        array -> {
          var list = new ArrayList<Object>();
          for (int i = 0; i < Array.getLength(array); i++) {
            list.add(Array.get(array, i));
          }
          return list;
        },
        list -> {
          Object array = Array.newInstance(item, list.size());
          for (int i = 0; i < list.size(); i++) {
            Array.set(array, i, list.get(i));
          }
          return array;
        });
  }

  private static Form constants(Class<?> type) {
    SequencedMap<String, Object> byName = new LinkedHashMap<>();
    for (Object constant : type.getEnumConstants()) {
      byName.put(kebab(((Enum<?>) constant).name()), constant);
    }
    return new ConstantForm(byName);
  }

  private Form cases(Class<?> type) {
    SequencedMap<String, RecordForm> records = new LinkedHashMap<>();
    SequencedMap<String, Object> constants = new LinkedHashMap<>();
    collect(type, records, constants);
    return new CaseForm(records, constants);
  }

  private void collect(
      Class<?> type, Map<String, RecordForm> records, Map<String, Object> constants) {
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (permitted.isSealed() && permitted.isInterface()) {
        collect(permitted, records, constants);
      } else if (permitted.isEnum()) {
        for (Object constant : permitted.getEnumConstants()) {
          requireNew(constants.put(kebab(((Enum<?>) constant).name()), constant), permitted);
        }
      } else if (permitted.isRecord()) {
        RecordForm form = record(permitted);
        if (form.components().stream().anyMatch(c -> c.name().equals(CaseForm.TYPE))) {
          throw new IllegalArgumentException(
              permitted.getName() + " has a component 'type', the key of its case in JSON.");
        }
        requireNew(records.put(kebab(permitted.getSimpleName()), form), permitted);
      } else if (!permitted.isInterface()) { // an open interface has cases that only code knows
        throw unfit(permitted);
      }
    }
  }

  private static void requireNew(@Nullable Object before, Class<?> type) {
    if (before != null) {
      throw new IllegalArgumentException("Two cases have the name of " + type.getName() + ".");
    }
  }

  private RecordForm record(Class<?> type) {
    try {
      MethodHandles.Lookup inside = inside(type);
      var components = new ArrayList<RecordForm.Component>();
      for (RecordComponent component : type.getRecordComponents()) {
        components.add(
            new RecordForm.Component(
                component.getName(),
                form(component.getGenericType()),
                inside.unreflect(component.getAccessor())));
      }
      List<Class<?>> types =
          Arrays.stream(type.getRecordComponents())
              .<Class<?>>map(RecordComponent::getType)
              .toList();
      var shorter = new TreeMap<Integer, Maker>();
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        int count = constructor.getParameterCount();
        boolean takesTheFirst =
            count < types.size()
                && List.of(constructor.getParameterTypes()).equals(types.subList(0, count));
        if (takesTheFirst && !Modifier.isPrivate(constructor.getModifiers())) {
          shorter.put(count, constructor(inside, type, types.subList(0, count)));
        }
      }
      return new RecordForm(
          type, List.copyOf(components), constructor(inside, type, types), shorter);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          type.getName() + " cannot be seen here. Pass a MethodHandles.lookup() that sees it.", e);
    }
  }

  private static Maker constructor(
      MethodHandles.Lookup inside, Class<?> type, List<Class<?>> parameters)
      throws ReflectiveOperationException {
    return new Maker(inside.findConstructor(type, MethodType.methodType(void.class, parameters)));
  }

  /// The lookup with the rights of a nested or package-private record where the caller may have
  /// them.
  private MethodHandles.Lookup inside(Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(type, lookup);
    } catch (IllegalAccessException e) {
      return lookup;
    }
  }

  private static Form.Leaf number(
      String expected, Function<Object, Json> writer, Function<Json.Num, Object> reader) {
    return new Form.Leaf(
        expected, writer, json -> json instanceof Json.Num number ? reader.apply(number) : null);
  }

  /// A float or double, of which JSON lacks the values that are not finite.
  private static Form.Leaf real(
      Function<Object, Json> finite,
      Function<Json.Num, Object> reader,
      Function<String, Object> parser) {
    return new Form.Leaf(
        "a number",
        value ->
            Double.isFinite(((Number) value).doubleValue())
                ? finite.apply(value)
                : Json.of(value.toString()),
        json ->
            switch (json) {
              case Json.Num number -> reader.apply(number);
              case Json.Str(String text) when NOT_FINITE.contains(text) -> parser.apply(text);
              default -> null;
            });
  }

  /// `LayerNorm` and `LAYER_NORM` are both `layer-norm`.
  static String kebab(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
        .replace('_', '-')
        .toLowerCase(Locale.ROOT);
  }

  private static IllegalArgumentException unfit(Type type) {
    return new IllegalArgumentException(type.getTypeName() + " has no form in JSON.");
  }
}
