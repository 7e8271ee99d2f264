import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.ParameterWeights;
import io.github.carouselml.train.Samples;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;

/// A model of your own, trained: the adding problem of Hochreiter & Schmidhuber (1997). Each step
/// has a number and a mark; what is to be found at the end is the sum of the two marked numbers.
/// Who always answers 1 has a mean squared error of 1/6: to do better is to remember.

final int STEPS = 20;

// The model: layers have names and sizes, the numbers live in Parameters.
final Recurrent lstm = new Recurrent("lstm", 2, new CellSpec.Lstm(32));
final Dense head = new Dense("head", 32, 1);
final List<Layer> model = List.of(lstm, head);

Tensor answer(Tensor x) {
  return head.apply(Sequences.last(lstm.apply(x)));
}

void main() throws IOException {
  try (var backend = Backends.cpu()) {
    var parameters = Layer.initialize(backend, model, 1);
    var spec =
        new TrainSpec(10, 50)
            .withOptimizer(new Optimizer.Adam(0.01))
            .withClipping(Clipping.byNorm(1));
    try (var trainer = new Trainer(new TrainJob(spec, backend, parameters, new Sums(2000, 1)))) {
      trainer.run().epochs().stream()
          .filter(epoch -> epoch.epoch() % 5 == 0)
          .forEach(
              epoch -> IO.println("epoch " + epoch.epoch() + ", loss " + (float) epoch.loss()));
    }

    // A model file is a safetensors file: Python opens it too.
    var file = Files.createTempDirectory("adding").resolve("model.safetensors");
    var about = Json.object().with("about", "the adding problem");
    new ModelFile(ParameterWeights.read(parameters), about, about, about).write(file);

    // To predict: the same layers over parameters without gradients, on a tape that only predicts.
    var loaded = Layer.forPrediction(backend, model);
    ParameterWeights.write(ModelFile.read(file).weights(), loaded, file.toString());
    var tape = new Tape(backend, loaded, Tape.Mode.PREDICT, 0);
    var unseen = new Sums(1000, 2);
    var batch = unseen.record(tape, unseen.size());
    try (var program = tape.program()) {
      batch.load(program, IntStream.range(0, unseen.size()).toArray(), 0, unseen.size());
      double error = program.evaluate(0); // the mean of the squared errors
      // prints: it remembers: true
      IO.println("it remembers: " + (error < 0.01));
    }
  }
}

/// The samples, and the model with its loss as the trainer wants it recorded.
final class Sums implements Samples {
  private final float[][] x; // [sample][2 STEPS]
  private final float[] sum;

  Sums(int size, long seed) {
    var random = new Random(seed);
    x = new float[size][2 * STEPS];
    sum = new float[size];
    for (int s = 0; s < size; s++) {
      int first = random.nextInt(STEPS / 2);
      int second = STEPS / 2 + random.nextInt(STEPS / 2);
      for (int t = 0; t < STEPS; t++) {
        x[s][2 * t] = random.nextFloat();
        x[s][2 * t + 1] = t == first || t == second ? 1 : 0;
      }
      sum[s] = x[s][2 * first] + x[s][2 * second];
    }
  }

  @Override
  public int size() {
    return x.length;
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    var rows = new Rows(STEPS, capacity); // the batch: which rows are which sequence's steps
    Tensor inputs = tape.input("x", new RowSpace.Steps(rows), 2);
    Tensor targets = tape.input("sum", new RowSpace.Sequences(rows), 1);
    MeanLoss.of(new LossSpec.Squared(), answer(inputs), targets);

    int[] lengths = new int[capacity];
    Arrays.fill(lengths, STEPS);
    float[] xs = new float[capacity * STEPS * 2];
    float[] sums = new float[capacity];
    return (Program program, int[] samples, int from, int count) -> {
      rows.set(lengths, count);
      for (int i = 0; i < count; i++) {
        int sample = samples[from + i];
        for (int t = 0; t < STEPS; t++) {
          System.arraycopy(x[sample], 2 * t, xs, 2 * rows.row(t, i), 2);
        }
        sums[rows.rank(i)] = sum[sample];
      }
      program.upload(inputs, xs);
      program.upload(targets, sums);
      return rows.count();
    };
  }
}
