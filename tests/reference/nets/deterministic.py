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


def rounded(tensor, digits=7):
    """As lists of numbers, of single precision's digits."""
    return [float(f"{value:.{digits}g}") for value in tensor.reshape(-1).tolist()]


def recording(samples):
    """`[1, 12, samples]`: a sine of each lead's own and a slower cosine, 100 samples a second."""
    t = torch.arange(samples, dtype=torch.float64) / 100
    lead = torch.arange(12, dtype=torch.float64)[:, None]
    x = torch.sin(2 * torch.pi * (lead + 1) * t / 4) + 0.5 * torch.cos(2 * torch.pi * 1.25 * t + 0.1 * lead)
    return x.float().double()[None]


def batch_norm(fill, channels):
    """With running statistics, over `[batch, channel, position]` or `[batch, channel]`."""
    scale, shift, mean, variance = fill.scale(channels), fill.bias(channels), fill.bias(channels), fill.scale(channels)
    return lambda x: torch.nn.functional.batch_norm(x, mean, variance, scale, shift, False, 0.0, 1e-5)
