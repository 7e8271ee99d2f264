package io.github.carouselml.cpu;

import static io.github.carouselml.cpu.CpuBuffer.at;
import static io.github.carouselml.cpu.CpuBuffer.floats;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.RecurrentStep;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.util.Arrays;
import java.util.Set;

/// The processor that Java itself runs on: buffers are arrays on the heap.
public final class CpuBackend implements Backend {
  private final Engine engine;

  /// A backend that computes with these kernels and threads.
  public CpuBackend(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public Buffer allocate(int floats) {
    return new CpuBuffer(floats);
  }

  @Override
  public void upload(float[] from, int offset, Slot to) {
    System.arraycopy(from, offset, floats(to), at(to), to.size());
  }

  @Override
  public void download(Slot from, float[] to, int offset) {
    System.arraycopy(floats(from), at(from), to, offset, from.size());
  }

  @Override
  public void uploadRows(float[] from, int rows, int features, Slot to) {
    float[] array = floats(to);
    int ld = Sizes.stride(features);
    for (int r = 0; r < rows; r++) {
      int at = at(to) + r * ld;
      System.arraycopy(from, r * features, array, at, features);
      Arrays.fill(array, at + features, at + ld, 0f);
    }
  }

  @Override
  public void downloadRows(Slot from, int rows, int features, float[] to) {
    float[] array = floats(from);
    int ld = Sizes.stride(features);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(array, at(from) + r * ld, to, r * features, features);
    }
  }

  @Override
  public void pack(Layout layout, float[] canonical, Slot to) {
    float[] array = floats(to);
    Arrays.fill(array, at(to), at(to) + layout.packedSize(), 0f);
    int count = layout.canonicalSize();
    for (int i = 0; i < count; i++) {
      array[at(to) + layout.packed(i)] = canonical[i];
    }
  }

  @Override
  public void unpack(Layout layout, Slot from, float[] canonical) {
    float[] array = floats(from);
    int count = layout.canonicalSize();
    for (int i = 0; i < count; i++) {
      canonical[i] = array[at(from) + layout.packed(i)];
    }
  }

  @Override
  public Operations operations() {
    CpuUpdates updates = new CpuUpdates(engine);
    return new Operations(
        new CpuElements(engine),
        new CpuMoves(engine),
        new CpuDense(engine),
        new CpuNorms(engine),
        new CpuAttention(engine),
        new CpuLosses(engine, updates),
        new CpuPaths(engine),
        updates);
  }

  @Override
  public RecurrentPlan plan(
      CellSpec cell, int inputSize, int maxSteps, int maxSequences, Set<Flag> flags) {
    return plan(cell, inputSize, maxSteps, maxSequences, flags, new RecurrentNoise());
  }

  @Override
  public RecurrentPlan plan(
      CellSpec cell,
      int inputSize,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise) {
    return new Sweep(
        engine, cell, inputSize, maxSteps, maxSequences, flags, noise, new Memory(true));
  }

  @Override
  public long planFloats(
      CellSpec cell,
      int inputSize,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise) {
    Memory memory = new Memory(false);
    Sweep counted =
        new Sweep(engine, cell, inputSize, maxSteps, maxSequences, flags, noise, memory);
    return counted.workspaceFloats() + counted.reserveFloats();
  }

  @Override
  public RecurrentStep step(
      CellSpec cell,
      int inputSize,
      RecurrentNoise noise,
      Slot[] parameters,
      WeightPrecision precision) {
    return new SingleStep(engine, cell, inputSize, noise, parameters, precision);
  }

  /// Ends the team's threads.
  @Override
  public void close() {
    engine.team().close();
  }
}
