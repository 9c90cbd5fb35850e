#!/usr/bin/env python3
"""The multi-module recurrent convolutional network, built a second time from its description.

    VENV/bin/python multi_module.py > ../../fixtures/nets/multi_module.json

The spectrogram is PyTorch's. In double precision, with weights of deterministic.py in the order in which they are asked
for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import Filler, attention, batch_norm, conv, layer_norm, linear, lstm_both_ways, recording, rounded

D = 128


def time(fill, x):
    for wide, to, kernel in ((1, 32, 7), (32, 64, 5), (64, 128, 3)):
        layer = conv(fill, wide, to, kernel, padding=kernel // 2)
        x = F.max_pool1d(F.relu(batch_norm(fill, to)(layer(x))), 2)
    return lstm_both_ways(fill, 128, 64)(x.transpose(1, 2)).mean(1)


def frequency(fill, x):
    window = torch.hann_window(64, periodic=True, dtype=torch.float64)
    spectrum = torch.stft(x[0], 64, hop_length=16, window=window, center=False, return_complex=True)
    level = torch.log1p(spectrum.abs())
    x = level[:, None]
    for wide, to in ((1, 16), (16, 32), (32, 64)):
        weight, bias = fill.weight(to, wide, 3, 3), fill.bias(to)
        y = F.conv2d(x, weight, bias, stride=(2, 1), padding=1)
        x = F.relu(batch_norm(fill, to)(y))
    tokens = x[0].permute(2, 0, 1).flatten(1)[None]
    return lstm_both_ways(fill, tokens.shape[-1], 64)(tokens).mean(1), level[0]


def network(fill, x, person):
    tokens = [fill.table(1, 1, D)[0], time(fill, x)]
    token, level = frequency(fill, x)
    tokens.append(token)
    if person is not None:
        tokens.append(linear(fill, 3, D)(person))
    x = torch.stack(tokens, dim=1)
    for _ in range(2):
        norm1, attend = layer_norm(fill, D), attention(fill, D, 4)
        norm2, wide, narrow = layer_norm(fill, D), linear(fill, D, 2 * D), linear(fill, 2 * D, D)
        y, shares = attend(norm1(x))
        x = x + y
        x = x + narrow(F.gelu(wide(norm2(x))))
    return linear(fill, D, 5)(x[:, 0]), shares, level


def main():
    x = recording(1000, 100, 1)
    person = torch.tensor([[0.57, 0.0, 1.0]], dtype=torch.float64).float().double()
    logits, shares, level = network(Filler(), x, person)
    alone, _, _ = network(Filler(), x, None)
    print(json.dumps({
        "origin": "tests/reference/nets/multi_module.py, PyTorch in double precision: 1000 samples, 5 classes, "
        "a woman of 57",
        "logits": rounded(logits),
        "logits_without_person": rounded(alone),
        "attention": rounded(shares),
        "spectrogram_frame_7": rounded(level[:, 7]),
    }, indent=1))


main()
