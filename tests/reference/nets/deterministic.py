"""Numbers that are the same everywhere, to fill networks with: a hash of a tensor's number and its elements' places."""

import numpy as np
import torch


def uniform(tensor, count):
    """In [0, 1): the finaliser of SplitMix64 over element number (from 1) and tensor number."""
    with np.errstate(over="ignore"):
        x = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = x + np.uint64(tensor) * np.uint64(0xD1B54A32D192ED03) if tensor else x
        x ^= x >> np.uint64(30)
        x *= np.uint64(0xBF58476D1CE4E5B9)
        x ^= x >> np.uint64(27)
        x *= np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) / 2.0**53


class Filler:
    """Gives tensor after tensor, each by the next number."""

    def __init__(self):
        self.next = 0

    def draw(self, *shape):
        """In [-1, 1)."""
        values = 2 * uniform(self.next, int(np.prod(shape))) - 1
        self.next += 1
        return torch.from_numpy(values.reshape(shape))

    def weight(self, *shape):
        """A weight `[to, from, ...]` of variance one over its inputs."""
        return self.draw(*shape) * (3 / np.prod(shape[1:])) ** 0.5

    def bias(self, count):
        return 0.1 * self.draw(count)

    def scale(self, count):
        return 1 + 0.2 * self.draw(count)

    def table(self, rows, length, channels):
        """A learned value that is the same for every recording."""
        return self.draw(rows, length, channels) * (3 / (length * channels)) ** 0.5


def rounded(tensor, digits=7):
    """As lists of numbers, of single precision's digits."""
    return [float(f"{value:.{digits}g}") for value in tensor.reshape(-1).tolist()]


def recording(samples, rate=100, leads=12):
    """`[1, leads, samples]`: a sine of each lead's own and a slower cosine, `rate` samples a second."""
    t = torch.arange(samples, dtype=torch.float64) / rate
    lead = torch.arange(leads, dtype=torch.float64)[:, None]
    x = torch.sin(2 * torch.pi * (lead + 1) * t / 4) + 0.5 * torch.cos(2 * torch.pi * 1.25 * t + 0.1 * lead)
    return x.float().double()[None]


def batch_norm(fill, channels):
    """With running statistics, over `[batch, channel, position]` or `[batch, channel]`."""
    scale, shift, mean, variance = fill.scale(channels), fill.bias(channels), fill.bias(channels), fill.scale(channels)
    return lambda x: torch.nn.functional.batch_norm(x, mean, variance, scale, shift, False, 0.0, 1e-5)


def linear(fill, wide, to, bias=True):
    """A linear layer over the last axis."""
    weight = fill.weight(to, wide)
    shift = fill.bias(to) if bias else None
    return lambda x: torch.nn.functional.linear(x, weight, shift)


def layer_norm(fill, channels):
    """Over the last axis."""
    scale, shift = fill.scale(channels), fill.bias(channels)
    return lambda x: torch.nn.functional.layer_norm(x, (channels,), scale, shift, 1e-5)


def conv(fill, wide, to, kernel, bias=True, **options):
    """A convolution over `[batch, channel, position]`."""
    weight = fill.weight(to, wide, kernel)
    shift = fill.bias(to) if bias else None
    return lambda x: torch.nn.functional.conv1d(x, weight, shift, **options)


def lstm_both_ways(fill, wide, hidden):
    """PyTorch's own, over `[batch, position, channel]`; gives all states."""
    layer = torch.nn.LSTM(wide, hidden, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for way in ("", "_reverse"):
            for kind, inputs in (("ih", wide), ("hh", hidden)):
                getattr(layer, f"weight_{kind}_l0{way}").copy_(fill.weight(4 * hidden, inputs))
            for kind in ("ih", "hh"):
                getattr(layer, f"bias_{kind}_l0{way}").copy_(fill.bias(4 * hidden))
    return lambda x: layer(x)[0].detach()


def attention(fill, width, heads):
    """Self-attention of `[batch, token, channel]`; gives the tokens and `[batch, head, query, key]`."""
    query, key, value, out = (linear(fill, width, width) for _ in range(4))

    def run(x):
        apart = lambda t: t.reshape(*t.shape[:2], heads, -1).transpose(1, 2)
        q, k, v = (apart(part(x)) for part in (query, key, value))
        shares = torch.softmax(q @ k.transpose(-1, -2) / (width // heads) ** 0.5, dim=-1)
        return out((shares @ v).transpose(1, 2).reshape(x.shape)), shares

    return run
