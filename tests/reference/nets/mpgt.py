#!/usr/bin/env python3
"""MPGT with three layers, built a second time from its description.

    VENV/bin/python mpgt.py > ../../fixtures/nets/mpgt.json

In double precision, with weights of deterministic.py in the order in which they are asked for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, attention, conv, layer_norm, linear, recording, rounded

D = 128


def embedding(fill, first, second, stride):
    one = conv(fill, 1, D // 2, first, stride=stride, padding=first // 2)
    two = conv(fill, D // 2, D, second, padding=second // 2)
    return lambda x: F.avg_pool1d(F.relu(two(F.max_pool1d(F.relu(one(x)), 2))), 2).transpose(1, 2)


def feed_forward(fill):
    norm, wide, narrow = layer_norm(fill, D), linear(fill, D, 4 * D), linear(fill, 4 * D, D)
    return lambda x: x + narrow(F.gelu(wide(norm(x))))


def layer(fill, dilation):
    norm1, attend, feed1 = layer_norm(fill, D), attention(fill, D, 4), feed_forward(fill)
    norm2 = layer_norm(fill, D)
    convs = [conv(fill, D, D, 3, padding=dilation, dilation=dilation) for _ in range(2)]
    feed2 = feed_forward(fill)

    def run(x):
        y, shares = attend(norm1(x))
        x = feed1(x + y)
        y = norm2(x).transpose(1, 2)
        for one in convs:
            y = F.relu(one(y))
        return feed2(x + y.transpose(1, 2)), shares

    return run


def main():
    x = recording(1000, 100, 1)
    fill = Filler()
    fine, coarse = embedding(fill, 7, 5, 1)(x), embedding(fill, 25, 9, 4)(x)
    fine = fine[:, : 4 * coarse.shape[1]]
    for number in range(3):
        fine, _ = layer(fill, 2**number)(fine)
        coarse, shares = layer(fill, 2**number)(coarse)
        shorter = F.avg_pool1d(fine.transpose(1, 2), 4).transpose(1, 2)
        gate = torch.sigmoid(torch.tanh(linear(fill, D, D)(shorter)))
        coarse = shorter * gate + coarse
    logits = linear(fill, D, 5)(coarse.mean(1))
    print(json.dumps({
        "origin": "tests/reference/nets/mpgt.py, PyTorch in double precision: one lead, 1000 samples, 5 classes",
        "logits": rounded(logits),
        "gate_31": rounded(gate[0, 31, :16]),
        "attention_head_2_token_40": rounded(shares[0, 2, 40, :16]),
    }, indent=1))


main()
