package io.github.carouselml.benchmarks.onednn;

import io.github.carouselml.benchmarks.Mode;
import io.github.carouselml.benchmarks.Point;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.lstm_backward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/// One layer's primitives, memories and, in training, the reorders of every step.
///
/// The zero initial state is always given: without it the backward primitive's gradient of the
/// recurrent weights is wrong.
final class OneDnnLayer {

  private static final int GATES = 4;

  /// A primitive's argument under its number.
  private record Argument(int number, memory value) {}

  /// Weights that two primitives want in two layouts.
  private record Move(reorder primitive, memory from, memory to) {}

  private final engine cpu;
  private final stream queue;
  private final int inputs;
  private final int hidden;
  private final memory x;
  private final memory y;
  private final memory w;
  private final memory r;
  private final memory b;
  private final FloatPointer xValues;
  private final FloatPointer yValues;
  private final List<FloatPointer> states = new ArrayList<>();
  private final lstm_forward forward;
  private final IntMemoryMap[] forwardArguments = new IntMemoryMap[2];
  private int turn;

  // Training only.
  private @Nullable lstm_backward backward;
  private @Nullable IntMemoryMap backwardArguments;
  private @Nullable memory dx;
  private @Nullable memory dy;
  private @Nullable memory dwForward;
  private @Nullable memory drForward;
  private @Nullable memory dbMemory;
  private final List<Move> before = new ArrayList<>();
  private final List<Move> after = new ArrayList<>();
  private final List<FloatPointer> summed = new ArrayList<>();

  OneDnnLayer(
      engine cpu,
      stream queue,
      Mode mode,
      int steps,
      Point point,
      int inputs,
      @Nullable OneDnnLayer below) {
    this.cpu = cpu;
    this.queue = queue;
    this.inputs = inputs;
    hidden = point.hiddenSize();
    int batch = point.batch();
    memory.desc xLayout = layout(memory.format_tag.tnc, steps, batch, inputs);
    memory.desc yLayout = layout(memory.format_tag.tnc, steps, batch, hidden);
    memory.desc state = layout(memory.format_tag.ldnc, 1, 1, batch, hidden);
    memory.desc anyW = layout(memory.format_tag.any, 1, 1, inputs, GATES, hidden);
    memory.desc anyR = layout(memory.format_tag.any, 1, 1, hidden, GATES, hidden);
    memory.desc bias = layout(memory.format_tag.ldgo, 1, 1, GATES, hidden);
    boolean training = mode == Mode.TRAINING;
    lstm_forward.primitive_desc plan =
        new lstm_forward.primitive_desc(
            cpu,
            training ? dnnl.prop_kind.forward_training : dnnl.prop_kind.forward_inference,
            dnnl.rnn_direction.unidirectional_left2right,
            xLayout,
            state,
            state,
            anyW,
            anyR,
            bias,
            yLayout,
            state,
            state);
    forward = new lstm_forward(plan);
    x = below == null ? new memory(xLayout, cpu) : below.y;
    y = new memory(yLayout, cpu);
    w = new memory(plan.weights_layer_desc(), cpu);
    r = new memory(plan.weights_iter_desc(), cpu);
    b = new memory(bias, cpu);
    xValues = values(x);
    yValues = values(y);
    memory[] h = new memory[2];
    memory[] c = new memory[2];
    for (int i = 0; i < 2; i++) {
      h[i] = new memory(state, cpu);
      c[i] = new memory(state, cpu);
      states.add(values(h[i]));
      states.add(values(c[i]));
    }
    restart();
    memory workspace = training ? new memory(plan.workspace_desc(), cpu) : null;
    // In streaming the two states change places at every step.
    for (int i = 0; i < 2; i++) {
      int from = mode == Mode.STREAMING ? i : 0;
      List<Argument> arguments =
          new ArrayList<>(
              List.of(
                  new Argument(dnnl.DNNL_ARG_SRC_LAYER, x),
                  new Argument(dnnl.DNNL_ARG_SRC_ITER, h[from]),
                  new Argument(dnnl.DNNL_ARG_SRC_ITER_C, c[from]),
                  new Argument(dnnl.DNNL_ARG_WEIGHTS_LAYER, w),
                  new Argument(dnnl.DNNL_ARG_WEIGHTS_ITER, r),
                  new Argument(dnnl.DNNL_ARG_BIAS, b),
                  new Argument(dnnl.DNNL_ARG_DST_LAYER, y),
                  new Argument(dnnl.DNNL_ARG_DST_ITER, h[1 - from]),
                  new Argument(dnnl.DNNL_ARG_DST_ITER_C, c[1 - from])));
      if (workspace != null) {
        arguments.add(new Argument(dnnl.DNNL_ARG_WORKSPACE, workspace));
      }
      forwardArguments[i] = map(arguments);
    }
    if (workspace != null) {
      List<memory.desc> layouts = List.of(xLayout, state, anyW, anyR, bias, yLayout);
      planBackward(plan, layouts, h, c, workspace, below);
    }
  }

  private void planBackward(
      lstm_forward.primitive_desc forwardPlan,
      List<memory.desc> layouts,
      memory[] h,
      memory[] c,
      memory workspace,
      @Nullable OneDnnLayer below) {
    memory.desc xLayout = layouts.get(0);
    memory.desc state = layouts.get(1);
    memory.desc anyW = layouts.get(2);
    memory.desc anyR = layouts.get(3);
    memory.desc bias = layouts.get(4);
    memory.desc yLayout = layouts.get(5);
    lstm_backward.primitive_desc plan =
        new lstm_backward.primitive_desc(
            cpu,
            dnnl.prop_kind.backward,
            dnnl.rnn_direction.unidirectional_left2right,
            xLayout,
            state,
            state,
            anyW,
            anyR,
            bias,
            yLayout,
            state,
            state,
            xLayout,
            state,
            state,
            anyW,
            anyR,
            bias,
            yLayout,
            state,
            state,
            forwardPlan);
    backward = new lstm_backward(plan);
    dy = new memory(yLayout, cpu);
    memory dxMemory = below == null ? new memory(xLayout, cpu) : below.dy();
    dx = dxMemory;
    dbMemory = new memory(bias, cpu);
    memory dw = new memory(plan.diff_weights_layer_desc(), cpu);
    memory dr = new memory(plan.diff_weights_iter_desc(), cpu);
    memory wBackward = inLayout(w, plan.weights_layer_desc(), before);
    memory rBackward = inLayout(r, plan.weights_iter_desc(), before);
    dwForward = inLayout(dw, w.get_desc(), after);
    drForward = inLayout(dr, r.get_desc(), after);
    for (memory sum : List.of(dw, dr, dbMemory)) {
      summed.add(values(sum));
    }
    memory dhEnd = new memory(state, cpu);
    memory dcEnd = new memory(state, cpu);
    values(dhEnd).zero();
    values(dcEnd).zero();
    backwardArguments =
        map(
            List.of(
                new Argument(dnnl.DNNL_ARG_SRC_LAYER, x),
                new Argument(dnnl.DNNL_ARG_SRC_ITER, h[0]),
                new Argument(dnnl.DNNL_ARG_SRC_ITER_C, c[0]),
                new Argument(dnnl.DNNL_ARG_WEIGHTS_LAYER, wBackward),
                new Argument(dnnl.DNNL_ARG_WEIGHTS_ITER, rBackward),
                new Argument(dnnl.DNNL_ARG_BIAS, b),
                new Argument(dnnl.DNNL_ARG_DST_LAYER, y),
                new Argument(dnnl.DNNL_ARG_DST_ITER, h[1]),
                new Argument(dnnl.DNNL_ARG_DST_ITER_C, c[1]),
                new Argument(dnnl.DNNL_ARG_WORKSPACE, workspace),
                new Argument(dnnl.DNNL_ARG_DIFF_DST_LAYER, dy),
                new Argument(dnnl.DNNL_ARG_DIFF_DST_ITER, dhEnd),
                new Argument(dnnl.DNNL_ARG_DIFF_DST_ITER_C, dcEnd),
                new Argument(dnnl.DNNL_ARG_DIFF_SRC_LAYER, dxMemory),
                new Argument(dnnl.DNNL_ARG_DIFF_SRC_ITER, new memory(state, cpu)),
                new Argument(dnnl.DNNL_ARG_DIFF_SRC_ITER_C, new memory(state, cpu)),
                new Argument(dnnl.DNNL_ARG_DIFF_WEIGHTS_LAYER, dw),
                new Argument(dnnl.DNNL_ARG_DIFF_WEIGHTS_ITER, dr),
                new Argument(dnnl.DNNL_ARG_DIFF_BIAS, dbMemory)));
  }

  /// The memory itself where it has that layout, else another one and the reorder that fills it.
  private memory inLayout(memory from, memory.desc wanted, List<Move> moves) {
    if (from.get_desc().equals(wanted)) {
      return from;
    }
    memory to = new memory(wanted, cpu);
    moves.add(new Move(new reorder(from, to), from, to));
    return to;
  }

  void setWeights(float[] wRows, float[] rRows, float[] bias) {
    copy(rows(wRows, inputs), w);
    copy(rows(rRows, hidden), r);
    put(b, bias);
  }

  void forward() {
    forward.execute(queue, forwardArguments[turn]);
    turn = 1 - turn;
  }

  void backward() {
    if (backward == null || backwardArguments == null) {
      throw new IllegalStateException("This layer was not loaded for training.");
    }
    move(before);
    summed.forEach(FloatPointer::zero);
    backward.execute(queue, backwardArguments);
    move(after);
  }

  private void move(List<Move> moves) {
    for (Move move : moves) {
      move.primitive().execute(queue, move.from(), move.to());
    }
  }

  void restart() {
    states.forEach(FloatPointer::zero);
    turn = 0;
  }

  void putInput(float[] values, int offset) {
    xValues.put(values, offset, inputs);
  }

  void getOutput(float[] values) {
    yValues.get(values);
  }

  memory x() {
    return x;
  }

  memory y() {
    return y;
  }

  memory dx() {
    return trained(dx);
  }

  memory dy() {
    return trained(dy);
  }

  float[] dw() {
    return rowsOf(trained(dwForward), inputs);
  }

  float[] dr() {
    return rowsOf(trained(drForward), hidden);
  }

  float[] db() {
    return get(trained(dbMemory), GATES * hidden);
  }

  private static memory trained(@Nullable memory gradient) {
    if (gradient == null) {
      throw new IllegalStateException("This layer was not loaded for training.");
    }
    return gradient;
  }

  /// Weights as the problem has them: [gate, unit, input].
  private memory rows(float[] values, int columns) {
    memory rows = new memory(layout(memory.format_tag.ldgoi, 1, 1, columns, GATES, hidden), cpu);
    put(rows, values);
    return rows;
  }

  private float[] rowsOf(memory weights, int columns) {
    int size = GATES * hidden * columns;
    memory rows = new memory(layout(memory.format_tag.ldgoi, 1, 1, columns, GATES, hidden), cpu);
    copy(weights, rows);
    return get(rows, size);
  }

  private void copy(memory from, memory to) {
    new reorder(from, to).execute(queue, from, to);
    queue._wait();
  }

  static void put(memory to, float[] values) {
    values(to).put(values);
  }

  static float[] get(memory from, int size) {
    float[] copy = new float[size];
    values(from).get(copy);
    return copy;
  }

  private static FloatPointer values(memory of) {
    return new FloatPointer(of.get_data_handle()).capacity(of.get_desc().get_size() / Float.BYTES);
  }

  private static memory.desc layout(memory.format_tag tag, long... sizes) {
    return new memory.desc(sizes, memory.data_type.f32, tag);
  }

  private static IntMemoryMap map(List<Argument> arguments) {
    IntMemoryMap map = new IntMemoryMap();
    for (Argument argument : arguments) {
      map.put(argument.number(), argument.value());
    }
    return map;
  }
}
