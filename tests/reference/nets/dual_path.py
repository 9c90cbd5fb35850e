#!/usr/bin/env python3
"""The dual-path recurrent network, built a second time from its description.

    VENV/bin/python dual_path.py > ../../fixtures/nets/dual_path.json

Chunks are cut by PyTorch's unfold and put together by its fold. In double precision, with weights of deterministic.py
in the order in which they are asked for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, conv, layer_norm, linear, lstm_both_ways, recording, rounded

CHUNK, HOP, WIDTH = 64, 32, 64


def path(fill):
    lstm, project, norm = lstm_both_ways(fill, WIDTH, WIDTH), linear(fill, 2 * WIDTH, WIDTH), layer_norm(fill, WIDTH)
    return lambda x: x + norm(project(lstm(x)))


def main():
    fill = Filler()
    x = F.relu(conv(fill, 1, WIDTH, 16, stride=8)(recording(9000, 300, 1)))
    x = linear(fill, WIDTH, WIDTH)(x.transpose(1, 2))
    length = x.shape[1]
    total = HOP * (-(-length // HOP) + 2)
    padded = F.pad(x[0].T, (HOP, total - HOP - length))
    chunks = padded.unfold(1, CHUNK, HOP).permute(1, 2, 0)
    for _ in range(3):
        inside, between = path(fill), path(fill)
        chunks = between(inside(chunks).transpose(0, 1)).transpose(0, 1)
    columns = chunks.permute(2, 1, 0).reshape(1, WIDTH * CHUNK, -1)
    joined = F.fold(columns, (1, total), (1, CHUNK), stride=(1, HOP))[0, :, 0, HOP : HOP + length].T
    score = linear(fill, WIDTH, 1)
    shares = torch.softmax(score(joined), dim=0)
    logits = linear(fill, WIDTH, 4)((shares * joined).sum(0))
    print(json.dumps({
        "origin": "tests/reference/nets/dual_path.py, PyTorch in double precision: 9000 samples, 4 classes",
        "chunks": chunks.shape[0],
        "logits": rounded(logits),
        "features_500": rounded(joined[500, :16]),
        "features_last": rounded(joined[-1, :16]),
        "attention_times_length": rounded(length * shares[:12]),
    }, indent=1))


main()
