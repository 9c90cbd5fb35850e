#!/usr/bin/env python3
"""Supervised S4, its diagonal form, and ECG-CPC, with kernels in their published form, as complex numbers.

    VENV/bin/python state_space.py > ../../fixtures/nets/state_space.json

The kernel: HiPPO-LegS as a normal matrix less a product of one vector with itself, in the basis of the normal part's
eigenvectors (one of each conjugate pair); its generating function at the roots of unity by Cauchy's product and
Woodbury's identity; a Fourier transform back. Both directions are one circular kernel of twice the length. What is
trained is here given in the real basis and brought into the complex one. In double precision, with weights of
deterministic.py.
"""

import json
import math

import numpy as np
import torch
from torch.nn import functional as F

from deterministic import Filler, batch_norm, recording, rounded, uniform

N, WIDTH = 8, 512
ORDER = np.arange(N)
A = np.where(ORDER[:, None] > ORDER, -np.sqrt((2 * ORDER[:, None] + 1) * (2 * ORDER + 1.0)), 0) - np.diag(ORDER + 1.0)
B = np.sqrt(2 * ORDER + 1.0)
P = np.sqrt(ORDER + 0.5)


def normal_part():
    """Eigenvalues above the real axis, and their eigenvectors as columns."""
    skew = A + np.outer(P, P) + 0.5 * np.eye(N)
    assert np.abs(skew + skew.T).max() < 1e-12
    # -i times a real skew matrix is Hermitian.
    values, vectors = np.linalg.eigh(-1j * skew)
    return -0.5 + 1j * values[N // 2 :], vectors[:, N // 2 :]


def published_kernel(c, steps, length):
    """[channel, length] from real coefficients [channel, 8]."""
    eigen, basis = normal_part()
    kernels = []
    omega = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    z = 2 * (1 - omega) / (1 + omega)
    b, p = basis.conj().T @ B, basis.conj().T @ P
    for row, step in zip(c, steps):
        discrete = np.linalg.solve(np.eye(N) - step / 2 * A, np.eye(N) + step / 2 * A)
        # The original trains this product's result.
        row = row @ (np.eye(N) - np.linalg.matrix_power(discrete, length))
        own = row @ basis
        # A sum over conjugate pairs at a root of unity: both members stand at their own place.
        upper, lower = 1 / (z[:, None] - step * eigen), 1 / (z[:, None] - step * eigen.conj())
        pairs = lambda left, right: step * ((upper * left * right).sum(1) + (lower * (left * right).conj()).sum(1))
        spectrum = pairs(own, b) - pairs(own, p) * pairs(p.conj(), b) / (1 + pairs(p.conj(), p))
        kernels.append(np.fft.irfft(spectrum * 2 / (1 + omega), length))
    return np.array(kernels)


def space(fill, channels, directions):
    c = math.sqrt(3) * fill.draw(directions, channels, N)
    direct = fill.draw(channels)
    steps = 0.001 * 100 ** uniform(fill.next, channels)
    steps = steps.astype(np.float32).astype(np.float64)
    fill.next += 1

    def run(x):
        length = x.shape[-1]
        kernels = [torch.from_numpy(published_kernel(own.numpy(), steps, length)) for own in c]
        kernel = F.pad(kernels[0], (0, length))
        if directions == 2:
            kernel = kernel + F.pad(kernels[1].flip(-1), (length, 0))
        product = torch.fft.rfft(x, n=2 * length) * torch.fft.rfft(kernel, n=2 * length)
        return torch.fft.irfft(product, n=2 * length)[..., :length] + direct[:, None] * x

    return run


def diagonal_space(fill, channels, directions):
    """S4D: kernels of complex exponentials, by a full sum over lags."""
    c = math.sqrt(3) * fill.draw(directions, channels, 4, 2)
    direct = fill.draw(channels)
    # What is held in single precision is rounded so, as an exponent far out feels it.
    single = lambda x: x.float().double()
    steps = 0.01 * single(math.log(10) * fill.draw(channels)).exp()
    real = -single(math.log(0.5) + 0.3 * fill.draw(channels, 4)).exp()
    imaginary = single(math.pi * torch.arange(4) + 0.5 * fill.draw(channels, 4))
    poles = torch.complex(real, imaginary)

    def run(x):
        length = x.shape[-1]
        lags = torch.arange(length, dtype=torch.float64)
        discrete = torch.exp(steps[:, None] * poles)
        powers = discrete[..., None] ** lags
        mixtures = [torch.view_as_complex(own.contiguous()) * (discrete - 1) / poles for own in c]
        kernels = [2 * (mixture[..., None] * powers).sum(1).real for mixture in mixtures]
        earlier = lags[:, None] - lags[None]
        at = lambda kernel, lag: torch.where(lag >= 0, kernel[:, lag.clamp(min=0).long()], 0.0)
        matrix = at(kernels[0], earlier)
        if directions == 2:
            matrix = matrix + at(kernels[1], -earlier - 1)
        return torch.einsum("hts,bhs->bht", matrix, x) + direct[:, None] * x

    return run


def layers(fill, channels, directions, kind=space):
    parts = []
    for _ in range(4):
        own = kind(fill, channels, directions)
        weight, bias = fill.weight(2 * channels, channels), fill.bias(2 * channels)
        parts.append((own, weight, bias, fill.scale(channels), fill.bias(channels)))

    def run(x):
        for own, weight, bias, scale, shift in parts:
            y = F.glu(F.linear(F.gelu(own(x)).transpose(1, 2), weight, bias), dim=-1)
            x = F.layer_norm(x.transpose(1, 2) + y, (channels,), scale, shift, 1e-5).transpose(1, 2)
        return x

    return run


def supervised(classes, lengths):
    fill = Filler()
    kernel, bias = fill.weight(WIDTH, 12, 1), fill.bias(WIDTH)
    body = layers(fill, WIDTH, 2)
    weight, shift = fill.weight(classes, WIDTH), fill.bias(classes)
    run = lambda length: F.linear(body(F.conv1d(recording(length), kernel, bias)).mean(-1), weight, shift)
    return {str(length): rounded(run(length)) for length in lengths}


def diagonal(classes, width, directions, length):
    fill = Filler()
    kernel, bias = fill.weight(width, 12, 1), fill.bias(width)
    body = layers(fill, width, directions, diagonal_space)
    weight, shift = fill.weight(classes, width), fill.bias(classes)
    return rounded(F.linear(body(F.conv1d(recording(length), kernel, bias)).mean(-1), weight, shift))


def ecg_cpc(classes, samples):
    fill = Filler()
    encoder = []
    for number in range(4):
        kernel = fill.weight(WIDTH, 12, 3) if number == 0 else fill.weight(WIDTH, WIDTH, 1)
        encoder.append((kernel, batch_norm(fill, WIDTH)))
    body = layers(fill, WIDTH, 1)
    first_of_head = fill.next
    x = recording(samples)
    for number, (kernel, norm) in enumerate(encoder):
        x = F.relu(norm(F.conv1d(x, kernel, stride=2, padding=1) if number == 0 else F.conv1d(x, kernel)))
    encoded, x = x, body(x)
    weight, shift = fill.weight(classes, WIDTH), fill.bias(classes)
    linear = F.linear(x.mean(-1), weight, shift)
    fill.next = first_of_head
    query = math.sqrt(3) * fill.draw(1, WIDTH)
    to_query, to_key, to_value, out = (fill.weight(to, WIDTH) for to in (WIDTH, WIDTH, WIDTH, classes))
    tokens = x[0].T
    heads = lambda t: t.reshape(-1, 16, WIDTH // 16).transpose(0, 1)
    q, k, v = heads(query @ to_query.T), heads(tokens @ to_key.T), heads(tokens @ to_value.T)
    shares = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(WIDTH // 16), dim=-1)
    attended = (shares @ v).transpose(0, 1).reshape(1, WIDTH) @ out.T
    fill.next = first_of_head
    projection = fill.weight(WIDTH, WIDTH)
    fill.next = first_of_head
    wide, wide_bias, narrow = fill.weight(WIDTH, WIDTH), fill.bias(WIDTH), fill.weight(WIDTH, WIDTH)
    return {
        "linear": rounded(linear),
        "attention": rounded(attended),
        "attention_head_5_times_tokens": rounded(shares[5, 0, :8] * shares.shape[-1]),
        "encoded_token_200": rounded(encoded[0, :8, 200]),
        "expected_after_token_200": rounded((projection @ x[0, :, 200])[:8]),
        "expected_by_two_layers_after_token_200": rounded((narrow @ F.relu(wide @ x[0, :, 200] + wide_bias))[:8]),
    }


def kernels():
    """Kernels of three steps whose coefficients are a hash's, at some places."""
    steps = np.array([0.001, 0.0237, 0.1], dtype=np.float32).astype(np.float64)
    c = (math.sqrt(3) * Filler().draw(3, N)).numpy()
    places = [0, 1, 2, 7, 24, 25, 60, 100, 249, 250, 700, 999]
    found = published_kernel(c, steps, 1000)
    return {"places": places, "values": [rounded(torch.from_numpy(row[places])) for row in found]}


def main():
    eigen, _ = normal_part()
    print(json.dumps({
        "origin": "tests/reference/nets/state_space.py, PyTorch and NumPy in double precision",
        "eigenvalues_above_the_axis": [[round(value.real, 6), round(value.imag, 6)] for value in eigen.tolist()],
        "kernels": kernels(),
        "supervised": supervised(5, [250, 1000]),
        "ecg_cpc_600": ecg_cpc(5, 600),
        "diagonal": {"both ways, 250": diagonal(5, 64, 2, 250), "forward, 600": diagonal(5, 64, 1, 600)},
    }, indent=1))


main()
