package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Ten steps of every optimizer against the papers' equations in double.
final class OptimizerStateTest {
  private static final int STEPS = 10;
  private static final double RATE = 0.05;
  private static final float SCALE = 0.5f;

  private final Backend backend = TestBackends.plain();
  private final Operations operations = backend.operations();
  private final Parameters parameters =
      Parameters.allocate(
          backend,
          List.of(
              new ParameterSpec("weight", new Layout.Matrix(5, 3), Role.INPUT_WEIGHT),
              new ParameterSpec("bias", new Layout.Vector(5), Role.BIAS)),
          true);

  /// One number through ten steps.
  private interface Reference {
    /// @param w the first value
    /// @param decays whether weight decay reaches it
    double after(double w, double[] g, boolean decays);
  }

  private record Case(Optimizer optimizer, Reference reference) {
    @Override
    public String toString() {
      return optimizer.toString();
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(new Optimizer.Sgd(1), (w, g, d) -> sgd(w, g, 0, false)),
        new Case(new Optimizer.Sgd(1).withMomentum(0.9), (w, g, d) -> sgd(w, g, 0.9, false)),
        new Case(new Optimizer.Sgd(1, 0.8, true), (w, g, d) -> sgd(w, g, 0.8, true)),
        new Case(new Optimizer.RmsProp(1, 0.9, 1e-6), (w, g, d) -> rmsProp(w, g, 0.9, 1e-6)),
        new Case(new Optimizer.Adam(1), (w, g, d) -> adam(w, g, 0.9, 0.999, 1e-8, 0)),
        new Case(
            new Optimizer.Adam(1, 0.8, 0.95, 1e-2), (w, g, d) -> adam(w, g, 0.8, 0.95, 1e-2, 0)),
        new Case(
            new Optimizer.AdamW(1, 0.3), (w, g, d) -> adam(w, g, 0.9, 0.999, 1e-8, d ? 0.3 : 0)));
  }

  private static double sgd(double w, double[] g, double momentum, boolean nesterov) {
    double m = 0;
    for (double gt : g) {
      m = momentum * m + gt;
      w -= RATE * (nesterov ? momentum * m + gt : m);
    }
    return w;
  }

  private static double rmsProp(double w, double[] g, double smoothing, double epsilon) {
    double v = 0;
    for (double gt : g) {
      v = smoothing * v + (1 - smoothing) * gt * gt;
      w -= RATE * gt / (Math.sqrt(v) + epsilon);
    }
    return w;
  }

  private static double adam(
      double w, double[] g, double beta1, double beta2, double epsilon, double decay) {
    double m = 0;
    double v = 0;
    for (int t = 1; t <= g.length; t++) {
      m = beta1 * m + (1 - beta1) * g[t - 1];
      v = beta2 * v + (1 - beta2) * g[t - 1] * g[t - 1];
      double mHat = m / (1 - StrictMath.pow(beta1, t));
      double vHat = v / (1 - StrictMath.pow(beta2, t));
      w = w - RATE * decay * w - RATE * mHat / (Math.sqrt(vHat) + epsilon);
    }
    return w;
  }

  private static float gradient(long seed, String name, int t, int i) {
    Random random = new Random(seed, Random.Purpose.SAMPLE, name.hashCode());
    return 4 * random.uniform(1000L * t + i) - 1;
  }

  private void step(OptimizerState state, long seed, int t) {
    for (Parameter parameter : parameters.all()) {
      float[] g = new float[parameter.spec().layout().canonicalSize()];
      for (int i = 0; i < g.length; i++) {
        g[i] = gradient(seed, parameter.name(), t, i);
      }
      backend.pack(parameter.spec().layout(), g, parameter.gradient());
    }
    state.update(operations.updates(), t, RATE, SCALE);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ten_steps_are_those_of_the_paper(Case it) {
    long seed = 7;
    float[] weight = new float[15];
    float[] bias = new float[5];
    for (int i = 0; i < 15; i++) {
      weight[i] = 0.3f * i - 2;
      bias[i % 5] = 1 - 0.2f * i;
    }
    parameters.set("weight", weight);
    parameters.set("bias", bias);
    OptimizerState state = new OptimizerState(it.optimizer(), backend, parameters);
    for (int t = 1; t <= STEPS; t++) {
      step(state, seed, t);
    }
    for (Map.Entry<String, float[]> first : Map.of("weight", weight, "bias", bias).entrySet()) {
      String name = first.getKey();
      float[] last = parameters.value(name);
      for (int i = 0; i < last.length; i++) {
        double[] g = new double[STEPS];
        for (int t = 1; t <= STEPS; t++) {
          g[t - 1] = SCALE * gradient(seed, name, t, i);
        }
        double expected = it.reference().after(first.getValue()[i], g, name.equals("weight"));
        assertThat((double) last[i])
            .as("%s[%d], seed %d", name, i, seed)
            .isCloseTo(expected, within(2e-5 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void its_memory_can_be_put_back(Case it) {
    OptimizerState whole = new OptimizerState(it.optimizer(), backend, parameters);
    parameters.set("weight", new float[15]);
    for (int t = 1; t <= 6; t++) {
      step(whole, 3, t);
    }
    float[] uninterrupted = parameters.value("weight");

    parameters.set("weight", new float[15]);
    parameters.set("bias", new float[5]);
    OptimizerState before = new OptimizerState(it.optimizer(), backend, parameters);
    for (int t = 1; t <= 3; t++) {
      step(before, 3, t);
    }
    OptimizerState after = new OptimizerState(it.optimizer(), backend, parameters);
    after.write(before.read(), "the test");
    for (int t = 4; t <= 6; t++) {
      step(after, 3, t);
    }
    assertThat(parameters.value("weight")).containsExactly(uninterrupted);
  }

  @Test
  void a_frozen_parameter_stays_as_it_is_and_does_not_decay() {
    parameters.set("weight", new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
    float[] before = parameters.value("weight");
    parameters.get("weight").freeze();
    OptimizerState state = new OptimizerState(new Optimizer.AdamW(1, 0.5), backend, parameters);
    step(state, 1, 1);
    assertThat(parameters.value("weight")).containsExactly(before);
    assertThat(parameters.value("bias")).doesNotContain(0f);
  }

  @Test
  void memory_of_another_optimizer_is_refused() {
    OptimizerState adam = new OptimizerState(new Optimizer.Adam(1), backend, parameters);
    OptimizerState momentum =
        new OptimizerState(new Optimizer.Sgd(1, 0.9, false), backend, parameters);
    assertThatThrownBy(() -> momentum.write(adam.read(), "run/checkpoint.safetensors"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage("run/checkpoint.safetensors lacks the optimizer's 'momentum'.");
  }

  @Test
  void there_must_be_something_to_train() {
    parameters.all().forEach(Parameter::freeze);
    assertThatThrownBy(() -> new OptimizerState(new Optimizer.Adam(1), backend, parameters))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("nothing to train");
  }
}
