#!/usr/bin/env python3
"""MINA and supervised S4 on PTB-XL in PyTorch: what `train-native` is held against, from another hand.

    python3 -m venv VENV && VENV/bin/pip install torch numpy scipy zstandard
    VENV/bin/python train_others.py mina --data DIR --epochs 60 --out results/mina_rhythm_pytorch.json
    VENV/bin/python train_others.py s4 --data DIR --epochs 8 --out results/s4_superclass_pytorch.json

MINA (Hong et al., IJCAI 2019) learns the twelve rhythms from lead II: 10 s at 300 Hz, scaled by the recording, in four
bands; Adam at 0.003, batches of 128. S4 (Mehari and Strodthoff, 2022) learns the five superclasses from random crops of
2.5 s: AdamW at 0.001, decay 0.001, batches of 128; its kernels are sums of eight functions (the real basis), convolved
by Fourier transforms. Both: binary cross entropy, fold 9 after every epoch, the best epoch kept. DIR holds the folders
`ptb-xl` and, for MINA, `ptb-xl-zscored`. Folds 1-8 are trained on, fold 9 is looked at, fold 10 is not read.
"""

import argparse
import ast
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
from scipy.signal import butter, lfilter, resample_poly
from torch import nn
from torch.nn import functional as F

from ecgpack import read_pack
from train_resnet1d_wang import CLASSES, STRIDE, WINDOW, area, load, predict

BATCH = 128
LEAD_II = 1


def rhythms(folder, of_packs):
    """Signals of lead II at 100 Hz, labels, folds of true and of standardised records, those with a rhythm."""
    with open(os.path.join(folder, "ptb-xl", "scp_statements.csv")) as file:
        codes = sorted(row[""] for row in csv.DictReader(file) if row["rhythm"] == "1.0")
    with lzma.open(os.path.join(folder, "ptb-xl", "ptbxl_database.csv.xz")) as file:
        rows = {int(float(row["ecg_id"])): row for row in csv.DictReader(io.TextIOWrapper(file, "utf-8"))}
    with lzma.open(os.path.join(folder, "ptb-xl", "ptbxl_v103_superclass.csv.xz")) as file:
        kept = {int(row["ecg_id"]) for row in csv.DictReader(io.TextIOWrapper(file, "utf-8"))}  # 1.0.3 left some out
    signals, labels, folds, ids, seen = [], [], [], [], set()
    for pattern in of_packs:
        (pack,) = glob.glob(os.path.join(folder, pattern))
        numbers, counts, rate, lsb = read_pack(pack)
        assert rate == 100, pack
        for number, record in zip(numbers, counts):
            row = rows[int(number)]
            stated = ast.literal_eval(row["scp_codes"])
            truth = [code in stated for code in codes]
            if any(truth) and number not in seen and int(number) in kept:
                seen.add(number)
                signals.append(record[LEAD_II].astype(np.float64) / lsb)
                labels.append(truth)
                folds.append(int(row["strat_fold"]))
                ids.append((int(number), pattern == of_packs[0]))
    return codes, np.array(signals), np.array(labels, np.float32), np.array(folds), ids


def bands(signals):
    """[record, 4, 3000]: as it is, wander below 0.5 Hz, 0.5 to 50 Hz, above 50 Hz; filters of order 1, once through."""
    x = resample_poly(signals, 3, 1, axis=1)
    x = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    designs = [((0.001, 0.5), "bandpass"), ((0.5, 50), "bandpass"), (50, "highpass")]
    split = [lfilter(*butter(1, edge, kind, fs=300), x, axis=1) for edge, kind in designs]
    return torch.from_numpy(np.stack([x, *split], 1).astype(np.float32))


class Guided(nn.Module):
    def __init__(self, width, way):
        super().__init__()
        self.mixed, self.score = nn.Linear(width + 1, way, bias=False), nn.Linear(way, 1, bias=False)
        nn.init.normal_(self.mixed.weight)
        nn.init.normal_(self.score.weight)

    def forward(self, x, knowledge):
        shares = torch.softmax(self.score(torch.tanh(self.mixed(torch.cat([x, knowledge], -1)))), -2)
        return (shares * x).sum(-2)


class Band(nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.other = nn.Conv1d(1, 64, 32, 2), nn.Conv1d(1, 1, 32, 2)
        self.beat, self.rhythm = Guided(64, 8), Guided(64, 8)
        self.states, self.dense = nn.LSTM(64, 32, batch_first=True, bidirectional=True), nn.Linear(64, 8)

    def forward(self, x):
        batch = len(x)
        difference = F.pad((x[:, 1:] - x[:, :-1]).abs(), (1, 0))
        segments, edges = x.reshape(-1, 1, 50), difference.reshape(-1, 1, 50)
        vectors = self.beat(F.relu(self.own(segments)).transpose(1, 2), F.relu(self.other(edges)).transpose(1, 2))
        states, _ = self.states(vectors.reshape(batch, 60, 64))
        deviation = x.reshape(batch, 60, 50).std(-1, correction=0)[..., None]
        return F.dropout(F.relu(self.dense(self.rhythm(states, deviation))), 0.5, self.training)


class Mina(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.bands = nn.ModuleList(Band() for _ in range(4))
        self.mix, self.head = Guided(8, 2), nn.Linear(8, classes)

    def forward(self, x):
        vectors = torch.stack([band(x[:, number]) for number, band in enumerate(self.bands)], 1)
        spectrum = torch.fft.rfft(x - x.mean(-1, keepdim=True)).abs().square() / (300 * x.shape[-1])
        powers = 2 * spectrum.sum(-1) - spectrum[..., 0] - spectrum[..., -1]
        return self.head(self.mix(vectors, powers[..., None]))


class Space(nn.Module):
    """A state space of eight real numbers in each channel, both ways; the steps stay as they are drawn."""

    def __init__(self, width):
        super().__init__()
        self.mixture = nn.Parameter(torch.randn(2, width, 8))
        self.direct = nn.Parameter(torch.randn(width))
        n = np.arange(8)
        a = np.where(n[:, None] > n, -np.sqrt((2 * n[:, None] + 1) * (2 * n + 1.0)), 0) - np.diag(n + 1.0)
        functions = []
        for step in np.exp(np.random.default_rng(torch.initial_seed()).uniform(math.log(0.001), math.log(0.1), width)):
            inverse = np.linalg.inv(np.eye(8) - step / 2 * a)
            state, matrix = inverse @ (step * np.sqrt(2 * n + 1.0)), inverse @ (np.eye(8) + step / 2 * a)
            line = []
            for _ in range(WINDOW):
                line.append(state)
                state = matrix @ state
            functions.append(np.array(line).T)
        self.register_buffer("functions", torch.from_numpy(np.array(functions)).float())

    def forward(self, x):
        length = x.shape[-1]
        forth, back = torch.einsum("dcn,cnt->dct", self.mixture, self.functions)
        kernel = F.pad(forth, (0, length)) + F.pad(back.flip(-1), (length, 0))
        spectrum = torch.fft.rfft(x, n=2 * length) * torch.fft.rfft(kernel)
        return torch.fft.irfft(spectrum, n=2 * length)[..., :length] + self.direct[:, None] * x


class S4(nn.Module):
    def __init__(self, classes, width=512):
        super().__init__()
        self.first, self.head = nn.Conv1d(12, width, 1), nn.Linear(width, classes)
        self.spaces = nn.ModuleList(Space(width) for _ in range(4))
        self.outputs = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(4))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))

    def forward(self, x):
        whole = lambda y: F.dropout1d(y, 0.2, self.training)  # channels, all positions of one or none
        x = self.first(x)
        for space, output, norm in zip(self.spaces, self.outputs, self.norms):
            y = output(whole(F.gelu(space(x))).transpose(1, 2))
            x = norm((x + whole(F.glu(y, -1).transpose(1, 2))).transpose(1, 2)).transpose(1, 2)
        return self.head(x.mean(-1))


def macro(scores, truth):
    """Over the labels with a positive and a negative."""
    sums = truth.sum(0)
    return float(np.mean([area(scores[:, c], truth[:, c]) for c in range(len(sums)) if 0 < sums[c] < len(truth)]))


def interval(scores, truth, draws=1000, seed=2026):
    """95 % percentile interval over draws in which all labels stand that do in the whole."""
    random, found = np.random.default_rng(seed), []
    kept = (truth.sum(0) > 0) & (truth.sum(0) < len(truth))
    while len(found) < draws:
        rows = random.integers(0, len(truth), len(truth))
        sums = truth[rows][:, kept].sum(0)
        if ((sums > 0) & (sums < len(rows))).all():
            found.append(macro(scores[rows], truth[rows]))
    return [float(q) for q in np.quantile(found, [0.025, 0.975])]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("network", choices=["mina", "s4"])
    options.add_argument("--data", required=True)
    options.add_argument("--out", required=True)
    options.add_argument("--epochs", type=int, required=True)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=0)
    given = options.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    random = np.random.default_rng(given.seed)

    if given.network == "mina":
        packs = ["ptb-xl/ptbxl100*.ecgpack", "ptb-xl-zscored/*.ecgpack"]
        classes, signals, labels, folds, ids = rhythms(given.data, packs)
        # Fold 9 is judged by true signals alone.
        held = (folds == 9) & np.array([true for _, true in ids])
        signals, learn = bands(signals), folds <= 8
        network = Mina(len(classes))
        optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
        crop = lambda rows: x[rows]
        judge = lambda: torch.cat([network(part) for part in x9.split(64)]).sigmoid().numpy()
    else:
        signals, labels, folds, ids = load(given.data)
        classes, learn, held = CLASSES, folds <= 8, folds == 9
        signals = torch.from_numpy((signals - signals[learn].mean(dtype=np.float64)) / signals[learn].std(dtype=np.float64))
        network = S4(len(classes))
        optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-3)

        def crop(rows):
            starts = random.integers(0, x.shape[2] - WINDOW, len(rows))
            return torch.stack([x[r, :, s : s + WINDOW] for r, s in zip(rows, starts)])

        judge = lambda: predict(network, x9).sigmoid().mean(1).numpy()
    x, y, x9, y9 = signals[learn].float(), torch.from_numpy(labels[learn]), signals[held].float(), labels[held]

    result = {
        "network": given.network,
        "classes": classes,
        "program": f"PyTorch {torch.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}",
        "epochs": given.epochs,
        "seed": given.seed,
        "train_records": int(learn.sum()),
        "validation_records": int(held.sum()),
        "validation_positives": y9.sum(0).astype(int).tolist(),
        "parameters": sum(p.numel() for p in network.parameters() if p.requires_grad),
        "loss": [],
        "fold_9": [],
    }
    say = lambda text: print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
    say(json.dumps(result))
    best, begun = -1.0, time.time()
    for epoch in range(given.epochs):
        network.train()
        order, total, seen = random.permutation(len(x)), 0.0, 0
        for start in range(0, len(order) - BATCH + 1, BATCH):  # the last incomplete batch is left out
            rows = order[start : start + BATCH]
            loss = F.binary_cross_entropy_with_logits(network(crop(rows)), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total, seen = total + loss.item() * len(rows), seen + len(rows)
        network.eval()
        with torch.no_grad():
            scores = judge()
        result["loss"].append(round(total / seen, 5))
        result["fold_9"].append(round(macro(scores, y9), 5))
        say(f"epoch {epoch + 1}/{given.epochs} loss {total / seen:.4f} fold 9 {result['fold_9'][-1]:.4f}")
        if result["fold_9"][-1] > best:
            best = result["fold_9"][-1]
            result["chosen_epoch"], result["macro_auc"], result["interval"] = epoch + 1, best, interval(scores, y9)
            result["auc"] = [float(area(scores[:, c], y9[:, c])) if 0 < s < len(y9) else None for c, s in enumerate(y9.sum(0))]
    result["seconds"] = round(time.time() - begun, 1)
    with open(given.out, "w") as file:
        json.dump(result, file)
        file.write("\n")


if __name__ == "__main__":
    main()
