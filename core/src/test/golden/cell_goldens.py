"""Golden values of cells that PyTorch does not have, written in its operations from the papers.

    /usr/bin/python3 cell_goldens.py ../resources/golden

Double; the gradients are those of PyTorch's autograd. One sequence; parameters have the names and
orders of the reference. The loss is sum(dy * y) + sum(dh_n * h_n) + sum(dc_n * c_n).
"""

import os
import sys

import torch
from torch.nn.functional import layer_norm

from safetensors_write import write

sigmoid, tanh = torch.sigmoid, torch.tanh


def norm(v):
    return layer_norm(v, v.shape, eps=1e-5)


def peephole_lstm(p, x, h, c):
    """Gers & Schmidhuber 2000: i and f see the cell before, o the cell after."""
    i, f, g, o = (p["W"] @ x + p["R"] @ h + p["b"]).chunk(4)
    pi, pf, po = p["p"].chunk(3)
    i, f = sigmoid(i + pi * c), sigmoid(f + pf * c)
    c = f * c + i * tanh(g)
    return sigmoid(o + po * c) * tanh(c), c


def coupled_lstm(p, x, h, c):
    """Greff et al. 2017, CIFG."""
    i, g, o = (p["W"] @ x + p["R"] @ h + p["b"]).chunk(3)
    i = sigmoid(i)
    c = (1 - i) * c + i * tanh(g)
    return sigmoid(o) * tanh(c), c


def clipped_lstm(p, x, h, c):
    """Pre-activations within 0.625, which is a float."""
    a = (p["W"] @ x + p["R"] @ h + p["b"]).clamp(-0.625, 0.625)
    i, f, g, o = a.chunk(4)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def layer_norm_lstm(p, x, h, c):
    """Ba, Kiros & Hinton 2016, supplement, with their two biases and b as one."""
    a = p["gainW"] * norm(p["W"] @ x) + p["gainR"] * norm(p["R"] @ h) + p["b"]
    i, f, g, o = a.chunk(4)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(p["gainC"] * norm(c) + p["biasC"]), c


def projected_peephole_lstm(p, x, h, c):
    """Sak et al. 2014."""
    y, c = peephole_lstm(p, x, h, c)
    return p["P"] @ y, c


def gru_before(p, x, h, c):
    """Cho et al. 2014."""
    H = len(h)
    a = p["W"] @ x + p["b"]
    q = p["R"][: 2 * H] @ h
    r, z = sigmoid(a[:H] + q[:H]), sigmoid(a[H : 2 * H] + q[H:])
    n = tanh(a[2 * H :] + p["R"][2 * H :] @ (r * h))
    return (1 - z) * n + z * h, c


def min_lstm(p, x, h, c):
    """Feng et al. 2024, section 3.2, not in log space."""
    i, f, g = (p["W"] @ x + p["b"]).chunk(3)
    i, f = sigmoid(i), sigmoid(f)
    return f / (f + i) * h + i / (f + i) * g, c


def min_gru(p, x, h, c):
    """Feng et al. 2024, section 3.1, not in log space."""
    z, n = (p["W"] @ x + p["b"]).chunk(2)
    z = sigmoid(z)
    return (1 - z) * h + z * n, c


I, H, P, T = 3, 5, 2, 6
# name: step, outputs, cell state?, shapes of the parameters
CELLS = {
    "lstm-peepholes": (peephole_lstm, H, True,
                       dict(W=(4 * H, I), R=(4 * H, H), b=(4 * H,), p=(3 * H,))),
    "lstm-coupled": (coupled_lstm, H, True, dict(W=(3 * H, I), R=(3 * H, H), b=(3 * H,))),
    "lstm-clip": (clipped_lstm, H, True, dict(W=(4 * H, I), R=(4 * H, H), b=(4 * H,))),
    "lstm-layer-norm": (layer_norm_lstm, H, True,
                        dict(W=(4 * H, I), R=(4 * H, H), b=(4 * H,), gainW=(4 * H,),
                             gainR=(4 * H,), gainC=(H,), biasC=(H,))),
    "lstm-peepholes-projection": (projected_peephole_lstm, P, True,
                                  dict(W=(4 * H, I), R=(4 * H, P), b=(4 * H,), p=(3 * H,),
                                       P=(P, H))),
    "gru-before": (gru_before, H, False, dict(W=(3 * H, I), R=(3 * H, H), b=(3 * H,))),
    "min-lstm": (min_lstm, H, False, dict(W=(3 * H, I), b=(3 * H,))),
    "min-gru": (min_gru, H, False, dict(W=(2 * H, I), b=(2 * H,))),
}


def golden(folder, name, seed):
    step, outputs, has_c, shapes = CELLS[name]
    torch.manual_seed(seed)
    leaves = {key: torch.empty(shape, dtype=torch.double).uniform_(-0.8, 0.8)
              for key, shape in shapes.items()}
    for key in leaves:
        if key.startswith("gain"):
            leaves[key] += 1
    leaves["x"] = torch.randn(T, I, dtype=torch.double)
    leaves["h0"] = torch.randn(outputs, dtype=torch.double)
    leaves["c0"] = torch.randn(H if has_c else 0, dtype=torch.double)
    for leaf in leaves.values():
        leaf.requires_grad_()
    h, c, y = leaves["h0"], leaves["c0"], []
    for t in range(T):
        h, c = step(leaves, leaves["x"][t], h, c)
        y.append(h)
    y = torch.stack(y)
    weights = {"dy": torch.randn_like(y), "dh_n": torch.randn_like(h), "dc_n": torch.randn_like(c)}
    loss = (weights["dy"] * y).sum() + (weights["dh_n"] * h).sum() + (weights["dc_n"] * c).sum()
    loss.backward()
    tensors = {**leaves, **weights, "y": y, "h_n": h, "c_n": c}
    arrays = {key: value.detach().numpy() for key, value in tensors.items() if value.numel()}
    arrays.update({"grad." + key: leaf.grad.numpy()
                   for key, leaf in leaves.items() if leaf.numel()})
    metadata = dict(cell=name, hidden=H, seed=seed, torch=torch.__version__)
    write(os.path.join(folder, f"cell-{name}.safetensors"), arrays, metadata)


if __name__ == "__main__":
    for number, cell in enumerate(CELLS):
        golden(sys.argv[1], cell, 500 + number)
