"""Golden logits for the InceptionFormer family's networks that no published or specified number covers.

Builds each network in PyTorch from its description (LongWei's notes and the reconstruction documented in
crates/nets/src/families/inceptionformer), fills it by a rule and prints the logits of one record as JSON. Run:
python inceptionformer.py > ../../fixtures/nets/inceptionformer.json

DB-ECGNet as built here gives the logits of its author's code (repository hhhey-lw/db_ecgnet, models/db_ecg_net.py) with
the same weights to 1e-14 (patches of 100 and of 20, 64-bit floats).

Rule: tensor number n of the state dict (without num_batches_tracked), element e (from 1) is s = 2 u - 1 with u the
finaliser of SplitMix64 over e * 0x9E3779B97F4A7C15 + n * 0xD1B54A32D192ED03, its upper 53 bits over 2^53; norm scales
and running variances 1 + 0.2 s, other vectors 0.1 s, all else s * sqrt(3 / numbers of an output).
"""

import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 9


def symmetric(tensor, count):
    with np.errstate(over="ignore"):
        x = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = x + np.uint64(tensor) * np.uint64(0xD1B54A32D192ED03)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
            x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return 2.0 * ((x >> np.uint64(11)).astype(np.float64) / 2.0**53) - 1.0


def filled(network):
    norms = tuple(
        f"{name}.weight"
        for name, module in network.named_modules()
        if isinstance(module, (nn.LayerNorm, nn.BatchNorm1d, nn.BatchNorm2d))
    )
    number = 0
    for name, value in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        s = symmetric(number, value.numel())
        number += 1
        if name in norms or name.endswith("running_var"):
            s = 1 + 0.2 * s
        elif value.dim() == 1:
            s = 0.1 * s
        else:
            s = s * np.sqrt(3.0 / np.prod(value.shape[1:]))
        value.copy_(torch.from_numpy(s).reshape(value.shape))
    return network.double().eval()


def record():
    t = torch.arange(1000, dtype=torch.float64) / 100
    lead = torch.arange(12, dtype=torch.float64)[:, None]
    return (torch.sin(2 * torch.pi * (lead + 1) * t / 4) + 0.5 * torch.cos(2 * torch.pi * 1.25 * t + 0.1 * lead))[None]


class Table(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(shape))


class OverTime(nn.Module):
    """A module for [batch, channel, time] on [batch, time, channel]."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x.transpose(1, 2)).transpose(1, 2)


def conv(*arguments, **options):
    return OverTime(nn.Conv1d(*arguments, **options))


def depthwise(d, kernel, **options):
    return conv(d, d, kernel, padding=kernel // 2, groups=d, **options)


class MultiScale(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.convs = nn.ModuleList(depthwise(d // 4, kernel) for kernel in (3, 7, 11, 19))

    def forward(self, x):
        return torch.cat([c(part) for c, part in zip(self.convs, x.chunk(4, -1))], -1)


class Squeeze(nn.Module):
    def __init__(self, d, reduction, activation):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(d, d // reduction), activation, nn.Linear(d // reduction, d), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.net(x.mean(1))[:, None]


class Coordinate(nn.Module):
    def __init__(self, d):
        super().__init__()
        m = max(8, d // 16)
        self.squeeze = nn.Sequential(nn.Conv1d(d, m, 1), nn.BatchNorm1d(m), nn.Hardswish())
        self.places, self.whole = nn.Conv1d(m, d, 1), nn.Conv1d(m, d, 1)

    def forward(self, x):
        x = x.transpose(1, 2)
        y = self.squeeze(torch.cat([x, x.mean(2, keepdim=True)], 2))
        y = x * torch.sigmoid(self.places(y[:, :, :-1])) * torch.sigmoid(self.whole(y[:, :, -1:]))
        return y.transpose(1, 2)


class Mlp(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.norm, self.one, self.two = nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.Linear(2 * d, d)

    def forward(self, x):
        return x + self.two(F.gelu(self.one(self.norm(x))))


class Convolution(nn.Module):
    def __init__(self, d, mixer, norm):
        super().__init__()
        self.norm = nn.LayerNorm(d) if norm == "layer" else OverTime(nn.BatchNorm1d(d))
        if mixer.startswith("inverted"):
            self.mixer = nn.Sequential(conv(d, 2 * d, 1), nn.GELU(), MultiScale(2 * d), nn.GELU(), conv(2 * d, d, 1))
        else:
            after = {"multi-scale": [], "se": [Squeeze(d, 16, nn.ReLU())], "ca": [Coordinate(d)]}[mixer]
            self.mixer = nn.Sequential(MultiScale(d), *after)
        self.mlp = nn.Identity() if mixer == "inverted" else Mlp(d)

    def forward(self, x):
        return self.mlp(x + self.mixer(self.norm(x)))


class Modulation(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.weight, self.convs = nn.Linear(d, d), MultiScale(d)
        self.value, self.out = nn.Linear(d, d), nn.Linear(d, d)
        self.mlp = Mlp(d)

    def forward(self, x):
        y = self.norm(x)
        return self.mlp(x + self.out(self.convs(F.gelu(self.weight(y))) * self.value(y)))


def heads_of(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(-2, -3)


def attend(q, k, v, heads, bias=None):
    q, k, v = (heads_of(x, heads) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(-2, -3).flatten(-2)


class Among(nn.Module):
    """Full, bi-routing, window and shifted window attention, with places told inside."""

    def __init__(self, d, tokens, kind, position, moved):
        super().__init__()
        self.kind, self.position, self.moved = kind, position, moved
        self.qkv = nn.Linear(d, 3 * d)
        self.near = depthwise(d, 5) if position == "inside" or kind == "bi-routing" else None
        size = tokens // 25 if "window" in kind else tokens
        self.relative = Table(8, 1, 2 * size - 1) if position == "relative" else None
        self.out = nn.Linear(d, d)

    def bias(self, tokens):
        if self.relative is None:
            return torch.zeros(8, tokens, tokens, dtype=torch.float64)
        places = torch.arange(tokens)
        return self.relative.table[:, 0, places[:, None] - places[None] + tokens - 1]

    def forward(self, x):
        tokens = x.shape[1]
        q, k, v = self.qkv(x).chunk(3, -1)
        if self.position == "inside":
            v = v + self.near(v)
        size = tokens // 25
        if self.kind == "bi-routing":
            means = [y.unflatten(1, (25, size)).mean(2) for y in (q, k)]
            best = (means[0] @ means[1].transpose(1, 2)).topk(10, -1).indices
            parts = []
            for window in range(25):
                chosen = (best[0, window][:, None] * size + torch.arange(size)).flatten()
                parts.append(attend(q[:, window * size : (window + 1) * size], k[:, chosen], v[:, chosen], 8))
            mixed = torch.cat(parts, 1) + self.near(v)
        elif "window" in self.kind:
            shift = size // 2 if self.kind == "shifted window" and self.moved else 0
            q, k, v = (y.roll(-shift, 1) for y in (q, k, v))
            region = torch.arange(tokens).roll(-shift) < shift
            parts = []
            for window in range(25):
                part = slice(window * size, (window + 1) * size)
                bias = self.bias(size).clone()
                bias[:, region[part][:, None] != region[part][None]] = -torch.inf
                parts.append(attend(q[:, part], k[:, part], v[:, part], 8, bias))
            mixed = torch.cat(parts, 1).roll(shift, 1)
        else:
            mixed = attend(q, k, v, 8, self.bias(tokens))
        return self.out(mixed)


class Fewer(nn.Module):
    def __init__(self, d, width, heads, kernel, stride, gelu, pool=1):
        super().__init__()
        self.heads, self.gelu, self.pool = heads, gelu, pool
        if kernel:
            self.shorten = conv(d, d, kernel, stride=stride, padding=(kernel - 1) // 2 if stride == 2 else 0)
            self.norm = nn.LayerNorm(d)
        self.kernel = kernel
        self.kv = nn.Linear(d, 2 * width)

    def forward(self, q, x):
        if self.pool > 1:
            x = x.unflatten(1, (-1, self.pool)).mean(2)
        if self.kernel:
            x = self.norm(self.shorten(x))
        if self.gelu:
            x = F.gelu(x)
        return attend(q, *self.kv(x).chunk(2, -1), self.heads)


class Shunted(nn.Module):
    def __init__(self, d, shares):
        super().__init__()
        self.q = nn.Linear(d, d)
        self.widths = [d // 8 * heads for heads, _ in shares]
        self.scales = nn.ModuleList(
            Fewer(d, d // 8 * heads, heads, r if r > 1 else 0, r, r > 1) for heads, r in shares
        )
        self.out = nn.Linear(d, d)

    def forward(self, x):
        queries = self.q(x).split(self.widths, -1)
        return self.out(torch.cat([scale(q, x) for scale, q in zip(self.scales, queries)], -1))


class Reduced(nn.Module):
    def __init__(self, d, kernel):
        super().__init__()
        self.q, self.fewer, self.out = nn.Linear(d, d), Fewer(d, d, 8, kernel, 2, False), nn.Linear(d, d)

    def forward(self, x):
        return self.out(self.fewer(self.q(x), x))


class HighLow(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.qkv, self.q = nn.Linear(d, 3 * d // 2), nn.Linear(d, d // 2)
        self.fewer = Fewer(d, d // 2, 4, 1, 1, True, pool=5)
        self.out = nn.Linear(d, d)

    def forward(self, x):
        near = [attend(*part.chunk(3, -1), 4) for part in self.qkv(x).split(5, 1)]
        return self.out(torch.cat([torch.cat(near, 1), self.fewer(self.q(x), x)], -1))


def attention(d, tokens, kind, position, moved):
    if kind.startswith("reduced"):
        return Reduced(d, int(kind[-1]))
    if kind == "shunted":
        return Shunted(d, [(4, 1), (2, 2), (2, 4)])
    if kind == "halves":
        return Shunted(d, [(4, 1), (4, 2)])
    return HighLow(d) if kind == "high-low" else Among(d, tokens, kind, position, moved)


class Attention(nn.Module):
    def __init__(self, d, tokens, kind, position, moved, mlp=True):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(d), attention(d, tokens, kind, position, moved)
        self.mlp = Mlp(d) if mlp else nn.Identity()
        self.past = depthwise(d, 5) if position == "outside" else None

    def forward(self, x):
        y = self.mlp(x + self.attention(self.norm(x)))
        return y if self.past is None else self.past(x) + y


class Look(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(d), nn.LayerNorm(d)])
        self.q, self.kv, self.out = nn.Linear(d, d), nn.Linear(d, 2 * d), nn.Linear(d, d)

    def forward(self, asking, asked):
        q, kv = self.q(self.norms[0](asking)), self.kv(self.norms[1](asked))
        return self.out(attend(q, *kv.chunk(2, -1), self.heads))


class Semantic(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.pool = nn.Sequential(
            conv(d, d, 5, stride=5, groups=d), nn.LayerNorm(d), nn.GELU(), conv(d, d, 1),
            depthwise(d, 7), nn.LayerNorm(d), nn.GELU(), conv(d, d, 1),
        )
        self.look1, self.mlp1 = Look(d, 8), Mlp(d)
        self.learned, self.look2, self.mlp2 = Table(1, 25, d), Look(d, 8), Mlp(d)

    def forward(self, x):
        pooled = self.pool(x)
        first = self.mlp1(self.look1(pooled, x) + pooled)
        return self.mlp2(self.look2(first + self.learned.table, torch.cat([first, x], 1)) + pooled)


class Stem(nn.Module):
    def __init__(self, width):
        super().__init__()
        quarter = width // 4
        self.narrow = nn.Conv1d(12, 3 * quarter, 3, padding=1)
        self.convs = nn.ModuleList(nn.Conv1d(3 * quarter, quarter, k, padding=k // 2) for k in (9, 15, 21))
        self.pooled, self.norm = nn.Conv1d(12, quarter, 1), nn.BatchNorm1d(width)

    def forward(self, x):
        narrow = self.narrow(x)
        parts = [c(narrow) for c in self.convs] + [self.pooled(F.max_pool1d(x, 3, 1, 1))]
        return F.relu(self.norm(torch.cat(parts, 1))).transpose(1, 2)


PATTERNS = {
    "alternating": ("C" * 2, "C" * 4, "CA" * 4, "A" * 4),
    "linear": ("C" * 2, "C" * 4, "CCCCAAAA", "A" * 4),
    "modulation": ("C" * 2, "CM" * 2, "MA" * 4, "A" * 4),
    "sandwich": ("C" * 2, "C" * 4, "S" * 4, "S" * 2),
}


class InceptionFormer(nn.Module):
    def __init__(self, stacking="alternating", kind="full", mixer="multi-scale", norm="layer", position="none",
                 token=False, semantic=False):
        super().__init__()
        self.steps = nn.ModuleList([Stem(64)])
        self.token = token
        for stage, pattern in enumerate(PATTERNS[stacking]):
            d, tokens = 64 << stage, 1000 >> stage
            if stage:
                self.steps.append(conv(d // 2, d, 3, stride=2, padding=1))
            if stage == 2 and position == "learned":
                self.steps.append(Table(1, tokens, d))
            if stage == 3 and semantic:
                self.steps.append(Semantic(d))
            if stage == 3 and token:
                self.steps.append(Table(1, 1, d))
            turns = 0
            for letter in pattern:
                if letter == "C":
                    self.steps.append(Convolution(d, mixer, norm))
                elif letter == "M":
                    self.steps.append(Modulation(d))
                elif letter == "A":
                    self.steps.append(Attention(d, tokens, kind, position, turns % 2 == 1))
                    turns += 1
                else:
                    middle = Attention(d, tokens, kind, position, False, mlp=False)
                    self.steps += [Convolution(d, mixer, norm), middle, Convolution(d, mixer, norm)]
        self.head = nn.Linear(d, CLASSES)

    def forward(self, x):
        for step in self.steps:
            if not isinstance(step, Table):
                x = step(x)
            elif step.table.shape[1] == 1:
                x = torch.cat([step.table, x], 1)
            else:
                x = x + step.table
        return self.head(x[:, 0] if self.token else x.mean(1))


class Residual(nn.Module):
    def __init__(self, Conv, Norm, a, b, stride):
        super().__init__()
        self.net = nn.Sequential(
            Conv(a, b, 3, stride, 1, bias=False), Norm(b), nn.ReLU(), Conv(b, b, 3, 1, 1, bias=False), Norm(b)
        )
        self.past = nn.Sequential(Conv(a, b, 1, stride, bias=False), Norm(b)) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.net(x) + self.past(x))


def resnet(Conv, Norm, Pool):
    steps, width = [Conv(12, 64, 7, 2, 3, bias=False), Norm(64), nn.ReLU(), Pool(3, 2, 1)], 64
    for stage, count in enumerate((3, 4, 6, 3)):
        for number in range(count):
            steps.append(Residual(Conv, Norm, width, 64 << stage, 2 if stage and not number else 1))
            width = 64 << stage
    return nn.Sequential(*steps)


def spectrogram(x):
    window = torch.hamming_window(100, periodic=True, dtype=torch.float64)
    spectrum = torch.stft(x[0], 100, 10, window=window, center=True, pad_mode="reflect", return_complex=True)
    level = torch.log1p(spectrum.abs())
    deviation = level.std((1, 2), correction=0, keepdim=True)
    return ((level - level.mean((1, 2), keepdim=True)) / deviation)[None]


class Streams(nn.Module):
    def __init__(self, time):
        super().__init__()
        self.time = resnet(nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d) if time else None
        self.frequency = resnet(nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d)
        self.head = nn.Linear(1024 if time else 512, CLASSES)

    def forward(self, x):
        y = self.frequency(spectrogram(x)).mean((2, 3))
        return self.head(y if self.time is None else torch.cat([self.time(x).mean(2), y], 1))


class AlongTime(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.scale, self.shift = Table(1, 1, d), Table(1, 1, d)

    def forward(self, x):
        y = x - x.mean(1, keepdim=True)
        y = y / torch.sqrt((y * y).mean(1, keepdim=True) + 1e-6)
        return y * self.scale.table + self.shift.table


def normed(module, d, fused):
    return nn.Sequential(module) if fused else nn.Sequential(module, OverTime(nn.BatchNorm1d(d)))


class Added(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.convs = nn.ModuleList(depthwise(d, kernel, bias=False) for kernel in (9, 3, 5, 7))

    def forward(self, x):
        return sum(c(x) for c in self.convs)


class Waveform(nn.Module):
    def __init__(self, d, fused):
        super().__init__()
        self.net = nn.Sequential(
            AlongTime(d),
            normed(conv(d, 2 * d, 1, bias=fused), 2 * d, fused), nn.GELU(),
            normed(depthwise(2 * d, 9) if fused else Added(2 * d), 2 * d, fused), nn.GELU(),
            normed(conv(2 * d, d, 1, bias=fused), d, fused),
        )

    def forward(self, x):
        return x + self.net(x)


class Rhythm(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads, self.norm, self.qkv = heads, nn.LayerNorm(d), nn.Linear(d, 3 * d)
        self.out, self.mlp = nn.Linear(d, d), Mlp(d)

    def forward(self, x):
        return self.mlp(x + self.out(attend(*self.qkv(self.norm(x)).chunk(3, -1), self.heads)))


class Dual(nn.Module):
    def __init__(self, d, heads, fused):
        super().__init__()
        self.waveform, self.look, self.rhythm = Waveform(d, fused), Look(d, heads), Rhythm(d, heads)

    def forward(self, pair):
        x, t = pair
        x = self.waveform(x)
        return x, self.rhythm(t + self.look(t, x))


class Widen(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.down, self.widen = conv(a, b, 3, stride=2, padding=1), nn.Linear(a, b)

    def forward(self, pair):
        return self.down(pair[0]), self.widen(pair[1])


class DbEcgNet(nn.Module):
    def __init__(self, patch, fused):
        super().__init__()
        self.patches = conv(12, 72, patch, stride=patch)
        self.places, self.token, self.norm = Table(1, 1000 // patch, 72), Table(1, 1, 72), nn.LayerNorm(72)
        self.stem = normed(conv(12, 72, 3, stride=2, padding=1), 72, fused)
        steps, width = [], 72
        for d, heads, depth in ((72, 2, 2), (144, 4, 3), (288, 8, 4)):
            steps += [Widen(width, d)] if d != width else []
            steps += [Dual(d, heads, fused) for _ in range(depth)]
            width = d
        self.steps, self.head = nn.Sequential(*steps), nn.Linear(288, CLASSES)

    def forward(self, x):
        x = x.transpose(1, 2)
        tokens = self.norm(torch.cat([self.token.table, self.patches(x) + self.places.table], 1))
        return self.head(self.steps((self.stem(x), tokens))[1][:, 0])


NETWORKS = {
    "linear": lambda: InceptionFormer("linear"),
    "batch_norm": lambda: InceptionFormer(norm="batch"),
    "reduced2": lambda: InceptionFormer(kind="reduced2"),
    "reduced3": lambda: InceptionFormer(kind="reduced3"),
    "bi_routing": lambda: InceptionFormer(kind="bi-routing"),
    "window": lambda: InceptionFormer(kind="window"),
    "shifted_window": lambda: InceptionFormer(kind="shifted window"),
    "shunted": lambda: InceptionFormer(kind="shunted"),
    "cross_stack": lambda: InceptionFormer(kind="halves"),
    "high_low": lambda: InceptionFormer(kind="high-low"),
    "squeeze_excitation": lambda: InceptionFormer(mixer="se"),
    "coordinate_attention": lambda: InceptionFormer(mixer="ca"),
    "inverted_residual": lambda: InceptionFormer(mixer="inverted"),
    "inverted_residual_mlp": lambda: InceptionFormer(mixer="inverted-mlp"),
    "modulation": lambda: InceptionFormer("modulation"),
    "modulation_class_token": lambda: InceptionFormer("modulation", token=True),
    "sandwich": lambda: InceptionFormer("sandwich"),
    "sparse": lambda: InceptionFormer(semantic=True),
    "position_learned": lambda: InceptionFormer(position="learned"),
    "position_relative": lambda: InceptionFormer(position="relative"),
    "position_relative_shifted": lambda: InceptionFormer(kind="shifted window", position="relative"),
    "position_outside": lambda: InceptionFormer(position="outside"),
    "position_inside": lambda: InceptionFormer(position="inside"),
    "frequency_stream": lambda: Streams(False),
    "two_streams": lambda: Streams(True),
    "db_ecgnet_100": lambda: DbEcgNet(100, False),
    "db_ecgnet_100_fused": lambda: DbEcgNet(100, True),
    "db_ecgnet_20": lambda: DbEcgNet(20, False),
}


def main():
    torch.set_num_threads(1)
    golden = {"origin": "tests/reference/nets/inceptionformer.py, PyTorch " + torch.__version__ + ", 64-bit floats"}
    with torch.no_grad():
        x = record()
        level = spectrogram(x)[0]
        golden["spectrogram"] = {
            f"lead {lead}, {hertz} Hz, frame {frame}": level[lead, hertz, frame].item()
            for lead, hertz, frame in ((0, 0, 0), (0, 1, 50), (11, 3, 0), (5, 2, 100), (7, 50, 33))
        }
        for name, make in NETWORKS.items():
            network = filled(make())
            golden[name] = {
                "parameters": sum(p.numel() for p in network.parameters()),
                "logits": network(x)[0].tolist(),
            }
    print(json.dumps(golden, indent=1))


if __name__ == "__main__":
    main()
