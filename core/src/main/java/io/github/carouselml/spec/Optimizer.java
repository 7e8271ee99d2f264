package io.github.carouselml.spec;

/// How gradients `g` become steps of the parameters `w`. The learning rate is the one of the first
/// step after any warm-up; a [Schedule] multiplies it. What an optimizer remembers between steps
/// begins at 0.
public sealed interface Optimizer {
  /// The length of a step, before the schedule.
  double learningRate();

  /// The same optimizer with another learning rate.
  Optimizer withLearningRate(double rate);

  /// Stochastic gradient descent with momentum: `m = momentum m + g`, `w = w - rate m`, or with
  /// Nesterov's look ahead `w = w - rate (momentum m + g)` (Sutskever et al. 2013). With momentum 0
  /// it remembers nothing.
  ///
  /// @param momentum the share of the last step that goes on, from 0 to below 1
  record Sgd(double learningRate, double momentum, boolean nesterov) implements Optimizer {
    public Sgd {
      Numbers.positive("learning rate", learningRate);
      Numbers.fraction("momentum", momentum);
      if (nesterov && momentum == 0) {
        throw new CarouselException.Request(
            "Nesterov has no effect with momentum 0: it looks ahead along the momentum.");
      }
    }

    /// Without momentum.
    public Sgd(double learningRate) {
      this(learningRate, 0, false);
    }

    @Override
    public Sgd withLearningRate(double rate) {
      return new Sgd(rate, momentum, nesterov);
    }

    public Sgd withMomentum(double newMomentum) {
      return new Sgd(learningRate, newMomentum, nesterov);
    }

    public Sgd withNesterov(boolean newNesterov) {
      return new Sgd(learningRate, momentum, newNesterov);
    }
  }

  /// `v = smoothing v + (1 - smoothing) g²`, `w = w - rate g / (√v + epsilon)` (Tieleman & Hinton
  /// 2012, lecture 6.5).
  ///
  /// @param smoothing how much of the mean square is kept, from 0 to below 1
  /// @param epsilon keeps the quotient finite; above 0
  record RmsProp(double learningRate, double smoothing, double epsilon) implements Optimizer {
    public RmsProp {
      Numbers.positive("learning rate", learningRate);
      Numbers.fraction("smoothing", smoothing);
      Numbers.positive("epsilon", epsilon);
    }

    /// Smoothing 0.99, epsilon 1e-8.
    public RmsProp(double learningRate) {
      this(learningRate, 0.99, 1e-8);
    }

    @Override
    public RmsProp withLearningRate(double rate) {
      return new RmsProp(rate, smoothing, epsilon);
    }
  }

  /// `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g²`,
  /// `w = w - rate m̂ / (√v̂ + epsilon)` with `m̂ = m / (1 - beta1ᵗ)`, `v̂ = v / (1 - beta2ᵗ)`
  /// (Kingma & Ba 2015, algorithm 1).
  ///
  /// @param beta1 how much of the mean is kept, from 0 to below 1
  /// @param beta2 how much of the mean square is kept, from 0 to below 1
  /// @param epsilon keeps the quotient finite; above 0
  record Adam(double learningRate, double beta1, double beta2, double epsilon)
      implements Optimizer {
    public Adam {
      Numbers.positive("learning rate", learningRate);
      Numbers.fraction("beta1", beta1);
      Numbers.fraction("beta2", beta2);
      Numbers.positive("epsilon", epsilon);
    }

    /// Betas 0.9 and 0.999, epsilon 1e-8, as in the paper.
    public Adam(double learningRate) {
      this(learningRate, 0.9, 0.999, 1e-8);
    }

    @Override
    public Adam withLearningRate(double rate) {
      return new Adam(rate, beta1, beta2, epsilon);
    }
  }

  /// [Adam] with weight decay of its own: `w = (1 - rate weightDecay) w - rate m̂ / (√v̂ +
  /// epsilon)` (Loshchilov & Hutter 2019, algorithm 2, with the schedule inside the rate as PyTorch
  /// and Keras have it). Biases and gains do not decay.
  ///
  /// @param weightDecay the pull towards 0, above 0
  record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
      implements Optimizer {
    public AdamW {
      Numbers.positive("learning rate", learningRate);
      Numbers.fraction("beta1", beta1);
      Numbers.fraction("beta2", beta2);
      Numbers.positive("epsilon", epsilon);
      Numbers.positive("weight decay", weightDecay);
    }

    /// Betas 0.9 and 0.999, epsilon 1e-8.
    public AdamW(double learningRate, double weightDecay) {
      this(learningRate, 0.9, 0.999, 1e-8, weightDecay);
    }

    @Override
    public AdamW withLearningRate(double rate) {
      return new AdamW(rate, beta1, beta2, epsilon, weightDecay);
    }

    public AdamW withWeightDecay(double decay) {
      return new AdamW(learningRate, beta1, beta2, epsilon, decay);
    }
  }
}
