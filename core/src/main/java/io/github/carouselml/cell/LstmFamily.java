package io.github.carouselml.cell;

import io.github.carouselml.cell.GateGroup.Operand;
import io.github.carouselml.spec.CellSpec;
import java.util.ArrayList;
import java.util.Arrays;
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
/// Normalised: [CellNorms] makes a from the two products and gives ψ its argument m, in stages that
/// see whole rows: products; a, then gates and c; m, then y.
///
/// A value that is σ(clip) or σ(-clip) came from beyond the clip, so backward needs no
/// pre-activation to know that the gradient is 0 there.
final class LstmFamily implements CellKernel {
  private final Bend σ;
  private final Bend φ;
  private final Bend ψ;
  private final boolean peepholes;
  private final boolean coupled;
  private final boolean normed;
  private final boolean projected;
  private final float clip;

  /// The gates of the groups that lie side by side.
  private final int[] parts;

  private final CellNorms norms;
  private final CellShape shape;

  /// The group with which the gates begin, and that of m where the cell is normalised.
  private final int gates;

  private final int m;

  /// The stage that makes y, the gates' own or the one after it, and where each own vector stands.
  private final int last;

  private final int bias;
  private final int peephole;
  private final int gainW;
  private final int gainR;
  private final int gainC;

  LstmFamily(CellSpec.Lstm spec) {
    σ = Bend.of(spec.gateActivation());
    φ = Bend.of(spec.candidateActivation());
    ψ = Bend.of(spec.outputActivation());
    peepholes = spec.peepholes();
    coupled = spec.coupledInputForget();
    normed = spec.layerNorm();
    projected = spec.projectionSize().isPresent();
    clip = spec.cellClip();
    parts = coupled ? new int[] {2, 1} : new int[] {4};
    norms = new CellNorms(parts);
    gates = normed ? 2 * parts.length : 0;
    m = gates + parts.length;
    last = normed ? 2 : 0;
    bias = 0;
    peephole = normed ? parts.length : 0;
    gainW = peephole + (peepholes ? 1 : 0);
    gainR = gainW + parts.length;
    gainC = gainR + parts.length;
    shape = CellShape.of(groups(parts, normed, projected));
  }

  @Override
  public CellShape shape() {
    return shape;
  }

  private static List<GateGroup> groups(int[] parts, boolean normed, boolean projected) {
    List<GateGroup> groups = new ArrayList<>();
    if (normed) {
      Arrays.stream(parts).forEach(n -> groups.add(GateGroup.product(n, true, 0)));
      Arrays.stream(parts).forEach(n -> groups.add(GateGroup.product(n, false, 0)));
      Arrays.stream(parts).forEach(n -> groups.add(GateGroup.room(n, 1)));
      groups.add(GateGroup.room(1, 2));
      groups.add(GateGroup.room(1, 2));
    } else {
      Arrays.stream(parts).forEach(n -> groups.add(new GateGroup(n, true, Operand.STATE, 0)));
    }
    if (projected) {
      groups.add(GateGroup.projection(normed ? 3 : 1));
    }
    return groups;
  }

  @Override
  public List<Integer> vectors() {
    List<Integer> vectors = new ArrayList<>();
    if (normed) {
      Arrays.stream(parts).forEach(vectors::add);
    }
    if (peepholes) {
      vectors.add(coupled ? 2 : 3);
    }
    if (normed) {
      Arrays.stream(parts).forEach(vectors::add);
      Arrays.stream(parts).forEach(vectors::add);
      vectors.add(1);
      vectors.add(1);
    }
    return vectors;
  }

  @Override
  public int rowNumbers() {
    return normed ? CellNorms.NUMBERS : 0;
  }

  @Override
  public boolean carries() {
    return false;
  }

  private float[] i(CellBlock s) {
    return s.gate(gates, 0);
  }

  private float[] f(CellBlock s) {
    return s.gate(gates, 1);
  }

  private float[] g(CellBlock s) {
    return s.gate(gates, coupled ? 1 : 2);
  }

  private float[] o(CellBlock s) {
    return coupled ? s.gate(gates + 1, 0) : s.gate(gates, 3);
  }

  private void putG(CellBlock s, float[] g) {
    s.putGate(gates, coupled ? 1 : 2, g);
  }

  private void putO(CellBlock s, float[] o) {
    s.putGate(coupled ? gates + 1 : gates, coupled ? 0 : 3, o);
  }

  @Override
  public void forwardRows(int stage, CellBlock s) {
    if (stage == 1) {
      norms.forwardGates(s, gainW, gainR, bias);
    } else if (stage == 2) {
      norms.forwardCell(s, m, gainC, gainC + 1);
    }
  }

  @Override
  public void forward(int stage, CellBlock s) {
    Columns k = s.begin();
    if (stage > last) {
      // h = P y
      s.putH(s.gate(projection(), 0));
    } else if (!normed) {
      float[] c = k.spare();
      outputs(k, s, gates(k, s, c), c);
    } else if (stage == 1) {
      gates(k, s, k.spare());
    } else if (stage == 2) {
      outputs(k, s, o(s), s.gate(m, 0));
    }
  }

  /// The group of the projection.
  private int projection() {
    return normed ? m + 2 : parts.length;
  }

  // @formatter:off
  /// The gates and c; gives o back.
  private float[] gates(Columns k, CellBlock s, float[] c) {
    float[] cPrev = s.cPrev();
    // i = σ(a_i + p_i c')
    float[] i = i(s);
    peep(k, s, 0, cPrev, i);
    bend(k, σ, i);
    s.putGate(gates, 0, i);
    // f = σ(a_f + p_f c'), or 1 - i
    float[] f;
    if (coupled) {
      f = k.spare();
      k.complement(i, f);
    } else {
      f = f(s);
      peep(k, s, 1, cPrev, f);
      bend(k, σ, f);
      s.putGate(gates, 1, f);
    }
    // g = φ(a_g)
    float[] g = g(s);
    bend(k, φ, g);
    putG(s, g);
    // c = f c' + i g
    k.multiply(i, g, c);
    k.multiplyAdd(f, cPrev, c);
    s.putC(c);
    // o = σ(a_o + p_o c)
    float[] o = o(s);
    peep(k, s, coupled ? 1 : 2, c, o);
    bend(k, σ, o);
    putO(s, o);
    return o;
  }

  /// y = o ψ(m), which is h unless it is projected
  private void outputs(Columns k, CellBlock s, float[] o, float[] m) {
    float[] y = k.spare();
    k.apply(ψ, m, y);
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
    if (stage > last) {
      // h = P y
      s.putGate(projection(), 0, s.dh());
    } else if (!normed) {
      float[] dC = outputsBack(k, s, s.c());
      k.add(dC, s.dc(), dC);
      gatesBack(k, s, dC);
    } else if (stage == 2) {
      s.putGate(m, 0, outputsBack(k, s, s.gate(m, 0)));
    } else if (stage == 1) {
      gatesBack(k, s, s.dc());
    }
  }

  /// ∂L/∂m; leaves δO.
  private float[] outputsBack(Columns k, CellBlock s, float[] m) {
    float[] o = o(s);
    float[] dy = projected ? s.dm() : s.dh();
    // y = o ψ(m)
    float[] ψm = k.spare();
    k.apply(ψ, m, ψm);
    float[] dO = k.spare();
    k.multiply(dy, ψm, dO);
    float[] dM = k.spare();
    k.multiply(dy, o, dM);
    k.slope(ψ, ψm, dM, dM);
    // o = σ(a_o + p_o c)
    unbend(k, σ, o, dO);
    putO(s, dO);
    return dM;
  }

  private void gatesBack(Columns k, CellBlock s, float[] dC) {
    float[] i = i(s);
    float[] g = g(s);
    // o = σ(a_o + p_o c)
    if (peepholes) {
      peep(k, s, coupled ? 1 : 2, o(s), dC);
    }
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
    putG(s, dG);
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
      s.putGate(gates, 1, dF);
    }
    // i = σ(a_i + p_i c')
    unbend(k, σ, i, dI);
    peep(k, s, 0, dI, dcPrev);
    s.putGate(gates, 0, dI);
    s.putDc(dcPrev);
  }
  // @formatter:on

  @Override
  public void backwardRows(int stage, CellBlock s) {
    if (stage == 1) {
      norms.backwardGates(s, gainW, gainR);
    } else if (stage == 2) {
      norms.backwardCell(s, m, gainC);
    }
  }

  @Override
  public void vectorGradients(CellBlock s) {
    if (peepholes) {
      s.addToVector(peephole, 0, gates, 0, s.cPrev, s.cPrevAt);
      if (coupled) {
        s.addToVector(peephole, 1, gates + 1, 0, s.c, s.cAt);
      } else {
        s.addToVector(peephole, 1, gates, 1, s.cPrev, s.cPrevAt);
        s.addToVector(peephole, 2, gates, 3, s.c, s.cAt);
      }
    }
    if (normed) {
      for (int part = 0; part < parts.length; part++) {
        s.addToBias(bias + part, gates + part, parts[part]);
        s.addToGain(gainW + part, gates + part, parts[part], part);
        s.addToGain(gainR + part, gates + part, parts[part], parts.length + part);
      }
      s.addToGain(gainC, m, 1, m + 1);
      s.addToBias(gainC + 1, m, 1);
    }
  }

  /// y += p x
  private void peep(Columns k, CellBlock s, int gate, float[] x, float[] y) {
    if (peepholes) {
      k.multiplyAdd(s.vector(peephole, gate), x, y);
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
