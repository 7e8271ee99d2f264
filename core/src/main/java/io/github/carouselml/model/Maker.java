package io.github.carouselml.model;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/// A constructor that takes its parameters as an `Object[]`. What adapts it is made when it is first
/// called: of the many records that a type may be made of, a file has few.
final class Maker {
  private final MethodHandle constructor;
  private volatile @Nullable MethodHandle spread;

  Maker(MethodHandle constructor) {
    this.constructor = constructor;
  }

  /// @throws Throwable what the constructor throws
  Object make(Object[] parts) throws Throwable {
    MethodHandle adapted = spread;
    if (adapted == null) {
      adapted =
          constructor
              .asSpreader(Object[].class, parts.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
      spread = adapted;
    }
    return (Object) adapted.invokeExact(parts);
  }
}
