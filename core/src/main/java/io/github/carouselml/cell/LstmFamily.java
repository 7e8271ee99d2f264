package io.github.carouselml.cell;

import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.spec.CellSpec;
import java.util.ArrayList;
import java.util.List;

/// The LSTM with its options, in float and in columns (the reference in double is
/// [LstmFamilyReference]; the plain one is [Lstm]):
/// ```
/// a = W x + R h' + b
/// i = σ(a_i + p_i c')      f = σ(a_f + p_f c')      g = φ(a_g)
/// c = f c' + i g
/// o = σ(a_o + p_o c)
/// y = o ψ(c)               h = P y
/// ```
/// Coupled: `f = 1 - i`, gates i g and o. Clipped: every argument of σ and φ is cut to ± clip.
///
/// A value that is σ(clip) or σ(-clip) came from beyond the clip, so backward needs no
/// pre-activation to know that the gradient is 0 there.
final class LstmFamily implements CellKernel {
  private final Bend σ;
  private final Bend φ;
  private final Bend ψ;
  private final boolean peepholes;
  private final boolean coupled;
  private final boolean projected;
  private final float clip;

  LstmFamily(CellSpec.Lstm spec) {
    σ = Bend.of(spec.gateActivation());
    φ = Bend.of(spec.candidateActivation());
    ψ = Bend.of(spec.outputActivation());
    peepholes = spec.peepholes();
    coupled = spec.coupledInputForget();
    projected = spec.projectionSize().isPresent();
    clip = spec.cellClip();
  }

  @Override
  public List<GateGroup> groups() {
    List<GateGroup> groups = new ArrayList<>();
    if (coupled) {
      groups.add(new GateGroup(2, true, Operand.STATE, 0));
      groups.add(new GateGroup(1, true, Operand.STATE, 0));
    } else {
      groups.add(new GateGroup(4, true, Operand.STATE, 0));
    }
    if (projected) {
      groups.add(GateGroup.projection(1));
    }
    return groups;
  }

  @Override
  public List<Integer> vectors() {
    return peepholes ? List.of(coupled ? 2 : 3) : List.of();
  }

  @Override
  public boolean carries() {
    return false;
  }

  private float[] i(CellBlock s) {
    return s.gate(0, 0);
  }

  private float[] f(CellBlock s) {
    return s.gate(0, 1);
  }

  private float[] g(CellBlock s) {
    return s.gate(0, coupled ? 1 : 2);
  }

  private float[] o(CellBlock s) {
    return coupled ? s.gate(1, 0) : s.gate(0, 3);
  }

  // @formatter:off
  @Override
  public void forward(int stage, CellBlock s) {
    Columns k = s.begin();
    if (stage == 1) {
      // h = P y
      s.putH(s.gate(coupled ? 2 : 1, 0));
      return;
    }
    float[] cPrev = s.cPrev();
    // i = σ(a_i + p_i c')
    float[] i = i(s);
    peep(k, s, 0, cPrev, i);
    bend(k, σ, i);
    s.putGate(0, 0, i);
    // f = σ(a_f + p_f c'), or 1 - i
    float[] f;
    if (coupled) {
      f = k.spare();
      k.complement(i, f);
    } else {
      f = f(s);
      peep(k, s, 1, cPrev, f);
      bend(k, σ, f);
      s.putGate(0, 1, f);
    }
    // g = φ(a_g)
    float[] g = g(s);
    bend(k, φ, g);
    s.putGate(0, coupled ? 1 : 2, g);
    // c = f c' + i g
    float[] c = k.spare();
    k.multiply(i, g, c);
    k.multiplyAdd(f, cPrev, c);
    s.putC(c);
    // o = σ(a_o + p_o c)
    float[] o = o(s);
    peep(k, s, coupled ? 1 : 2, c, o);
    bend(k, σ, o);
    putO(s, o);
    // y = o ψ(c)
    float[] y = k.spare();
    k.apply(ψ, c, y);
    k.multiply(o, y, y);
    if (projected) {
      s.putM(y);
    } else {
      s.putH(y);
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    Columns k = s.begin();
    if (stage == 1) {
      // h = P y
      s.putGate(coupled ? 2 : 1, 0, s.dh());
      return;
    }
    float[] i = i(s);
    float[] g = g(s);
    float[] o = o(s);
    float[] c = s.c();
    float[] dy = projected ? s.dm() : s.dh();
    // y = o ψ(c)
    float[] ψc = k.spare();
    k.apply(ψ, c, ψc);
    float[] dO = k.spare();
    k.multiply(dy, ψc, dO);
    float[] dC = k.spare();
    k.multiply(dy, o, dC);
    k.slope(ψ, ψc, dC, dC);
    k.add(dC, s.dc(), dC);
    // o = σ(a_o + p_o c)
    unbend(k, σ, o, dO);
    peep(k, s, coupled ? 1 : 2, dO, dC);
    putO(s, dO);
    // c = f c' + i g
    float[] dF = k.spare();
    k.multiply(dC, s.cPrev(), dF);
    float[] dI = k.spare();
    k.multiply(dC, g, dI);
    float[] dG = k.spare();
    k.multiply(dC, i, dG);
    float[] dcPrev = k.spare();
    // g = φ(a_g)
    unbend(k, φ, g, dG);
    s.putGate(0, coupled ? 1 : 2, dG);
    // f = σ(a_f + p_f c'), or 1 - i
    if (coupled) {
      k.complement(i, dcPrev);
      k.multiply(dC, dcPrev, dcPrev);
      k.subtract(dI, dF, dI);
    } else {
      float[] f = f(s);
      k.multiply(dC, f, dcPrev);
      unbend(k, σ, f, dF);
      peep(k, s, 1, dF, dcPrev);
      s.putGate(0, 1, dF);
    }
    // i = σ(a_i + p_i c')
    unbend(k, σ, i, dI);
    peep(k, s, 0, dI, dcPrev);
    s.putGate(0, 0, dI);
    s.putDc(dcPrev);
  }
  // @formatter:on

  @Override
  public void vectorGradients(CellBlock s) {
    if (peepholes) {
      s.addToVector(0, 0, 0, 0, s.cPrev, s.cPrevAt);
      if (coupled) {
        s.addToVector(0, 1, 1, 0, s.c, s.cAt);
      } else {
        s.addToVector(0, 1, 0, 1, s.cPrev, s.cPrevAt);
        s.addToVector(0, 2, 0, 3, s.c, s.cAt);
      }
    }
  }

  private void putO(CellBlock s, float[] o) {
    s.putGate(coupled ? 1 : 0, coupled ? 0 : 3, o);
  }

  /// y += p x
  private void peep(Columns k, CellBlock s, int gate, float[] x, float[] y) {
    if (peepholes) {
      k.multiplyAdd(s.vector(0, gate), x, y);
    }
  }

  /// y = f(y cut to ± clip)
  private void bend(Columns k, Bend f, float[] y) {
    if (Float.isFinite(clip)) {
      k.clip(clip, y, y);
    }
    k.apply(f, y, y);
  }

  /// d = d f', 0 where the argument was cut
  private void unbend(Columns k, Bend f, float[] y, float[] d) {
    if (Float.isFinite(clip)) {
      float a = f.at(-clip);
      float b = f.at(clip);
      k.open(Math.nextUp(Math.min(a, b)), Math.nextDown(Math.max(a, b)), y, d, d);
    }
    k.slope(f, y, d, d);
  }
}
