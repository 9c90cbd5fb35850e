#!/usr/bin/env python3
"""IMLE-Net on PTB-XL's superclasses in PyTorch: what `train-native` is held against.

The same records, split, batches and optimiser as `train-native train --model imle-net --task superclass`, by another
library, so that a mistake in ours would show. `--check` prints instead what one training step gives, in single and in double
precision, with the deterministic parameters and inputs of tests/fixtures/nets/imle_net.json.

    python3 -m venv VENV && VENV/bin/pip install torch numpy zstandard
    VENV/bin/python train_imle_net.py --data DIR --seeds 1 --out results/imle_net_superclass_pytorch.json
    VENV/bin/python train_imle_net.py --check

DIR as for train_resnet1d_wang.py. Only folds 1-8 are trained on; fold 9 chooses the epoch; fold 10 is not read. Recipe: the authors'
(IMLE-Net, IEEE SMC 2021, arXiv 2204.05116; their code): Adam at 0.001 with Keras' epsilon of 1e-7, batches of 32 made once
and drawn in a new order every epoch, up to 60 epochs, stopped after 20 without a better validation AUC, weights of the
best epoch from the 7th on.
"""

import argparse
import json
import math
import sys
import time

import numpy as np
import torch
from torch import nn

from train_resnet1d_wang import CLASSES, area, interval, load, macro_area

BATCH, EPOCHS, PATIENCE, FIRST = 32, 60, 20, 6


class Same(nn.Module):
    """A convolution with Keras' "same" padding: the odd zero stands at the end."""

    def __init__(self, come, go, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv1d(come, go, kernel, stride)
        nn.init.xavier_uniform_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)

    def forward(self, x):
        kernel, stride, length = self.conv.kernel_size[0], self.conv.stride[0], x.shape[2]
        total = max((math.ceil(length / stride) - 1) * stride + kernel - length, 0)
        return self.conv(nn.functional.pad(x, (total // 2, total - total // 2)))


class Block(nn.Module):
    """conv, ReLU, norm, conv; plus what goes past; ReLU, norm."""

    def __init__(self, come, go, stride):
        super().__init__()
        norm = lambda: nn.BatchNorm1d(go, eps=1e-3, momentum=0.01)
        self.conv1, self.norm1 = Same(come, go, 8, stride), norm()
        self.past = Same(come, go, 1, stride) if stride > 1 else nn.Identity()
        self.conv2, self.norm2 = Same(go, go, 8), norm()

    def forward(self, x):
        y = self.norm1(torch.relu(self.conv1(x)))
        return self.norm2(torch.relu(self.conv2(y) + self.past(x)))


class Attention(nn.Module):
    """e = tanh(x W + b) V with a bias for each position; the sum weighted by softmax(e)."""

    def __init__(self, positions, features=128, width=64):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, width) * 0.05)
        self.bias = nn.Parameter(torch.zeros(positions, width))
        self.context = nn.Parameter(torch.randn(width, 1) * 0.05)

    def forward(self, x):
        scores = torch.softmax(torch.tanh(x @ self.weight + self.bias) @ self.context, 1)
        return (x * scores).sum(1)


class ImleNet(nn.Module):
    """746,725 parameters at 5 classes that are trained (an LSTM's second bias vectors are held at 0). Input [batch, 12, 1000]."""

    def __init__(self, classes):
        super().__init__()
        self.stem = Same(1, 32, 8)
        self.blocks = nn.Sequential(
            Block(32, 32, 1), Block(32, 32, 1), Block(32, 64, 2), Block(64, 64, 1), Block(64, 128, 2), Block(128, 128, 1)
        )
        self.beat, self.rhythm, self.lead = Attention(13), Attention(20), Attention(12)
        self.lstm = nn.LSTM(128, 64, batch_first=True, bidirectional=True)
        for name, parameter in self.lstm.named_parameters():
            if name.startswith("weight_ih"):
                nn.init.xavier_uniform_(parameter)
            elif name.startswith("weight_hh"):
                nn.init.orthogonal_(parameter)
            else:
                nn.init.zeros_(parameter)
            if name.startswith("bias_ih"):
                parameter.data[64:128] = 1.0
            if name.startswith("bias_hh"):
                parameter.requires_grad_(False)
        self.dense = nn.Linear(128, classes)
        nn.init.xavier_uniform_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)

    def forward(self, x):
        batch = x.shape[0]
        x = torch.relu(self.stem(x.reshape(batch * 240, 1, 50)))
        beats = self.beat(self.blocks(x).transpose(1, 2)).reshape(batch * 12, 20, 128)
        rhythms = self.rhythm(self.lstm(beats)[0]).reshape(batch, 12, 128)
        return self.dense(self.lead(rhythms))


class KerasAdam(torch.optim.Optimizer):
    """Adam that adds epsilon before the second moment is corrected for its start, as Keras does."""

    def __init__(self, parameters, rate=0.001, epsilon=1e-7):
        super().__init__(parameters, {"rate": rate, "epsilon": epsilon})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                state = self.state[p]
                if not state:
                    state.update(step=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["step"] += 1
                state["m"].lerp_(p.grad, 0.1)
                state["v"].mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                scale = group["rate"] * math.sqrt(1 - 0.999 ** state["step"]) / (1 - 0.9 ** state["step"])
                p.addcdiv_(state["m"], state["v"].sqrt().add_(group["epsilon"]), value=-scale)


def predict(network, x):
    network.eval()
    with torch.no_grad():
        return torch.cat([network(part) for part in x.split(16)]).double()


def train(x, y, x9, y9, seed, epochs, device, say):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = ImleNet(y.shape[1]).to(device)
    optimiser = KerasAdam([p for p in network.parameters() if p.requires_grad])
    batches = [random.permutation(len(x))[i : i + BATCH] for i in range(0, len(x), BATCH)]
    losses, areas, kept, best, since = [], [], None, 0.0, 0
    for epoch in range(epochs):
        network.train()
        total, begun = 0.0, time.time()
        for b in random.permutation(len(batches)):
            rows = batches[b]
            loss = nn.functional.binary_cross_entropy_with_logits(network(x[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / len(batches))
        scores = predict(network, x9).sigmoid().cpu().numpy()
        areas.append(macro_area(scores, y9))
        if epoch >= FIRST and (kept is None or areas[-1] > kept[1]):
            kept = (epoch + 1, areas[-1], scores)
        best, since = (areas[-1], 0) if areas[-1] > best + 1e-4 else (best, since + 1)
        say(f"seed {seed} epoch {epoch + 1}/{epochs} loss {losses[-1]:.4f} fold 9 {areas[-1]:.4f} {len(x) / (time.time() - begun):.1f} records/s")
        if since >= PATIENCE:
            break
    return kept or (len(losses), areas[-1], scores), losses, areas


def check():
    """One step and five losses with the fixture's parameters and inputs."""

    def uniform(tensor, count):
        mask = (1 << 64) - 1
        x = (np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) + np.uint64(tensor * 0xD1B54A32D192ED03 & mask)
        x ^= x >> np.uint64(30)
        x *= np.uint64(0xBF58476D1CE4E5B9)
        x ^= x >> np.uint64(27)
        x *= np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
        return (x >> np.uint64(11)).astype(np.float64) / 2.0**53

    def fill(network):
        number = [0]

        def put(parameter, shape, kind, turn=None):
            count = int(np.prod(shape))
            s = 2 * uniform(number[0], count).reshape(shape) - 1
            number[0] += 1
            fan = int(np.prod(shape[:-1]))
            value = {"one": 1 + 0.2 * s, "zero": 0.1 * s, "weight": s * math.sqrt(3 / fan)}[kind]
            parameter.data.copy_(torch.from_numpy(value if turn is None else np.ascontiguousarray(value.transpose(turn))))

        def conv(same):
            go, come, kernel = same.conv.weight.shape
            put(same.conv.weight, (kernel, come, go), "weight", (2, 1, 0))
            put(same.conv.bias, (go,), "zero")

        def norm(layer):
            size = (layer.num_features,)
            for parameter, kind in [(layer.weight, "one"), (layer.bias, "zero"), (layer.running_mean, "zero"), (layer.running_var, "one")]:
                put(parameter, size, kind)

        def attention(layer):
            put(layer.weight, tuple(layer.weight.shape), "weight")
            put(layer.bias, tuple(layer.bias.shape), "zero")
            put(layer.context, tuple(layer.context.shape), "weight")

        conv(network.stem)
        for block in network.blocks:
            conv(block.conv1)
            norm(block.norm1)
            if isinstance(block.past, Same):
                conv(block.past)
            conv(block.conv2)
            norm(block.norm2)
        attention(network.beat)
        for way in ("", "_reverse"):
            part = lambda name: getattr(network.lstm, f"{name}_l0{way}")
            put(part("weight_ih"), (128, 256), "weight", (1, 0))
            put(part("weight_hh"), (64, 256), "weight", (1, 0))
            put(part("bias_ih"), (256,), "zero")
        attention(network.rhythm)
        attention(network.lead)
        put(network.dense.weight, (128, 5), "weight", (1, 0))
        put(network.dense.bias, (5,), "zero")
        assert number[0] == 95

    t = np.arange(1000) / 100
    x = np.array([[np.sin(2 * np.pi * (lead + 1 + 3 * b) * t / 4) + 0.5 * np.cos(2 * np.pi * 1.25 * t + 0.1 * lead) for lead in range(12)] for b in range(2)])
    y = torch.tensor([[1.0, 0, 0, 1, 0], [0, 1, 0, 0, 1]])
    for kind in (torch.float32, torch.float64):
        network = ImleNet(5).to(kind)
        fill(network)
        trained = [p for p in network.parameters() if p.requires_grad]
        optimiser = KerasAdam(trained)
        inputs, losses = torch.from_numpy(x.astype(np.float32)).to(kind), []
        for step in range(5):
            loss = nn.functional.binary_cross_entropy_with_logits(network(inputs), y.to(kind))
            optimiser.zero_grad()
            loss.backward()
            if step == 0:
                whole = math.sqrt(sum(float(p.grad.double().square().sum()) for p in trained))
                stem = float(network.stem.conv.weight.grad.double().norm())
                beat = [float(p.grad.double().norm()) for p in network.beat.parameters()]
                print(f"{kind}: gradient norms: all {whole:.8f}, stem {stem:.8f}, beat attention {beat}")
            optimiser.step()
            losses.append(loss.item())
        print(f"{kind}: losses {[round(v, 8) for v in losses]}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    options.add_argument("--data")
    options.add_argument("--out")
    options.add_argument("--seeds", type=int, nargs="+", default=[1])
    options.add_argument("--epochs", type=int, default=EPOCHS)
    options.add_argument("--threads", type=int, default=0)
    options.add_argument("--device", default="cpu")
    given = options.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    if given.check:
        return check()
    if not (given.data and given.out):
        options.error("--data and --out are needed, or --check")

    signals, labels, folds, ids = load(given.data)
    learn, held = folds <= 8, folds == 9
    mean, deviation = float(signals[learn].mean(dtype=np.float64)), float(signals[learn].std(dtype=np.float64))
    standard = lambda part: torch.from_numpy((signals[part] - mean) / deviation).to(given.device)
    x, y = standard(learn), torch.from_numpy(labels[learn]).to(given.device)
    x9, y9 = standard(held), labels[held]
    result = {
        "network": "imle-net",
        "task": "superclass",
        "classes": CLASSES,
        "program": f"PyTorch {torch.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}, {given.device}",
        "recipe": {"epochs": given.epochs, "batch": BATCH, "rate": 0.001, "patience": PATIENCE, "chosen_from_epoch": FIRST + 1},
        "train_records": int(learn.sum()),
        "validation_records": int(held.sum()),
        "mean": mean,
        "deviation": deviation,
        "parameters": sum(p.numel() for p in ImleNet(len(CLASSES)).parameters() if p.requires_grad),
        "runs": [],
        "ids": ids[held].tolist(),
    }
    say = lambda text: print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
    say(json.dumps({k: v for k, v in result.items() if k not in ("ids", "runs")}))
    for seed in given.seeds:
        begun = time.time()
        (chosen, macro, scores), losses, areas = train(x, y, x9, y9, seed, given.epochs, given.device, say)
        run = {"seed": seed, "seconds": round(time.time() - begun, 1), "chosen_epoch": chosen, "macro_auc": macro}
        run["interval"] = interval(scores, y9)
        run["auc"] = [float(area(scores[:, c], y9[:, c])) for c in range(len(CLASSES))]
        run["loss"], run["fold_9"] = [round(v, 5) for v in losses], [round(v, 5) for v in areas]
        run["probabilities"] = np.round(scores, 4).tolist()
        result["runs"].append(run)
        say(f"seed {seed}: epoch {chosen}, macro AUC {macro:.4f} {run['interval']}")
        with open(given.out, "w") as file:
            json.dump(result, file)
            file.write("\n")


if __name__ == "__main__":
    main()
