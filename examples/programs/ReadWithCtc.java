import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.CtcDecoder;
import io.github.carouselml.loss.CtcLoss;
import io.github.carouselml.loss.Labels;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.Batch;
import io.github.carouselml.train.ParameterWeights;
import io.github.carouselml.train.Samples;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;

/// Reading without being told where a symbol stands: each of four symbols sounds for two to five
/// noisy steps, with silence between, and what is known of a sequence is only which symbols it has.

final int SYMBOLS = 4;

final int BLANK = SYMBOLS; // one more class, for "nothing new"
final int STEPS = 40;

final Recurrent lstm =
    new Recurrent("lstm", SYMBOLS, new CellSpec.Lstm(24)).withDirection(Direction.BOTH);
final Dense head = new Dense("head", 48, SYMBOLS + 1);
final List<Layer> model = List.of(lstm, head);

void main() throws IOException {
  try (var backend = Backends.cpu()) {
    var parameters = Layer.initialize(backend, model, 1);
    var spec =
        new TrainSpec(12, 25)
            .withOptimizer(new Optimizer.Adam(0.01))
            .withClipping(Clipping.byNorm(1));
    try (var trainer = new Trainer(new TrainJob(spec, backend, parameters, new Sounds(500, 1)))) {
      trainer.run();
    }

    var unseen = new Sounds(200, 2);
    var trained = Layer.forPrediction(backend, model);
    ParameterWeights.write(ParameterWeights.read(parameters), trained, "memory");
    var tape = new Tape(backend, trained, Tape.Mode.PREDICT, 0);
    var batch = unseen.record(tape, unseen.size());
    try (var program = tape.program()) {
      batch.load(program, IntStream.range(0, unseen.size()).toArray(), 0, unseen.size());
      program.evaluate(0);
      float[] logits = new float[unseen.rows.count() * (SYMBOLS + 1)];
      program.download(unseen.logits, logits);
      var decoder = new CtcDecoder(SYMBOLS + 1, BLANK);
      int right = 0;
      for (int s = 0; s < unseen.size(); s++) {
        int steps = unseen.x[s].length / SYMBOLS;
        float[] own = new float[steps * (SYMBOLS + 1)]; // the rows of one sequence, in time
        for (int t = 0; t < steps; t++) {
          int from = unseen.rows.row(t, s) * (SYMBOLS + 1);
          System.arraycopy(logits, from, own, t * (SYMBOLS + 1), SYMBOLS + 1);
        }
        int[] read = decoder.greedy(own, steps).stream().mapToInt(k -> k).toArray();
        right += Arrays.equals(read, unseen.label[s]) ? 1 : 0;
      }
      // prints: most are read without a mistake: true
      IO.println("most are read without a mistake: " + (right > 0.9 * unseen.size()));
    }
  }
}

/// The samples, and the model with its loss as the trainer wants it recorded.
final class Sounds implements Samples {
  final float[][] x; // [sample][step * SYMBOLS]
  final int[][] label;
  Rows rows = new Rows(0, 0);
  Tensor logits;

  Sounds(int size, long seed) {
    var random = new Random(seed);
    x = new float[size][];
    label = new int[size][];
    for (int s = 0; s < size; s++) {
      label[s] = random.ints(1 + random.nextInt(5), 0, SYMBOLS).toArray();
      float[] steps = new float[STEPS * SYMBOLS];
      int t = 0;
      for (int symbol : label[s]) {
        t += 1 + random.nextInt(2);
        for (int end = t + 2 + random.nextInt(4); t < end; t++) {
          steps[t * SYMBOLS + symbol] = 1;
        }
      }
      x[s] = Arrays.copyOf(steps, (t + 1) * SYMBOLS);
      for (int i = 0; i < x[s].length; i++) {
        x[s][i] += 0.2f * (float) random.nextGaussian();
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
    var labels = new Labels(capacity, 5);
    Tensor inputs = tape.input("x", new RowSpace.Steps(batch), SYMBOLS);
    Tensor z = head.apply(lstm.apply(inputs));
    CtcLoss.of(z, labels, BLANK);
    if (!tape.isTraining()) {
      rows = batch;
      logits = tape.keep(z);
    }

    int[] lengths = new int[capacity];
    float[] xs = new float[capacity * STEPS * SYMBOLS];
    return (Program program, int[] samples, int from, int count) -> {
      for (int i = 0; i < count; i++) {
        lengths[i] = x[samples[from + i]].length / SYMBOLS;
        labels.set(i, label[samples[from + i]]);
      }
      batch.set(lengths, count);
      for (int i = 0; i < count; i++) {
        for (int t = 0; t < lengths[i]; t++) {
          int row = batch.row(t, i) * SYMBOLS;
          System.arraycopy(x[samples[from + i]], t * SYMBOLS, xs, row, SYMBOLS);
        }
      }
      program.upload(inputs, xs);
      return batch.count();
    };
  }
}
