package io.github.carouselml;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.carouselml.tensor.Slot;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Arrows point down only, and what the contract on bits forbids cannot slip in.
final class ArchitectureTest {
  private static final String ROOT = "io.github.carouselml.";

  /// The packages of core from the ground up: each may use those before it.
  private static final List<String> CORE =
      List.of(
          "spec", "kernel", "cell", "tensor", "cpu", "grad", "layer", "loss", "model", "train",
          "inspect");

  /// These see a backend only through the tensor package.
  private static final List<String> ABOVE_THE_BACKEND =
      List.of("grad", "layer", "loss", "model", "train", "inspect");

  /// Of the kernel package they know the words of its language, and not who speaks it.
  private static final Predicate<JavaClass> WORDS =
      c ->
          Stream.of("Unary", "Binary", "Penalty", "Random")
              .map(name -> ROOT + "kernel." + name)
              .anyMatch(name -> c.getName().equals(name) || c.getName().startsWith(name + "$"));

  /// Of Math what gives the same bits everywhere. Everything else: our own functions where it is hot, StrictMath
  /// where it is not.
  private static final Set<String> EXACT =
      Set.of(
          "fma",
          "sqrt",
          "abs",
          "min",
          "max",
          "clamp",
          "nextUp",
          "nextDown",
          "addExact",
          "subtractExact",
          "multiplyExact",
          "negateExact",
          "incrementExact",
          "decrementExact",
          "absExact",
          "toIntExact",
          "divideExact",
          "ceilDiv",
          "ceilDivExact",
          "ceilMod",
          "floorDiv",
          "floorDivExact",
          "floorMod",
          "multiplyFull",
          "multiplyHigh",
          "unsignedMultiplyHigh");

  /// Of the vector operators those that are one rounding or none.
  private static final Set<String> VECTOR_FUNCTIONS =
      Set.of(
          "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "SINH", "COSH", "TANH", "EXP",
          "EXPM1", "LOG", "LOG10", "LOG1P", "POW", "CBRT", "HYPOT");

  /// These may reduce lanes: a maximum and a count of whole numbers are the same in any order.
  private static final Set<String> ANY_ORDER = Set.of("max", "maxAbs", "countNonFinite");

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.github.carouselml");

  @TestFactory
  Stream<DynamicTest> a_package_of_core_uses_only_those_before_it() {
    return CORE.stream()
        .map(name -> {
          String[] below =
              CORE.subList(0, CORE.indexOf(name) + 1).stream()
                  .map(p -> ROOT + p)
                  .toArray(String[]::new);
          return DynamicTest.dynamicTest(
              name,
              () ->
                  noClasses()
                      .that()
                      .resideInAPackage(ROOT + name)
                      .should(
                          dependOnClassesThat(
                              resideInAPackage(ROOT + "*")
                                  .or(resideInAPackage(ROOT + "*.."))
                                  .and(not(resideInAnyPackage(below)))))
                      .allowEmptyShould(true)
                      .check(MAIN));
        });
  }

  @Test
  void every_package_has_its_place() {
    for (JavaClass c : MAIN) {
      String first = c.getPackageName().substring(ROOT.length()).split("\\.", 2)[0];
      assertThat(Set.of("simd", "tasks", "interop", "app").contains(first) || CORE.contains(first))
          .as("package of " + c.getName())
          .isTrue();
    }
  }

  @Test
  void what_stands_above_the_backend_does_not_see_this_machines_cores() {
    String[] above = ABOVE_THE_BACKEND.stream().map(p -> ROOT + p).toArray(String[]::new);
    noClasses()
        .that()
        .resideInAnyPackage(above)
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "cpu")
                .or(resideInAPackage(ROOT + "kernel").and(not(describe("words", WORDS)))))
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void tasks_know_nothing_of_the_command_and_core_nothing_of_tasks() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "tasks..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "app..", ROOT + "simd..", ROOT + "interop..", ROOT + "kernel", ROOT + "cell")
        .check(MAIN);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "interop..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "app..", ROOT + "simd..", ROOT + "tasks..", ROOT + "kernel", ROOT + "cell")
        .check(MAIN);
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "simd..", ROOT + "app..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "simd..")
        .check(MAIN);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "simd..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Stream.concat(
                    CORE.stream().filter(p -> !Set.of("spec", "kernel", "cell", "cpu").contains(p)),
                    Stream.of("tasks..", "interop..", "app.."))
                .map(p -> ROOT + p)
                .toArray(String[]::new))
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void only_simd_imports_the_vector_api() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "simd..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(MAIN);
  }

  @Test
  void core_uses_the_jdk_and_nothing_else() {
    String[] core = CORE.stream().map(p -> ROOT + p).toArray(String[]::new);
    String[] allowed =
        Stream.concat(
                Stream.of(core),
                Stream.of(
                    "java.lang..",
                    "java.util..",
                    "java.io..",
                    "java.nio..",
                    "java.time..",
                    "java.math..",
                    "java.text..",
                    "java.security..",
                    "org.jspecify.."))
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAnyPackage(core)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed)
                .or(resideInAnyPackage("java.lang.management", "com.sun.management"))
                .or(resideInAPackage("")))
        .check(MAIN);
    noClasses()
        .that()
        .resideInAnyPackage(core)
        .and()
        .resideOutsideOfPackages(ROOT + "cpu", ROOT + "kernel")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.management", "com.sun.management")
        .check(MAIN);
  }

  @Test
  void math_is_exact() {
    classes()
        .should(
            reachNothingLike(
                "call a function of Math that differs between machines",
                access ->
                    access.getTargetOwner().isEquivalentTo(Math.class)
                        && !EXACT.contains(access.getName())))
        .check(MAIN);
  }

  @Test
  void vector_functions_and_reductions_are_our_own() {
    classes()
        .should(
            reachNothingLike(
                "use a vector function or reduction whose bits depend on the width",
                access ->
                    access.getTargetOwner().getPackageName().equals("jdk.incubator.vector")
                        && (VECTOR_FUNCTIONS.contains(access.getName())
                            || (access.getName().equals("reduceLanes")
                                && !ANY_ORDER.contains(access.getOrigin().getName())))))
        .check(MAIN);
  }

  @Test
  void nothing_is_serialized_by_java() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ObjectInput.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ObjectOutput.class)
        .check(MAIN);
  }

  @Test
  void statics_do_not_change() {
    fields()
        .that()
        .areStatic()
        .should()
        .beFinal()
        .andShould()
        .notHaveRawType(
            resideInAnyPackage("java.util.concurrent..")
                .or(JavaClass.Predicates.assignableTo(ThreadLocal.class)))
        .check(MAIN);
  }

  @Test
  void only_a_buffer_knows_where_in_its_array_a_slot_begins() {
    noClasses()
        .that()
        .resideInAPackage("io.github.carouselml.cpu")
        .and()
        .doNotHaveSimpleName("CpuBuffer")
        .should()
        .callMethod(Slot.class, "offset")
        .check(MAIN);
  }

  @Test
  void arrays_in_statics_are_private() {
    fields()
        .that()
        .areStatic()
        .and(describe("hold an array", (JavaField f) -> f.getRawType().isArray()))
        .should()
        .bePrivate()
        .orShould()
        .bePackagePrivate()
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void every_class_is_abstract_or_final() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .areNotAnonymousClasses()
        .should(
            new ArchCondition<>("be abstract, final or sealed") {
              @Override
              public void check(JavaClass c, ConditionEvents events) {
                boolean closed =
                    c.getModifiers().contains(JavaModifier.ABSTRACT)
                        || c.getModifiers().contains(JavaModifier.FINAL)
                        || c.getSuperclass().stream().anyMatch(s -> s.toErasure().isEnum())
                        || c.getSimpleName().equals("package-info")
                        || c.getSimpleName().equals("module-info")
                        || c.reflect().isSealed();
                events.add(new SimpleConditionEvent(c, closed, c.getName() + " is open"));
              }
            })
        .check(MAIN);
  }

  @Test
  void every_package_says_what_it_knows_and_what_it_must_not_know() throws IOException {
    for (String module : List.of("core", "simd", "tasks", "interop", "app")) {
      Path sources = Path.of("..", module, "src", "main", "java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path folder :
            files
                .filter(f -> f.toString().endsWith(".java"))
                .filter(f -> !f.endsWith("module-info.java"))
                .map(Path::getParent)
                .distinct()
                .toList()) {
          Path info = folder.resolve("package-info.java");
          assertThat(info).exists();
          assertThat(Files.readString(info).replaceAll("[\\s/]+", " "))
              .as(info.toString())
              .contains("@NullMarked")
              .containsIgnoringCase("must not know");
        }
      }
    }
  }

  private static ArchCondition<JavaClass> reachNothingLike(
      String what, Predicate<JavaAccess<?>> forbidden) {
    return new ArchCondition<>("not " + what) {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        for (JavaAccess<?> access : c.getAccessesFromSelf()) {
          if (forbidden.test(access)) {
            events.add(SimpleConditionEvent.violated(access, access.getDescription()));
          }
        }
      }
    };
  }
}
