#!/usr/bin/env python3
"""MINA, built a second time from its description; periodograms by a Fourier transform.

    VENV/bin/python mina.py > ../../fixtures/nets/mina.json

In double precision, with weights of deterministic.py in the order in which they are asked for here. The input is noise,
so that all frequencies are there, the highest too.
"""

import json

import numpy as np
import torch
from torch.nn import functional as F

from deterministic import Filler, conv, linear, lstm_both_ways, rounded, uniform

BANDS, SAMPLES, RATE, SEGMENT = 4, 3000, 300, 50


def guided(fill, width, way):
    mixed, score = linear(fill, width + 1, way, bias=False), linear(fill, way, 1, bias=False)

    def run(x, knowledge):
        shares = torch.softmax(score(torch.tanh(mixed(torch.cat([x, knowledge], dim=-1)))), dim=-2)
        return (shares * x).sum(-2), shares[..., 0]

    return run


def band(fill):
    own, other = conv(fill, 1, 64, 32, stride=2), conv(fill, 1, 1, 32, stride=2)
    beat, states = guided(fill, 64, 8), lstm_both_ways(fill, 64, 32)
    rhythm, dense = guided(fill, 64, 8), linear(fill, 64, 8)

    def run(x):
        difference = torch.cat([torch.zeros(1, dtype=x.dtype), (x[1:] - x[:-1]).abs()])
        segments = x.reshape(-1, SEGMENT)
        deviation = segments.std(-1, correction=0)
        fields = F.relu(own(segments[:, None])).transpose(1, 2)
        edges = F.relu(other(difference.reshape(-1, 1, SEGMENT))).transpose(1, 2)
        vectors, alpha = beat(fields, edges)
        vector, beta = rhythm(states(vectors[None])[0], deviation[:, None])
        return F.relu(dense(vector)), alpha, beta, difference, deviation

    return run


def periodogram_sum(x):
    """One-sided, a density, of the samples less their mean: all frequencies but 0 and the highest count twice."""
    spectrum = np.abs(np.fft.rfft(x - x.mean())) ** 2 / (RATE * len(x))
    spectrum[1:-1] *= 2
    return spectrum.sum()


def main():
    x = torch.from_numpy((2 * uniform(1000, BANDS * SAMPLES) - 1).reshape(BANDS, SAMPLES)).float().double()
    # Bands of different power and with a mean.
    x = (x * torch.tensor([1.0, 0.5, 0.25, 0.125])[:, None] + 0.25).float().double()
    fill = Filler()
    bands = [band(fill)(one) for one in x]
    powers = torch.tensor([periodogram_sum(one.numpy()) for one in x], dtype=torch.float64)
    vector, gamma = guided(fill, 8, 2)(torch.stack([one[0] for one in bands]), powers[:, None])
    logits = linear(fill, 8, 2)(vector)
    print(json.dumps({
        "origin": "tests/reference/nets/mina.py, PyTorch and NumPy in double precision",
        "logits": rounded(logits),
        "bands": rounded(gamma),
        "powers": rounded(powers),
        "rhythm_of_band_1": rounded(bands[1][2]),
        "beat_of_band_2_segment_7": rounded(bands[2][1][7]),
        "differences_of_band_3": rounded(bands[3][3][:60]),
        "deviations_of_band_0": rounded(bands[0][4]),
    }, indent=1))


main()
