package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Records as JSON and back, by their components: what a spec or a configuration looks like in a
/// file.
///
/// A record is an object with the components' names as keys, in their order. A sealed interface's
/// record has its name in lower-kebab case beside them: `{"type":"layer-norm","epsilon":1.0E-5}`.
/// An enum constant is its name in that case (`RESET_AFTER` is `"reset-after"`), a list an array, a
/// map an object, an empty `Optional` is left out. `boolean`, `int`, `long`, `float`, `double`,
/// `String`, `Json` and arrays of numbers are themselves; where a float or a double is not finite,
/// it is the string `"NaN"`, `"Infinity"` or `"-Infinity"`.
///
/// Reading is strict: unknown keys, missing keys and wrong types are refused with the path to the
/// place, and what a record's constructor refuses is refused with that path, too. Only what Java
/// may leave out, a file may leave out: where a record has a shorter constructor of its first
/// components, it fills in the others. So a record may grow, and files from before still load.
///
/// ```java
/// var codec = Codec.of(Schedule.class, MethodHandles.lookup());
/// Json json = codec.write(new Schedule.Cosine(100, 0.001));
/// json.compact();                       // {"type":"cosine","steps":100,"floor":0.001}
/// Schedule schedule = codec.read(json, "run.yaml");
/// ```
public final class Codec<T> {
  private final Class<T> type;
  private final Form form;

  private Codec(Class<T> type, Form form) {
    this.type = type;
    this.form = form;
  }

  /// A codec for a type of which all records are public and exported to all.
  public static <T> Codec<T> of(Class<T> type) {
    return of(type, MethodHandles.lookup());
  }

  /// A codec for a type of which all records can be seen by the caller.
  ///
  /// @param lookup the caller's own, `MethodHandles.lookup()`
  /// @throws IllegalArgumentException for a type that has no form in JSON, by name
  public static <T> Codec<T> of(Class<T> type, MethodHandles.Lookup lookup) {
    return new Codec<>(type, new FormFinder(lookup).form(type));
  }

  /// This value as JSON.
  public Json write(T value) {
    return form.write(value);
  }

  /// The value that this JSON describes in full.
  ///
  /// @param where whose JSON it is, for messages: a file's name
  /// @throws CarouselException.BadFile for JSON that describes no such value
  public T read(Json json, String where) {
    return read(json, new Form.Place(where, ""), null);
  }

  /// The value that this JSON describes, with what it leaves out taken from another. A part of
  /// another case than the default's must be complete, and so must each item of a list.
  ///
  /// @throws CarouselException.BadFile for JSON that describes no such value
  public T read(Json json, String where, T defaults) {
    return read(json, new Form.Place(where, ""), defaults);
  }

  private T read(Json json, Form.Place place, @Nullable Object defaults) {
    return Objects.requireNonNull(type.cast(form.read(json, place, defaults)));
  }
}
