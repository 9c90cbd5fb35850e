#!/usr/bin/env python3
"""The lightweight fusing transformer, built a second time from its description.

    VENV/bin/python fusing_transformer.py > ../../fixtures/nets/fusing_transformer.json

The lightweight convolution is one over groups of channels here. In double precision, with weights of deterministic.py
in the order in which they are asked for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, batch_norm, conv, layer_norm, linear, recording, rounded

D, GROUPS, BEATS, WINDOW = 128, 8, 8, 200


def light_convolution(fill, kernel):
    gated, kernels = linear(fill, D, 2 * D), fill.table(GROUPS, 1, kernel)
    out = linear(fill, D, D)
    weight = torch.softmax(kernels, dim=-1).repeat_interleave(D // GROUPS, 0)
    return lambda x: out(F.conv1d(F.glu(gated(x), -1).T[None], weight, padding=kernel // 2, groups=D)[0].T)


def main():
    beats = recording(BEATS * WINDOW, 250, 1).reshape(BEATS, 1, WINDOW)
    fill = Filler()
    x = beats
    for number, (wide, to, kernel) in enumerate(((1, 32, 7), (32, 64, 5), (64, D, 3))):
        layer = conv(fill, wide, to, kernel, padding=kernel // 2)
        x = F.relu(batch_norm(fill, to)(layer(x)))
        x = F.max_pool1d(x, 2) if number == 0 else x
    narrow, wide = linear(fill, D, D // 8), linear(fill, D // 8, D)
    excitation = torch.sigmoid(wide(F.relu(narrow(x.mean(-1)))))
    x = (x * excitation[..., None]).mean(-1)
    for kernel in (3, 5, 7):
        norm1, mix = layer_norm(fill, D), light_convolution(fill, kernel)
        norm2, wide, narrow = layer_norm(fill, D), linear(fill, D, 2 * D), linear(fill, 2 * D, D)
        x = x + mix(norm1(x))
        x = x + narrow(F.relu(wide(norm2(x))))
    logits = linear(fill, D, 5)(x)
    print(json.dumps({
        "origin": "tests/reference/nets/fusing_transformer.py, PyTorch in double precision: 8 beats of 200 samples, "
        "3 layers, 5 classes",
        "logits": rounded(logits),
        "excitation_beat_6": rounded(excitation[6, :16]),
    }, indent=1))


main()
