#!/usr/bin/env python3
"""How fast PyTorch trains resnet1d_wang on this machine: forward, backward and AdamW on random numbers.

    VENV/bin/python speed_resnet1d_wang.py [--threads N] [--steps 10] [--classes 5]

The network, its optimiser and the batch are those of train_resnet1d_wang.py, on one batch of 128 x 12 x 250 that stays
the same. Prints seconds of a step, least and median, as JSON: `cargo xtask bench --python VENV/bin/python` sets them
beside `train-native bench`.
"""

import argparse
import json
import time

import torch
from torch import nn

from train_resnet1d_wang import BATCH, BETA2, DECAY, EPSILON, TOP_RATE, WINDOW, Resnet1dWang

WARM_UP = 2


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--threads", type=int, default=0)
    options.add_argument("--steps", type=int, default=10)
    options.add_argument("--classes", type=int, default=5)
    given = options.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    torch.manual_seed(1)
    network = Resnet1dWang(given.classes).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=TOP_RATE, betas=(0.95, BETA2), eps=EPSILON, weight_decay=DECAY)
    x = torch.randn(BATCH, 12, WINDOW)
    y = (torch.rand(BATCH, given.classes) < 0.2).float()
    seconds = []
    for step in range(WARM_UP + given.steps):
        begun = time.perf_counter()
        loss = nn.functional.binary_cross_entropy_with_logits(network(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()
        if step >= WARM_UP:
            seconds.append(time.perf_counter() - begun)
    seconds.sort()
    print(json.dumps({
        "program": f"PyTorch {torch.__version__}",
        "labels": given.classes,
        "batch": BATCH,
        "threads": torch.get_num_threads(),
        "least_seconds": seconds[0],
        "median_seconds": seconds[len(seconds) // 2],
    }))


if __name__ == "__main__":
    main()
