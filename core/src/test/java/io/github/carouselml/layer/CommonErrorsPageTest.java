package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tests that docs/math/common-errors.md appeals to are there, in both languages, and every one
/// that was written for the page is named on it.
class CommonErrorsPageTest {
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)?\\.(\\w+)`");

  @ParameterizedTest
  @ValueSource(strings = {"common-errors.md", "common-errors.zh-CN.md"})
  void everyTestOnThePageExistsAndEveryOneOfThemIsOnIt(String page) throws Exception {
    Set<String> existing = new TreeSet<>();
    for (String name : List.of("layer.CommonErrorsTest", "cell.WrongBackwardTest")) {
      Class<?> test = Class.forName("io.github.carouselml." + name);
      Arrays.stream(test.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(Test.class))
          .forEach(method -> existing.add(test.getSimpleName() + "." + method.getName()));
    }
    // two that stand for themselves
    existing.remove("WrongBackwardTest.theRightOnePasses");
    existing.remove("WrongBackwardTest.theGruHasADirectPath");
    assertThat(named(page)).isEqualTo(existing);
  }

  /// `Class.method`, or `.method` of the class named last
  private static Set<String> named(String page) throws IOException {
    Set<String> named = new TreeSet<>();
    String test = "";
    for (Matcher m = NAMED.matcher(Files.readString(Path.of("../docs/math", page))); m.find(); ) {
      test = m.group(1) == null ? test : m.group(1);
      named.add(test + "." + m.group(2));
    }
    return named;
  }
}
