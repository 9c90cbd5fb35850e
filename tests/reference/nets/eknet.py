#!/usr/bin/env python3
"""EKnet's paper form, which its authors did not release, built a second time from the description of its figures.

    VENV/bin/python eknet.py > ../../fixtures/nets/eknet.json

In double precision, with weights of deterministic.py in the order in which they are asked for here.
"""

import json
import math

import torch
from torch.nn import functional as F

from deterministic import Filler, rounded

D, HEADS = 256, 8
# (lead, first 50 ms slot) of the page's rows.
PAGE = [(0, 0)] + [(1, 50 * n) for n in range(4)] + [(2, 0)]
PAGE += [(lead, 50) for lead in (3, 4, 5)] + [(lead, 100) for lead in (6, 7, 8)] + [(lead, 150) for lead in (9, 10, 11)]
LIMB, CHEST, STRIP = [0, 1, 5, 6, 7, 8], [9, 10, 11, 12, 13, 14], [2, 3, 4]


def linear(fill, to, wide):
    weight, bias = fill.weight(to, wide), fill.bias(to)
    return lambda x: F.linear(x, weight, bias)


def norm(fill):
    scale, shift = fill.scale(D), fill.bias(D)
    return lambda x: F.layer_norm(x, (D,), scale, shift, 1e-5)


def layer(fill):
    query, key, value, out = (linear(fill, D, D) for _ in range(4))
    norm1 = norm(fill)
    wide, narrow = linear(fill, 4 * D, D), linear(fill, D, 4 * D)
    norm2 = norm(fill)

    def run(x, seen):
        heads = lambda t: t.reshape(-1, HEADS, D // HEADS).transpose(0, 1)
        q, k, v = heads(query(x)), heads(key(seen)), heads(value(seen))
        shares = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(D // HEADS), dim=-1)
        mixed = (shares @ v).transpose(0, 1).reshape(-1, D)
        x = x + norm1(out(mixed))
        return x + norm2(narrow(F.gelu(wide(x)))), shares

    return run


def table(fill, rows):
    return math.sqrt(3) * fill.draw(rows, D)


def tokens_of(fill, page):
    """Patches merged with their leads' and slots' vectors."""
    kernel, bias = fill.weight(D, 25), fill.bias(D)
    leads, slots = table(fill, 12), table(fill, 200)
    merge1, merge2 = linear(fill, D, 3 * D), linear(fill, D, D)
    patches = F.conv2d(page[None, None], kernel[:, None, None, :], bias, stride=(1, 25))[0]
    patches = patches.reshape(D, -1).T
    lead = torch.tensor([lead for lead, _ in PAGE for _ in range(50)])
    slot = torch.tensor([first + n for _, first in PAGE for n in range(50)])
    merged = merge2(F.gelu(merge1(torch.cat([patches, leads[lead], slots[slot]], dim=1))))
    return merged, leads


def encoder(fill):
    layers = [layer(fill) for _ in range(9)]

    def run(x):
        for one in layers:
            x, _ = one(x, x)
        return x

    return run


def rounds(fill, x, seen):
    """Three times: to the signal first, then among themselves. Gives both attentions of every round."""
    maps = []
    for _ in range(3):
        signal, own = layer(fill), layer(fill)
        x, across = signal(x, seen)
        x, among = own(x, x)
        maps.append((across, among))
    return x, maps


def second_stage(page, classes):
    fill = Filler()
    tokens, _ = tokens_of(fill, page)
    encode = encoder(fill)
    rows = lambda group: torch.cat([tokens[50 * row : 50 * row + 50] for row in group])
    seen = torch.cat([encode(rows(group)) for group in (LIMB, CHEST, STRIP)])
    vectors, maps = rounds(fill, table(fill, classes), seen)
    weight = fill.draw(classes, D, 2) * math.sqrt(3 / D)
    bias = 0.1 * fill.draw(classes, 2)
    pairs = torch.einsum("nd,ndo->no", vectors, weight) + bias
    across = maps[2][0][3, 2] * 750
    return {
        "pairs": rounded(pairs),
        # Row 9 (V1) is the chest group's first; row 4 (II, last quarter) the strip's third.
        "attention_times_750": {"row_9": rounded(across[300:306]), "row_4": rounded(across[700:706])},
        "class_class_attention_head_0": rounded(maps[0][1][0]),
    }


def first_stage(page):
    fill = Filler()
    tokens, leads = tokens_of(fill, page)
    seen = encoder(fill)(tokens)
    token_leads, token_slots = linear(fill, 12, D), linear(fill, 200, D)
    vectors, _ = rounds(fill, leads, seen)
    strip = [linear(fill, 1250, D), linear(fill, 2500, 1250), linear(fill, 5000, 2500)]
    others = linear(fill, 1250, D)
    second = strip[2](F.gelu(strip[1](F.gelu(strip[0](vectors[1])))))
    rest = others(torch.cat([vectors[:1], vectors[2:]]))
    signals = torch.cat([rest[:1], second.reshape(4, 1250), rest[1:]])
    return {
        "signals": [rounded(row[:3]) for row in signals],
        "token_400_leads": rounded(token_leads(seen[400])),
        "token_400_slots": rounded(token_slots(seen[400])[:20]),
    }


def main():
    r, t = torch.arange(15.0, dtype=torch.float64)[:, None], torch.arange(1250.0, dtype=torch.float64)[None]
    page = 0.5 * torch.sin(2 * math.pi * t * (r + 1) / 500) + 0.15 * torch.cos(0.05 * t + r)
    page = page.float().double()
    origin = "tests/reference/nets/eknet.py, PyTorch in double precision: the paper's form, all tokens, 5 classes"
    found = {"origin": origin, "paper_second": second_stage(page, 5), "paper_first": first_stage(page)}
    print(json.dumps(found, indent=1))


main()
