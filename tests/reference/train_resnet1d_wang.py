#!/usr/bin/env python3
"""resnet1d_wang on PTB-XL's superclasses in PyTorch: what `train-native` is held against.

The same records, split, crops, schedule and optimiser as `train-native train --model resnet1d_wang --task superclass
--recipe benchmark`, by another library and from another hand, so that a mistake in ours would show.

    python3 -m venv VENV && VENV/bin/pip install torch numpy zstandard
    VENV/bin/python train_resnet1d_wang.py --data DIR --seeds 1 2 3 --out results/resnet1d_wang_superclass_pytorch.json

DIR holds a folder `ptb-xl` with the pack of true 100 Hz signals (`ptbxl100*.ecgpack`, container ECGPACK1),
`ptbxl_v103_superclass.csv.xz` and nothing else that is used. Recipe: PTB-XL benchmark (Strodthoff et al., IEEE JBHI
25(5), 2021) as trained by fastai 1.0.61. Only folds 1-8 are trained on and only fold 9 is looked at; fold 10 is not read.
"""

import argparse
import csv
import glob
import io
import json
import lzma
import math
import os
import sys
import time

import numpy as np
import torch
from torch import nn

from ecgpack import read_pack

CLASSES = ["CD", "HYP", "MI", "NORM", "STTC"]  # sorted by code, as the benchmark does
WINDOW, STRIDE, BATCH, EPOCHS = 250, 125, 128, 50
TOP_RATE, DECAY, BETA2, EPSILON = 0.01, 0.01, 0.99, 1e-8


def load(folder):
    """Counts, labels, folds and numbers of the records with a superclass, in order of their numbers."""
    (pack,) = glob.glob(os.path.join(folder, "ptb-xl", "ptbxl100*.ecgpack"))
    ids, counts, rate, lsb = read_pack(pack)
    assert rate == 100, pack
    with lzma.open(os.path.join(folder, "ptb-xl", "ptbxl_v103_superclass.csv.xz")) as file:
        rows = {int(row["ecg_id"]): row for row in csv.DictReader(io.TextIOWrapper(file, "utf-8"))}
    keep = [k for k, i in enumerate(ids) if int(i) in rows and any(rows[int(i)][c] == "1" for c in CLASSES)]
    keep.sort(key=lambda k: ids[k])
    labels = np.array([[rows[int(ids[k])][c] == "1" for c in CLASSES] for k in keep], np.float32)
    folds = np.array([int(rows[int(ids[k])]["strat_fold"]) for k in keep])
    return counts[keep].astype(np.float32) / lsb, labels, folds, ids[keep].astype(int)


class Block(nn.Module):
    """Basic block of resnet1d_wang: kernels 5 and 3, identity or a strided 1-convolution beside them."""

    def __init__(self, width, stride):
        super().__init__()
        self.conv1 = nn.Conv1d(width, width, 5, stride, 2, bias=False)
        self.norm1 = nn.BatchNorm1d(width)
        self.conv2 = nn.Conv1d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm1d(width)
        self.short = None
        if stride > 1:
            self.short = nn.Sequential(nn.Conv1d(width, width, 1, stride, bias=False), nn.BatchNorm1d(width))

    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return torch.relu(y + (x if self.short is None else self.short(x)))


class Resnet1dWang(nn.Module):
    """473,349 parameters at 5 classes. Input [batch, 12, 250]."""

    def __init__(self, classes, width=128):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(12, width, 7, 1, 3, bias=False), nn.BatchNorm1d(width), nn.ReLU())
        self.blocks = nn.Sequential(Block(width, 1), Block(width, 2), Block(width, 2))
        self.head = nn.Sequential(
            nn.BatchNorm1d(2 * width), nn.Dropout(0.25), nn.Linear(2 * width, 128), nn.ReLU(),
            nn.BatchNorm1d(128), nn.Dropout(0.5), nn.Linear(128, classes),
        )
        for module in self.modules():
            if isinstance(module, (nn.Conv1d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.head(torch.cat([x.amax(dim=2), x.mean(dim=2)], dim=1))


def one_cycle(step, steps):
    """Learning rate and beta1 of fastai's one-cycle schedule."""
    cosine = lambda a, b, part: b + (a - b) / 2 * (math.cos(math.pi * part) + 1)
    rise = int(0.3 * steps)
    if step < rise:
        return cosine(TOP_RATE / 25, TOP_RATE, step / rise), cosine(0.95, 0.85, step / rise)
    part = (step - rise) / (steps - rise)
    return cosine(TOP_RATE, TOP_RATE / 250_000, part), cosine(0.85, 0.95, part)


def area(scores, truth):
    """ROC AUC by ranks, ties counting half."""
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    positives = truth.sum()
    return (ranks[truth > 0].sum() - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))


def macro_area(scores, truth):
    return float(np.mean([area(scores[:, c], truth[:, c]) for c in range(truth.shape[1])]))


def interval(scores, truth, draws=1000, seed=2026):
    """95 % percentile interval over draws with every class present."""
    random = np.random.default_rng(seed)
    found = []
    while len(found) < draws:
        rows = random.integers(0, len(truth), len(truth))
        drawn = truth[rows]
        if ((drawn.sum(0) > 0) & (drawn.sum(0) < len(rows))).all():
            found.append(macro_area(scores[rows], drawn))
    return [float(q) for q in np.quantile(found, [0.025, 0.975])]


def predict(network, x):
    """Logits [record, window, class] over all full windows."""
    network.eval()
    starts = range(0, x.shape[2] - WINDOW + 1, STRIDE)
    with torch.no_grad():
        return torch.stack([network(x[:, :, s : s + WINDOW]) for s in starts], dim=1)


def train(x, y, x9, y9, seed, epochs, say):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = Resnet1dWang(y.shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=TOP_RATE, betas=(0.95, BETA2), eps=EPSILON, weight_decay=DECAY)
    steps_an_epoch = len(x) // BATCH
    steps, step, losses = epochs * steps_an_epoch, 0, []
    for epoch in range(epochs):
        network.train()
        order, total = random.permutation(len(x)), 0.0
        for b in range(steps_an_epoch):
            rows = order[b * BATCH : (b + 1) * BATCH]
            starts = random.integers(0, x.shape[2] - WINDOW, BATCH)  # the last possible start is never drawn
            crops = torch.stack([x[r, :, s : s + WINDOW] for r, s in zip(rows, starts)])
            rate, beta1 = one_cycle(step, steps)
            for group in optimiser.param_groups:
                group["lr"], group["betas"] = rate, (beta1, BETA2)
            loss = nn.functional.binary_cross_entropy_with_logits(network(crops), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()
            step += 1
        losses.append(total / steps_an_epoch)
        say(f"seed {seed} epoch {epoch + 1}/{epochs} loss {losses[-1]:.4f}")
    return network, losses


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", required=True)
    options.add_argument("--out", required=True)
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--epochs", type=int, default=EPOCHS)
    options.add_argument("--threads", type=int, default=0)
    given = options.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)

    signals, labels, folds, ids = load(given.data)
    learn, held = folds <= 8, folds == 9
    mean, deviation = float(signals[learn].mean(dtype=np.float64)), float(signals[learn].std(dtype=np.float64))
    standard = lambda part: torch.from_numpy((signals[part] - mean) / deviation)
    x, y = standard(learn), torch.from_numpy(labels[learn])
    x9, y9 = standard(held), labels[held]
    result = {
        "network": "resnet1d_wang",
        "task": "superclass",
        "classes": CLASSES,
        "program": f"PyTorch {torch.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}",
        "recipe": {"epochs": given.epochs, "batch": BATCH, "top_rate": TOP_RATE, "decay": DECAY, "window": WINDOW, "stride": STRIDE},
        "train_records": int(learn.sum()),
        "validation_records": int(held.sum()),
        "train_positives": labels[learn].sum(0).astype(int).tolist(),
        "validation_positives": y9.sum(0).astype(int).tolist(),
        "mean": mean,
        "deviation": deviation,
        "parameters": sum(p.numel() for p in Resnet1dWang(len(CLASSES)).parameters()),
        "runs": [],
        "ids": ids[held].tolist(),
    }
    say = lambda text: print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
    say(json.dumps({k: v for k, v in result.items() if k not in ("ids", "runs")}))
    for seed in given.seeds:
        begun = time.time()
        network, losses = train(x, y, x9, y9, seed, given.epochs, say)
        logits = predict(network, x9).double()
        probabilities = {"mean": logits.sigmoid().mean(1).numpy(), "max": logits.sigmoid().amax(1).numpy()}
        run = {"seed": seed, "seconds": round(time.time() - begun, 1), "loss": [round(v, 5) for v in losses]}
        for name, scores in probabilities.items():
            run[f"macro_auc_{name}"] = macro_area(scores, y9)
            run[f"interval_{name}"] = interval(scores, y9)
            run[f"auc_{name}"] = [float(area(scores[:, c], y9[:, c])) for c in range(len(CLASSES))]
        run["probabilities_mean"] = np.round(probabilities["mean"], 4).tolist()
        result["runs"].append(run)
        say(f"seed {seed}: macro AUC mean {run['macro_auc_mean']:.4f} {run['interval_mean']}, max {run['macro_auc_max']:.4f}")
        with open(given.out, "w") as file:
            json.dump(result, file)
            file.write("\n")


if __name__ == "__main__":
    main()
