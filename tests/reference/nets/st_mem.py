#!/usr/bin/env python3
"""ST-MEM in its narrow size, built a second time from its description.

    VENV/bin/python st_mem.py > ../../fixtures/nets/st_mem.json

In double precision, with weights of deterministic.py in the order in which they are asked for here. Pre-training is
computed with all patches visible, so that nothing depends on chance.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, attention, layer_norm, linear, recording, rounded

LEADS, PATCHES, PATCH, WIDTH, DEPTH, HEADS = 12, 30, 75, 192, 6, 3


def layer(fill, width, heads):
    norm1, attend = layer_norm(fill, width), attention(fill, width, heads)
    norm2, wide, narrow = layer_norm(fill, width), linear(fill, width, 4 * width), linear(fill, 4 * width, width)

    def run(x):
        y, shares = attend(norm1(x))
        x = x + y
        return x + narrow(F.gelu(wide(norm2(x)))), shares

    return run


def encoder(fill):
    norm1, project, norm2 = layer_norm(fill, PATCH), linear(fill, PATCH, WIDTH), layer_norm(fill, WIDTH)
    codes, separator, leads = (fill.table(*shape) for shape in ((1, 32, WIDTH), (1, 1, WIDTH), (12, 1, WIDTH)))
    layers = [layer(fill, WIDTH, HEADS) for _ in range(DEPTH)]

    def run(patches):
        tokens = norm2(project(norm1(patches))) + codes[:, 1:-1]
        ends = [(separator + codes[:, place : place + 1]).expand(LEADS, 1, WIDTH) for place in (0, 31)]
        tokens = torch.cat([ends[0], tokens, ends[1]], dim=1) + leads
        x = tokens.reshape(1, LEADS * 32, WIDTH)
        for one in layers:
            x, shares = one(x)
        return x.reshape(LEADS, 32, WIDTH), shares

    return run


def main():
    patches = recording(PATCHES * PATCH, 250)[0].reshape(LEADS, PATCHES, PATCH)
    fill = Filler()
    tokens, shares = encoder(fill)(patches)
    vector = layer_norm(fill, WIDTH)(tokens[:, 1:-1].mean((0, 1)))
    logits = linear(fill, WIDTH, 5)(vector)

    fill = Filler()
    tokens, _ = encoder(fill)(patches)
    tokens = layer_norm(fill, WIDTH)(tokens)
    x = linear(fill, WIDTH, 256)(tokens)
    fill.table(1, 1, 256)
    x = x + fill.table(1, 32, 256)
    for _ in range(4):
        x, _ = layer(fill, 256, 4)(x)
    norm, out = layer_norm(fill, 256), linear(fill, 256, PATCH)
    filled = out(norm(x)[:, 1:-1])
    targets = (patches - patches.mean(-1, keepdim=True)) / (patches.var(-1, keepdim=True) + 1e-6).sqrt()
    print(json.dumps({
        "origin": "tests/reference/nets/st_mem.py, PyTorch in double precision: width 192, 6 layers, 3 heads, "
        "5 classes",
        "logits": rounded(logits),
        "embedding": rounded(vector[:24]),
        "attention_head_1_token_40_times_384": rounded(384 * shares[0, 1, 40, :12]),
        "filled_lead_5_patch_20": rounded(filled[5, 20, :20]),
        "targets_lead_5_patch_20": rounded(targets[5, 20, :20]),
    }, indent=1))


main()
