package io.github.carouselml.tensor;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/// A backend whose buffers nobody can read as arrays, like those of another device: it lets another
/// backend do the work on buffers that it keeps to itself. Memory is not zero where it need not be:
/// after [#poison] buffers begin as NaN, so that what reads before it writes shows.
public final class OpaqueBackend implements Backend {
  private final Backend inner;
  private boolean poison;

  public OpaqueBackend(Backend inner) {
    this.inner = inner;
  }

  private record Wrapped(Buffer secret) implements Buffer {
    @Override
    public int size() {
      return secret.size();
    }
  }

  /// From now on, buffers begin as NaN.
  public OpaqueBackend poison() {
    poison = true;
    return this;
  }

  private static Slot open(Slot slot) {
    return new Slot(((Wrapped) slot.buffer()).secret(), slot.offset(), slot.size());
  }

  private static Object openAny(Object argument) {
    return switch (argument) {
      case null -> null;
      case Slot slot -> open(slot);
      case Slot[] slots -> {
        Slot[] opened = new Slot[slots.length];
        for (int i = 0; i < slots.length; i++) {
          opened[i] = slots[i] == null ? null : open(slots[i]);
        }
        yield opened;
      }
      default -> argument;
    };
  }

  private static <T> T wrap(Class<T> type, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object[] opened = arguments == null ? new Object[0] : arguments.clone();
              for (int i = 0; i < opened.length; i++) {
                opened[i] = openAny(opened[i]);
              }
              try {
                method.setAccessible(true);
                return method.invoke(target, opened);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Override
  public String name() {
    return "opaque";
  }

  @Override
  public Buffer allocate(int floats) {
    Buffer secret = inner.allocate(floats);
    if (poison) {
      inner.operations().elements().fill(Slot.of(secret), Float.NaN);
    }
    return new Wrapped(secret);
  }

  @Override
  public void upload(float[] from, int offset, Slot to) {
    inner.upload(from, offset, open(to));
  }

  @Override
  public void download(Slot from, float[] to, int offset) {
    inner.download(open(from), to, offset);
  }

  @Override
  public void uploadRows(float[] from, int rows, int features, Slot to) {
    inner.uploadRows(from, rows, features, open(to));
  }

  @Override
  public void downloadRows(Slot from, int rows, int features, float[] to) {
    inner.downloadRows(open(from), rows, features, to);
  }

  @Override
  public void pack(Layout layout, float[] canonical, Slot to) {
    inner.pack(layout, canonical, open(to));
  }

  @Override
  public void unpack(Layout layout, Slot from, float[] canonical) {
    inner.unpack(layout, open(from), canonical);
  }

  @Override
  public Operations operations() {
    Operations real = inner.operations();
    return new Operations(
        wrap(Elements.class, real.elements()),
        wrap(Moves.class, real.moves()),
        wrap(Dense.class, real.dense()),
        wrap(Norms.class, real.norms()),
        wrap(Attentions.class, real.attentions()),
        wrap(Losses.class, real.losses()),
        wrap(Paths.class, real.paths()),
        wrap(Updates.class, real.updates()));
  }

  @Override
  public RecurrentPlan plan(
      CellSpec cell, int inputSize, int maxSteps, int maxSequences, Set<Flag> flags) {
    return wrap(RecurrentPlan.class, inner.plan(cell, inputSize, maxSteps, maxSequences, flags));
  }

  @Override
  public RecurrentPlan plan(
      CellSpec cell,
      int inputSize,
      int maxSteps,
      int maxSequences,
      Set<Flag> flags,
      RecurrentNoise noise) {
    return wrap(
        RecurrentPlan.class, inner.plan(cell, inputSize, maxSteps, maxSequences, flags, noise));
  }

  @Override
  public void close() {
    inner.close();
  }
}
