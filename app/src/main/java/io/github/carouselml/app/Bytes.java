package io.github.carouselml.app;

import io.github.carouselml.spec.CarouselException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/// A number of bytes as a person types it: `512MB`, `1.5 GiB`.
final class Bytes {
  private static final List<String> UNITS = List.of("KMGT".split(""));

  private Bytes() {}

  /// @throws CarouselException.Request for anything else
  static long of(String text) {
    String rest = text.strip().toUpperCase(Locale.ROOT);
    rest = rest.endsWith("B") ? rest.substring(0, rest.length() - 1) : rest;
    boolean binary = rest.endsWith("I");
    rest = binary ? rest.substring(0, rest.length() - 1) : rest;
    int power = rest.isEmpty() ? 0 : UNITS.indexOf(rest.substring(rest.length() - 1)) + 1;
    String number = power > 0 ? rest.substring(0, rest.length() - 1) : rest;
    try {
      BigDecimal unit = BigDecimal.valueOf(binary ? 1024 : 1000).pow(power);
      long bytes = new BigDecimal(number.strip()).multiply(unit).longValueExact();
      if (bytes < 1 || (binary && power == 0)) {
        throw new NumberFormatException("no size");
      }
      return bytes;
    } catch (ArithmeticException | NumberFormatException e) {
      throw new CarouselException.Request(
          "'%s' is no size of memory. Write a number and KB, MB, GB, or KiB, MiB, GiB: 512MB."
              .formatted(text),
          e);
    }
  }
}
