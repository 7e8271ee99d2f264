package io.github.carouselml.layer;

import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Long sequences in pieces (truncated backpropagation through time): where one batch's sequence
/// ended, the next batch's goes on, place by place. Values are carried, gradients are not.
/// ```
/// var carried = new CarriedState(tape, stack, rows);
/// var result = stack.apply(x, carried.first(), true);
/// carried.last(result.last());
/// var program = tape.program();
/// …
/// rows.set(lengths, streams);
/// carried.begin(program, reset);      // reset[b]: another sequence begins at place b
/// program.train(update, 1);
/// carried.end(program);
/// ```
/// A place that is reset begins from zeros whatever was there before. The batch keeps the number of
/// its places; a piece of length 0 leaves its state as it is. Nothing is allocated at a step.
public final class CarriedState {
  private final Rows rows;
  private final List<Tensor> first = new ArrayList<>();
  private final List<Tensor> last = new ArrayList<>();
  private final List<State> states = new ArrayList<>();
  private final List<float[]> places = new ArrayList<>(); // [place, features] of each tensor
  private final List<float[]> ranks = new ArrayList<>(); // [rank, features]

  /// Records the first states of a stack, which reads forward, as inputs; all begin at zeros.
  public CarriedState(Tape tape, Recurrent stack, Rows rows) {
    if (stack.direction() != Direction.FORWARD) {
      throw new CarouselException.Request(
          "Recurrent '"
              + stack.name()
              + "' does not read forward alone, so its state cannot be carried to the next piece.");
    }
    this.rows = rows;
    RowSpace space = new RowSpace.Sequences(rows);
    for (int s = 0; s < stack.states(); s++) {
      var cell = stack.cell(s);
      Tensor h = input(tape, stack.name() + " carried h " + s, space, cell.outputSize());
      Tensor c =
          cell.hasCellState()
              ? input(tape, stack.name() + " carried c " + s, space, cell.hiddenSize())
              : null;
      states.add(new State(h, c));
    }
  }

  private Tensor input(Tape tape, String name, RowSpace space, int features) {
    Tensor input = tape.input(name, space, features);
    first.add(input);
    places.add(new float[Math.multiplyExact(rows.maxSequences(), features)]);
    ranks.add(new float[Math.multiplyExact(rows.maxSequences(), features)]);
    return input;
  }

  /// The first states, to be given to the stack.
  public List<State> first() {
    return List.copyOf(states);
  }

  /// Takes the last states that the stack gave, before the program is made.
  public void last(List<State> ends) {
    if (ends.size() != states.size()) {
      throw new CarouselException.Request(
          "%d last states were given, but %d states are carried."
              .formatted(ends.size(), states.size()));
    }
    for (int s = 0; s < ends.size(); s++) {
      keep(s, "h", states.get(s).h(), ends.get(s).h());
      keep(s, "c", states.get(s).c(), ends.get(s).c());
    }
  }

  private void keep(int state, String what, @Nullable Tensor before, @Nullable Tensor after) {
    int expected = before == null ? 0 : before.features();
    int got = after == null ? 0 : after.features();
    if (got != expected) {
      throw new CarouselException.Request(
          "The last state %d has a %s of size %d, but one of size %d is carried."
              .formatted(state, what, got, expected));
    }
    if (after != null) {
      last.add(after.tape().keep(after));
    }
  }

  /// Sets the first states of a batch, after its rows were set and before it runs.
  ///
  /// @param reset for each place, whether another sequence begins there
  public void begin(Program program, boolean[] reset) {
    if (last.size() != first.size()) {
      throw new IllegalStateException("Give the stack's last states to last() before the program.");
    }
    if (reset.length < rows.sequences() || reset.length > rows.maxSequences()) {
      throw new CarouselException.Request(
          "A batch of "
              + rows.sequences()
              + " sequences got a reset mask of "
              + reset.length
              + " places.");
    }
    for (int i = 0; i < first.size(); i++) {
      int features = first.get(i).features();
      float[] kept = places.get(i);
      float[] to = ranks.get(i);
      for (int b = 0; b < rows.sequences(); b++) {
        if (reset[b]) {
          Arrays.fill(kept, b * features, (b + 1) * features, 0f);
        }
        System.arraycopy(kept, b * features, to, rows.rank(b) * features, features);
      }
      program.upload(first.get(i), to);
    }
  }

  /// Takes the last states of the batch that ran.
  public void end(Program program) {
    for (int i = 0; i < last.size(); i++) {
      int features = last.get(i).features();
      float[] from = ranks.get(i);
      program.download(last.get(i), from);
      for (int b = 0; b < rows.sequences(); b++) {
        System.arraycopy(from, rows.rank(b) * features, places.get(i), b * features, features);
      }
    }
  }

  /// All carried numbers, for a checkpoint: a copy.
  public float[] numbers() {
    float[] all = new float[places.stream().mapToInt(place -> place.length).sum()];
    int at = 0;
    for (float[] place : places) {
      System.arraycopy(place, 0, all, at, place.length);
      at += place.length;
    }
    return all;
  }

  /// Goes on from the numbers of a checkpoint.
  public void restore(float[] numbers) {
    int size = places.stream().mapToInt(place -> place.length).sum();
    if (numbers.length != size) {
      throw new CarouselException.Request(
          "The carried state has " + size + " numbers, not " + numbers.length + ".");
    }
    int at = 0;
    for (float[] place : places) {
      System.arraycopy(numbers, at, place, 0, place.length);
      at += place.length;
    }
  }
}
