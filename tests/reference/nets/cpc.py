#!/usr/bin/env python3
"""Contrastive predictive coding of 2022, fine-tuning network and pre-training projection, built a second time.

    VENV/bin/python cpc.py > ../../fixtures/nets/cpc.json

In double precision, with weights of deterministic.py in the order in which they are asked for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, batch_norm, recording, rounded

WIDTH = 512


def lstm(fill):
    layers = torch.nn.LSTM(WIDTH, WIDTH, num_layers=2, batch_first=True).double()
    with torch.no_grad():
        for number in range(2):
            for kind in ("weight_ih", "weight_hh"):
                getattr(layers, f"{kind}_l{number}").copy_(fill.weight(4 * WIDTH, WIDTH))
            for kind in ("bias_ih", "bias_hh"):
                getattr(layers, f"{kind}_l{number}").copy_(fill.bias(4 * WIDTH))
    return layers


@torch.no_grad()
def main():
    fill, classes, samples = Filler(), 5, 250
    x = recording(samples)
    for number in range(4):
        kernel = fill.weight(WIDTH, 12 if number == 0 else WIDTH, 1)
        x = F.relu(batch_norm(fill, WIDTH)(F.conv1d(x, kernel)))
    encoded = x
    context, _ = lstm(fill)(x.transpose(1, 2))
    first_of_head = fill.next
    pooled = torch.cat([context.mean(1), context.amax(1), context[:, -1]], dim=1)
    norm1 = batch_norm(fill, 3 * WIDTH)
    wide, wide_bias = fill.weight(WIDTH, 3 * WIDTH), fill.bias(WIDTH)
    norm2 = batch_norm(fill, WIDTH)
    out, out_bias = fill.weight(classes, WIDTH), fill.bias(classes)
    logits = F.linear(norm2(F.relu(F.linear(norm1(pooled), wide, wide_bias))), out, out_bias)
    fill.next = first_of_head
    projection = fill.weight(WIDTH, WIDTH)
    print(json.dumps({
        "origin": "tests/reference/nets/cpc.py, PyTorch in double precision, 250 samples, 5 classes",
        "logits": rounded(logits),
        "encoded_sample_100": rounded(encoded[0, :8, 100]),
        "expected_after_sample_100": rounded((projection @ context[0, 100])[:8]),
    }, indent=1))


main()
