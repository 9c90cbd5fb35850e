#!/usr/bin/env python3
"""Two of the networks that EKnet is set beside, built a second time from their description: the one with attention of
all pairs behind 33 convolutions, and the one with a branch for every row.

    VENV/bin/python eknet_compared.py > ../../fixtures/nets/eknet_compared.json

In double precision, with weights of deterministic.py in the order in which they are asked for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, batch_norm, conv, linear, recording, rounded

# (lead, first sample) of the page's rows.
PAGE = [(0, 0)] + [(1, 1250 * n) for n in range(4)] + [(2, 0)]
PAGE += [(lead, 1250 * column) for column in (1, 2, 3) for lead in range(3 * column, 3 * column + 3)]


def same(fill, wide, to, stride):
    layer = conv(fill, wide, to, 16, stride=stride)
    return lambda x: layer(F.pad(x, (7, 8)))


def resnet33_ncbam(page, classes):
    fill = Filler()
    stem = same(fill, 15, 32, 1)
    x = F.relu(batch_norm(fill, 32)(stem(page)))
    wide = 32
    for number in range(16):
        to, stride = 32 * 2 ** (number // 4), 1 + number % 2
        y = F.relu(batch_norm(fill, wide)(x)) if number else x
        y = same(fill, wide, to, stride)(y)
        y = F.relu(batch_norm(fill, to)(y))
        y = same(fill, to, to, 1)(y)
        past = F.max_pool1d(x, 2, ceil_mode=True) if stride == 2 else x
        x = y + F.pad(past, (0, 0, 0, to - wide))
        wide = to
    tokens = F.relu(batch_norm(fill, wide)(x))[0].T
    query, key, value = (linear(fill, wide, wide // 2) for _ in range(3))
    out = linear(fill, wide // 2, wide)
    among = torch.softmax(query(tokens) @ key(tokens).T, dim=1)
    positions = tokens + out(among @ value(tokens))
    gram = torch.softmax(tokens.T @ tokens, dim=1)
    channels = tokens + (gram @ tokens.T).T
    time = conv(fill, 2, 1, 7, padding=3)
    weight = torch.sigmoid(time(torch.stack([tokens.mean(1), tokens.amax(1)])[None]))[0, 0]
    joined = linear(fill, 3 * wide, wide)(torch.cat([positions, channels, tokens * weight[:, None]], dim=1))
    logits = linear(fill, wide, classes)(joined.mean(0))
    return {"logits": rounded(logits), "time": rounded(weight), "positions": rounded(among)}


def gru_both_ways(fill, wide, hidden):
    layer = torch.nn.GRU(wide, hidden, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for way in ("", "_reverse"):
            for kind, inputs in (("ih", wide), ("hh", hidden)):
                getattr(layer, f"weight_{kind}_l0{way}").copy_(fill.weight(3 * hidden, inputs))
            for kind in ("ih", "hh"):
                getattr(layer, f"bias_{kind}_l0{way}").copy_(fill.bias(3 * hidden))
    return lambda x: layer(x)[0].detach()


def pooled(fill, x):
    wide = x.shape[-1]
    mixed, score = linear(fill, wide, wide), linear(fill, wide, 1, bias=False)
    shares = torch.softmax(score(torch.tanh(mixed(x))), dim=1)
    return (shares * x).sum(1), shares


def mlbf_net(page, classes):
    fill, wide, rows = Filler(), 12, 15
    leaky = lambda x: F.leaky_relu(x, 0.3)
    # All branches' weights of a layer stand one behind the other; each branch is computed by itself.
    branches = [page[:, row : row + 1] for row in range(rows)]
    for last in (24, 24, 24, 24, 48):
        for kernel, stride in ((3, 1), (3, 1), (last, 2)):
            inputs = branches[0].shape[1]
            weight, bias = fill.weight(rows * wide, inputs, kernel), fill.bias(rows * wide)
            pads = (kernel // 2 - 1, kernel // 2) if stride == 2 else (1, 1)
            for row in range(rows):
                own = slice(row * wide, (row + 1) * wide)
                branches[row] = leaky(F.conv1d(F.pad(branches[row], pads), weight[own], bias[own], stride=stride))
    states, logits = [], []
    for branch in branches:
        state = leaky(gru_both_ways(fill, wide, wide)(branch.transpose(1, 2)))
        vector, _ = pooled(fill, state)
        states.append(state)
        logits.append(linear(fill, 2 * wide, classes)(vector))
    vector, shares = pooled(fill, torch.cat(states, dim=2))
    vector = leaky(batch_norm(fill, 2 * wide * rows)(vector))
    whole = linear(fill, 2 * wide * rows, classes)(vector)
    return {"logits": rounded(whole), "branch_11": rounded(logits[11]), "pooling": rounded(shares)}


def main():
    x = recording(5000, 500)[0]
    page = torch.stack([x[lead, first : first + 1250] for lead, first in PAGE])[None]
    print(json.dumps({
        "origin": "tests/reference/nets/eknet_compared.py, PyTorch in double precision: 5 classes",
        "resnet33_ncbam": resnet33_ncbam(page, 5),
        "mlbf_net": mlbf_net(page, 5),
    }, indent=1))


main()
