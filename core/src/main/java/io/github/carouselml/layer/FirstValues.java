package io.github.carouselml.layer;

import io.github.carouselml.kernel.Random;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import java.util.Arrays;
import java.util.List;

/// The first values of a parameter, canonical. Element i draws the number i of the parameter's own
/// stream.
final class FirstValues {
  private FirstValues() {}

  static float[] of(ParameterSpec spec, Initializer initializer, long seed) {
    Random random = new Random(seed, Random.Purpose.INITIALIZE, spec.name().hashCode());
    float[] values = new float[spec.layout().canonicalSize()];
    Layout layout = spec.layout() instanceof Layout.Stack stack ? stack.merged() : spec.layout();
    switch (layout) {
      case Layout.Stack _ -> throw new IllegalStateException("merged: " + spec);
      case Layout.Vector(int gates, int units) -> {
        if (initializer instanceof Initializer.Chrono(int lag, var signs)) {
          chrono(random, values, lag, signs, units);
        } else if (initializer instanceof Initializer.Gates(var constants)) {
          if (constants.size() != gates) {
            throw new CarouselException.Request(
                "Parameter '"
                    + spec.name()
                    + "' has "
                    + gates
                    + " gates, but "
                    + constants.size()
                    + " values were given for them.");
          }
          for (int gate = 0; gate < gates; gate++) {
            float value = constants.get(gate).floatValue();
            Arrays.fill(values, gate * units, (gate + 1) * units, value);
          }
        } else {
          fill(spec, initializer, random, values, 0, gates * units, 1);
        }
      }
      case Layout.Matrix(int gates, int units, int inputs) -> {
        for (int gate = 0; gate < gates; gate++) {
          fill(spec, initializer, random, values, gate * units * inputs, units, inputs);
        }
      }
      case Layout.Table(int entries, int features) ->
          fill(spec, initializer, random, values, 0, entries, features);
    }
    return values;
  }

  /// One block of `outputs` x `inputs` values from `at`.
  private static void fill(
      ParameterSpec spec,
      Initializer initializer,
      Random random,
      float[] values,
      int at,
      int outputs,
      int inputs) {
    switch (initializer) {
      case Initializer.Constant(double value) ->
          Arrays.fill(values, at, at + outputs * inputs, (float) value);
      case Initializer.Uniform(double bound) ->
          uniform(random, values, at, outputs * inputs, bound);
      case Initializer.Normal(double deviation) -> {
        for (int i = at; i < at + outputs * inputs; i++) {
          values[i] = (float) (deviation * random.normal(i));
        }
      }
      case Initializer.Glorot() ->
          uniform(random, values, at, outputs * inputs, Math.sqrt(6.0 / (inputs + outputs)));
      case Initializer.Orthogonal() -> orthogonal(random, values, at, outputs, inputs);
      case Initializer.Identity() -> {
        for (int i = 0; i < Math.min(outputs, inputs); i++) {
          values[at + i * inputs + i] = 1;
        }
      }
      case Initializer.Gates _, Initializer.Chrono _ ->
          throw new CarouselException.Request(
              "Values by gate are for biases, not for '" + spec.name() + "'.");
      case Initializer.Torch() ->
          throw new CarouselException.Request(
              "PyTorch's bound depends on the layer, so parameter '"
                  + spec.name()
                  + "' must be given it as Uniform(1/√n).");
    }
  }

  private static void uniform(Random random, float[] values, int at, int count, double bound) {
    for (int i = at; i < at + count; i++) {
      values[i] = (float) (bound * (2.0 * random.uniform(i) - 1));
    }
  }

  /// One time scale a unit, the same for the gate that keeps and the one that writes.
  private static void chrono(
      Random random, float[] values, int longestLag, List<Integer> signs, int units) {
    for (int unit = 0; unit < units; unit++) {
      double steps = 1 + random.uniform(unit) * (longestLag - 2);
      for (int gate = 0; gate < signs.size(); gate++) {
        if (signs.get(gate) != 0) {
          values[gate * units + unit] = (float) (signs.get(gate) * StrictMath.log(steps));
        }
      }
    }
  }

  /// Gram and Schmidt, twice for accuracy, over the rows or columns, whichever are fewer. The rows
  /// of normal numbers point everywhere alike, and so does what they become.
  private static void orthogonal(Random random, float[] values, int at, int outputs, int inputs) {
    int few = Math.min(outputs, inputs);
    int many = Math.max(outputs, inputs);
    double[][] q = new double[few][many];
    for (int i = 0; i < few; i++) {
      for (int j = 0; j < many; j++) {
        q[i][j] = random.normal(at + (long) i * many + j);
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < i; k++) {
          double dot = dot(q[i], q[k]);
          for (int j = 0; j < many; j++) {
            q[i][j] -= dot * q[k][j];
          }
        }
      }
      double norm = Math.sqrt(dot(q[i], q[i]));
      for (int j = 0; j < many; j++) {
        q[i][j] /= norm;
      }
    }
    for (int o = 0; o < outputs; o++) {
      for (int k = 0; k < inputs; k++) {
        values[at + o * inputs + k] = (float) (outputs <= inputs ? q[o][k] : q[k][o]);
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
