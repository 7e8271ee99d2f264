"""Golden values of PyTorch's ctc_loss in double: the loss of each sequence, and the gradient of
their mean with respect to the logits; ragged inputs and labels, repeated symbols, empty labels.

    /usr/bin/python3 path_goldens.py ../resources/golden

`logits [T, B, C]` go through log_softmax. `labels [B, L]` are padded with -1.
"""

import os
import sys

import numpy
import torch
from torch.nn.functional import ctc_loss, log_softmax

from safetensors_write import write


def golden(folder, name, seed, C, blank, lengths, labels, spread=1.0):
    torch.manual_seed(seed)
    T = max(lengths)
    B = len(lengths)
    L = max(1, max(len(label) for label in labels))
    logits = (spread * torch.randn(T, B, C, dtype=torch.double)).requires_grad_()
    targets = torch.full((B, L), blank, dtype=torch.long)
    padded = numpy.full((B, L), -1, dtype=numpy.int32)
    for b, label in enumerate(labels):
        targets[b, : len(label)] = torch.tensor(label, dtype=torch.long)
        padded[b, : len(label)] = label
    losses = ctc_loss(
        log_softmax(logits, 2), targets, torch.tensor(lengths),
        torch.tensor([len(label) for label in labels]), blank=blank, reduction="none")
    losses.mean().backward()
    gradient = logits.grad.clone()
    for b, length in enumerate(lengths):
        gradient[length:, b] = 0
    arrays = {
        "logits": logits.detach().numpy(), "labels": padded,
        "losses": losses.detach().numpy(), "grad.logits": gradient.numpy()}
    metadata = dict(
        classes=C, blank=blank, lengths=",".join(map(str, lengths)),
        labels=",".join(str(len(label)) for label in labels), seed=seed, torch=torch.__version__)
    write(os.path.join(folder, f"torch-ctc-{name}.safetensors"), arrays, metadata)


def main(folder):
    golden(folder, "plain", 1, 5, 0, [7, 7], [[1, 2, 3], [4, 1, 2]])
    golden(folder, "ragged", 2, 6, 5, [9, 4, 12, 1], [[0, 1, 2], [3], [4, 0, 1, 2, 3], [2]])
    golden(folder, "repeated", 3, 4, 0, [5, 8, 10], [[1, 1, 1], [2, 2, 3, 3], [1, 1]])
    golden(folder, "empty", 4, 3, 1, [6, 3], [[], [0, 2]])
    golden(folder, "peaked", 5, 7, 0, [40, 31], [[1, 2, 3, 3, 4, 5, 6], [6, 5, 4]], spread=12.0)


if __name__ == "__main__":
    main(sys.argv[1])
