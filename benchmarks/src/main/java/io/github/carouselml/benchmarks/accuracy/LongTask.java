package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.kernel.Random;

/// A task whose answer lies far back in its input. Each sequence is a function of a seed and a
/// number, so there is no end of them and none comes twice.
enum LongTask {
  /// Hochreiter and Schmidhuber 1997, experiment 4, in the form of Le et al. 2015: at each of 400
  /// steps a number from [0, 1), and two steps with a mark, one in each half. The answer is the sum
  /// of the two marked numbers.
  ADDING(2, 400, 1, "mean squared error", 1.0 / 6) {
    @Override
    Example example(Random random, long from) {
      float[][] x = new float[longest][inputSize];
      for (int t = 0; t < longest; t++) {
        x[t][0] = random.uniform(from + t);
      }
      int half = longest / 2;
      int first = random.below(half, from + longest);
      int second = half + random.below(half, from + longest + 1);
      x[first][1] = 1;
      x[second][1] = 1;
      return new Example(x, new float[] {x[first][0] + x[second][0]});
    }
  },

  /// Hochreiter and Schmidhuber 1997 in the form of Arjovsky et al. 2016: 10 symbols out of 8, 99
  /// blanks, a sign to begin, 10 blanks. The answer is blank for 110 steps, then the 10 symbols. Who
  /// remembers nothing knows the blanks, and of the symbols that there are 8.
  COPY(10, 120, 9, "cross-entropy a step", 10 * StrictMath.log(8) / 120) {
    @Override
    Example example(Random random, long from) {
      int symbols = 10;
      int blank = 8;
      int sign = 9;
      float[][] x = new float[longest][inputSize];
      float[] answers = new float[longest];
      for (int t = 0; t < longest; t++) {
        int in = t < symbols ? random.below(8, from + t) : t == longest - 11 ? sign : blank;
        x[t][in] = 1;
        boolean answering = t >= longest - symbols;
        answers[t] = answering ? random.below(8, from + t - (longest - symbols)) : blank;
      }
      return new Example(x, answers);
    }
  },

  /// Hochreiter and Schmidhuber 1997, experiment 6a: 100 to 110 symbols; one at steps 10 to 20 and
  /// one at steps 50 to 60 are X or Y, the others one of four without meaning, between a first and a
  /// last sign. The answer is which two came, in their order: four classes.
  ORDER(8, 110, 4, "percent right", 25) {
    @Override
    Example example(Random random, long from) {
      int length = 100 + random.below(11, from + longest);
      int first = 10 + random.below(11, from + longest + 1);
      int second = 50 + random.below(11, from + longest + 2);
      int one = random.below(2, from + longest + 3);
      int two = random.below(2, from + longest + 4);
      float[][] x = new float[length][inputSize];
      for (int t = 0; t < length; t++) {
        int symbol = 4 + random.below(4, from + t);
        if (t == first) {
          symbol = 2 + one;
        } else if (t == second) {
          symbol = 2 + two;
        } else if (t == 0 || t == length - 1) {
          symbol = t == 0 ? 0 : 1;
        }
        x[t][symbol] = 1;
      }
      return new Example(x, new float[] {2 * one + two});
    }
  };

  /// A sequence with its answer: a number or a class after the last step, or a class at each step.
  @SuppressWarnings("ArrayRecordComponent") // a pair of arrays, not a value
  record Example(float[][] x, float[] answers) {}

  /// Indices of random numbers that a sequence has for itself.
  private static final long NUMBERS = 1024;

  final int inputSize;
  final int longest;
  final int outputs;
  final String measure;

  /// What who remembers nothing gets.
  final double memoryless;

  LongTask(int inputSize, int longest, int outputs, String measure, double memoryless) {
    this.inputSize = inputSize;
    this.longest = longest;
    this.outputs = outputs;
    this.measure = measure;
    this.memoryless = memoryless;
  }

  abstract Example example(Random random, long from);

  /// The sequence of this number among those of a seed.
  Example draw(long seed, int number) {
    return example(new Random(seed, Random.Purpose.SAMPLE, ordinal()), number * NUMBERS);
  }

  /// Whether a measurement reaches the goal.
  boolean reached(double measured) {
    return switch (this) {
      case ADDING -> measured < 0.01;
      case COPY -> measured < memoryless / 10;
      case ORDER -> measured >= 99;
    };
  }

  String goal() {
    return switch (this) {
      case ADDING -> "below 0.01";
      case COPY -> "below a tenth of the memoryless loss";
      case ORDER -> "99 or more";
    };
  }
}
