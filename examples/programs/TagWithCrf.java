import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.loss.Crf;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.ParameterWeights;
import io.github.carouselml.train.Samples;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;

/// Tags that depend on each other: three tags that only ever go 0, 1, 2, 0, …, each staying for a
/// while, seen through much noise. Each step alone is a guess; the CRF learns how tags follow.

final int TAGS = 3;

final int STEPS = 30;

// Emissions come from any network; here a linear layer is enough.
final Dense head = new Dense("head", TAGS, TAGS);
final Crf crf = new Crf("crf", TAGS);
final List<Layer> model = List.of(head, crf);

void main() throws IOException {
  try (var backend = Backends.cpu()) {
    var parameters = Layer.initialize(backend, model, 1);
    var spec = new TrainSpec(20, 20).withOptimizer(new Optimizer.Adam(0.05));
    try (var trainer = new Trainer(new TrainJob(spec, backend, parameters, new Signals(400, 1)))) {
      trainer.run();
    }

    var unseen = new Signals(100, 2);
    var trained = Layer.forPrediction(backend, model);
    ParameterWeights.write(ParameterWeights.read(parameters), trained, "memory");
    var tape = new Tape(backend, trained, Tape.Mode.PREDICT, 0);
    var batch = unseen.record(tape, unseen.size());
    try (var program = tape.program()) {
      batch.load(program, IntStream.range(0, unseen.size()).toArray(), 0, unseen.size());
      program.evaluate(0);
      float[] emissions = new float[unseen.rows.count() * TAGS];
      program.download(unseen.emissions, emissions);
      var decoder = crf.decoder(trained);
      int alone = 0;
      int together = 0;
      for (int s = 0; s < unseen.size(); s++) {
        float[] own = new float[STEPS * TAGS]; // the rows of one sequence, in time
        for (int t = 0; t < STEPS; t++) {
          System.arraycopy(emissions, unseen.rows.row(t, s) * TAGS, own, t * TAGS, TAGS);
        }
        int[] found = decoder.decode(own, STEPS).tags();
        for (int t = 0; t < STEPS; t++) {
          int best = 0;
          for (int k = 1; k < TAGS; k++) {
            best = own[t * TAGS + k] > own[t * TAGS + best] ? k : best;
          }
          alone += best == unseen.tags[s][t] ? 0 : 1;
          together += found[t] == unseen.tags[s][t] ? 0 : 1;
        }
      }
      // prints: the chain makes less than half of the mistakes: true
      IO.println("the chain makes less than half of the mistakes: " + (2 * together < alone));
    }
  }
}

/// The samples, and the model with its loss as the trainer wants it recorded.
final class Signals implements Samples {
  final float[][] x; // [sample][step * TAGS]
  final int[][] tags;
  Rows rows = new Rows(0, 0);
  Tensor emissions;

  Signals(int size, long seed) {
    var random = new Random(seed);
    x = new float[size][STEPS * TAGS];
    tags = new int[size][STEPS];
    for (int s = 0; s < size; s++) {
      int tag = random.nextInt(TAGS);
      for (int t = 0; t < STEPS; t++) {
        tag = random.nextInt(4) == 0 ? (tag + 1) % TAGS : tag;
        tags[s][t] = tag;
        for (int k = 0; k < TAGS; k++) {
          x[s][t * TAGS + k] = (k == tag ? 1 : 0) + 0.7f * (float) random.nextGaussian();
        }
      }
    }
  }

  @Override
  public int size() {
    return x.length;
  }

  @Override
  public Batch record(Tape tape, int capacity) {
    var batch = new Rows(STEPS, capacity);
    Tensor inputs = tape.input("x", new RowSpace.Steps(batch), TAGS);
    Indices target = tape.indices("tags", new RowSpace.Steps(batch));
    Tensor e = head.apply(inputs);
    crf.loss(e, target, 1);
    if (!tape.isTraining()) {
      rows = batch;
      emissions = tape.keep(e);
    }

    int[] lengths = new int[capacity];
    Arrays.fill(lengths, STEPS);
    float[] xs = new float[capacity * STEPS * TAGS];
    return (Program program, int[] samples, int from, int count) -> {
      batch.set(lengths, count);
      for (int i = 0; i < count; i++) {
        for (int t = 0; t < STEPS; t++) {
          int row = batch.row(t, i);
          System.arraycopy(x[samples[from + i]], t * TAGS, xs, row * TAGS, TAGS);
          target.values()[row] = tags[samples[from + i]][t];
        }
      }
      program.upload(inputs, xs);
      return batch.count();
    };
  }
}
