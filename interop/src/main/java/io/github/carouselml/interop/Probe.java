package io.github.carouselml.interop;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// An input and the output that the other framework gave for it, batch first: `[B, T, I]`, or
/// `[B, T]` of tokens, and `[B, T, O]`, or `[B, O]` where the network gives one output for each sequence.
public final class Probe {
  private final Npy in;
  private final Npy out;

  private Probe(Npy in, Npy out) {
    this.in = in;
    this.out = out;
  }

  /// How far a network is from the other framework.
  ///
  /// @param largest the largest difference, in units of `max(1, |expected|)`; infinite for one
  ///     that is no number
  /// @param got the network's output there
  /// @param expected the other framework's
  /// @param at the indices of that output
  public record Result(double largest, double got, double expected, List<Integer> at) {
    /// Refuses a network that is further away than this.
    ///
    /// @throws CarouselException.Data with both numbers
    public void require(double tolerance) {
      if (!(largest <= tolerance)) {
        throw new CarouselException.Data(
            ("The network does not compute what the probe says: output %s is %s, expected %s; the"
                    + " largest difference %s is above %s. Is the chain complete, the nonlinearity"
                    + " right, and was the probe made in eval() mode?")
                .formatted(at, (float) got, (float) expected, (float) largest, (float) tolerance));
      }
    }
  }

  /// Reads both arrays.
  ///
  /// @throws IOException where there is no such file, or it cannot be read
  /// @throws CarouselException.BadFile for what is no `.npy` file of such numbers
  public static Probe read(Path in, Path out) throws IOException {
    return new Probe(Npy.read(in), Npy.read(out));
  }

  /// Runs the network on the input and compares.
  public Result replay(NetworkModel model) {
    NetworkSpec spec = model.spec();
    boolean tokens = spec.takesTokens();
    String expectedIn = tokens ? "[B, T] of whole numbers" : "[B, T, " + spec.inputSize() + "]";
    if (in.whole() != tokens
        || in.shape().size() != (tokens ? 2 : 3)
        || (!tokens && in.shape().getLast() != spec.inputSize())) {
      throw wrong(in, expectedIn);
    }
    int B = in.shape().get(0);
    int T = in.shape().get(1);
    int O = spec.outputSize();
    List<Integer> outputs = spec.givesSteps() ? List.of(B, T, O) : List.of(B, O);
    if (out.whole() || !out.shape().equals(outputs)) {
      throw wrong(out, outputs + " of float32, for the input of " + in.where());
    }
    return compare(tokens ? model.predict(tokens(B, T)) : model.predict(numbers(B, T)));
  }

  private static CarouselException wrong(Npy array, String expected) {
    return new CarouselException.Data(
        ("%s has the shape %s of %s, but %s is needed. Arrays of a probe are batch first: of a"
                + " network that is not, save x.transpose(0, 1).")
            .formatted(
                array.where(),
                array.shape(),
                array.whole() ? "whole numbers" : "float32",
                expected));
  }

  private int[][] tokens(int B, int T) {
    int[][] tokens = new int[B][T];
    for (int i = 0; i < B * T; i++) {
      double token = in.values()[i];
      if (token < 0 || token > Integer.MAX_VALUE) {
        throw new CarouselException.Data(
            "Number %d of %s is %.0f, which is no token.".formatted(i, in.where(), token));
      }
      tokens[i / T][i % T] = (int) token;
    }
    return tokens;
  }

  private float[][][] numbers(int B, int T) {
    int I = in.shape().getLast();
    float[][][] x = new float[B][T][I];
    for (int i = 0; i < B * T * I; i++) {
      x[i / I / T][i / I % T][i % I] = (float) in.values()[i];
    }
    return x;
  }

  private Result compare(float[][][] outputs) {
    Result worst = new Result(0, 0, 0, List.of());
    int i = 0;
    for (int b = 0; b < outputs.length; b++) {
      for (int t = 0; t < outputs[b].length; t++) {
        for (int o = 0; o < outputs[b][t].length; o++) {
          double got = outputs[b][t][o];
          double expected = out.values()[i++];
          double difference = Math.abs(got - expected) / Math.max(1, Math.abs(expected));
          if (!(difference <= worst.largest)) {
            boolean steps = out.shape().size() == 3;
            List<Integer> at = steps ? List.of(b, t, o) : List.of(b, o);
            double size = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
            worst = new Result(size, got, expected, at);
          }
        }
      }
    }
    return worst;
  }
}
