"""Golden numbers of the networks of eight papers; one file a family.

    VENV/bin/python papers.py CHECKOUTS ../../fixtures/nets

CHECKOUTS holds the public repositories whose code is run as it is: db_ecgnet (hhhey-lw, commit 4ccd417: IM-ECG, ECGNet,
MVMS-Net, token selection, all but MVMS-Net unofficial), SE-ECGNet (Amadeuszhao, commit 9b61bac), MVKT-ECG (QINYZz, commit
209abc7). MRTNet and MAMIL, of which no code is published, are built here as crates/nets/src/families describes them; so
is the selection of tokens, which the code of that name leaves out.

Everything in double precision. Layers are filled by the rule of deterministic.py in the order in which they first compute
(learned tables after them): norm scales and running variances 1 + 0.2 s, other vectors 0.1 s, all else of variance one over
the inputs.
"""

import importlib.util
import json
import sys
import types
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from deterministic import recording, rounded, uniform

CLASSES = 5
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)


def foreign(path):
    """A module of a checkout; what it imports for counting alone is left out."""
    for name, contents in {
        "thop": {"profile": None, "clever_format": None},
        "torchprofile": {"profile_macs": None},
        "IPython": {"embed": None},
    }.items():
        sys.modules.setdefault(name, types.ModuleType(name)).__dict__.update(contents)
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def calls(network, x):
    """The network's layers in the order in which they first compute."""
    order = []

    def note(module, *_):
        if module not in order:
            order.append(module)

    leaves = [m for m in network.modules() if not list(m.children()) and list(m.parameters())]
    handles = [leaf.register_forward_pre_hook(note) for leaf in leaves]
    network(x)
    for handle in handles:
        handle.remove()
    return order


def fill(network, x):
    network.double().eval()
    order = calls(network, x)
    # Ours asks for the layer of places before the one of the mean.
    for module in network.modules():
        if type(module).__name__ == "CoordAtt":
            a, b = order.index(module.conv_h), order.index(module.conv_w)
            order[a], order[b] = order[b], order[a]
    number = 0
    done = set()

    def put(value, near_one):
        nonlocal number
        s = 2 * uniform(number, value.numel()) - 1
        number += 1
        if near_one:
            s = 1 + 0.2 * s
        elif value.dim() == 1:
            s = 0.1 * s
        else:
            s = s * np.sqrt(3 / np.prod(value.shape[1:]))
        value.copy_(torch.from_numpy(s).reshape(value.shape))
        done.add(id(value))

    state = lambda module: module.state_dict(keep_vars=True).items()
    for module in order:
        for name, value in state(module):
            if name != "num_batches_tracked":
                put(value.data, name == "running_var" or (isinstance(module, NORMS) and name == "weight"))
                done.add(id(value))
    for name, value in state(network):
        if id(value) not in done and not name.endswith("num_batches_tracked"):
            put(value.data, False)
    return network


def count(network):
    return sum(p.numel() for p in network.parameters())


def multiply_adds(network, x):
    """Of convolutions, linear and recurrent layers, without biases; attention's products are not in it."""
    total = 0

    def note(module, inputs, output):
        nonlocal total
        if isinstance(module, (nn.Conv1d, nn.Conv2d)):
            total += output.numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            total += inputs[0].numel() * module.out_features
        elif isinstance(module, nn.LSTM):
            steps = inputs[0].shape[0] * inputs[0].shape[1]
            total += steps * 4 * module.hidden_size * (module.input_size + module.hidden_size)

    handles = [m.register_forward_hook(note) for m in network.modules()]
    network(x)
    for handle in handles:
        handle.remove()
    return total


def kept(module, what=lambda inputs, output: output):
    """A list into which every result of a module goes."""
    found = []
    module.register_forward_hook(lambda _, inputs, output: found.append(what(inputs, output)))
    return found


def basics(network, x):
    logits = network(x)
    return {"parameters": count(network), "multiply_adds": multiply_adds(network, x), "logits": rounded(logits)}


def mvms(checkouts):
    code = foreign(checkouts / "db_ecgnet/models/baseline/mvms_net.py")
    x = recording(1000)
    teacher = fill(code.MyNet6View(CLASSES), x)
    weights = [kept(getattr(teacher, f"fuse_weight_{view}")) for view in range(1, 7)]
    student = fill(code.MyNet(CLASSES), x)
    profile = kept(student.layer2.attention.conv_w, lambda _, output: output.sigmoid())
    features = kept(student.avgpool, lambda inputs, _: inputs[0])
    found = {"teacher": basics(teacher, x), "student": basics(student, x)}
    found["teacher"]["view_weights"] = rounded(torch.stack([weight[0].reshape(()) for weight in weights]))
    found["student"]["profile_channel_0"] = rounded(profile[0][0, 0, 0, :6])
    found["student"]["features_position_100"] = rounded(features[0][0, :6, 100])
    return found


def se_ecgnet(checkouts):
    code = foreign(checkouts / "SE-ECGNet/models/SE_ECGNet.py")
    # Its constructor calls its parent by another class' name.
    code.ECGNet = code.SE_ECGNet
    t = torch.arange(5000, dtype=torch.float64) / 500
    lead = torch.arange(8, dtype=torch.float64)[:, None]
    x = torch.sin(2 * torch.pi * (lead + 1) * t / 4) + 0.5 * torch.cos(2 * torch.pi * 1.25 * t + 0.1 * lead)
    x = x.float().double()[None]
    network = fill(code.SE_ECGNet(num_classes=CLASSES), x)
    features = kept(network.block3_list[2])
    squeeze = kept(network.block3_list[0][3].SE2.excitation)
    found = basics(network, x)
    found["features_7_position_10"] = rounded(features[0][0, :6, 10])
    found["squeeze_3"] = rounded(squeeze[0][0, :6])
    return found


def im_ecg(checkouts):
    x = recording(1000)
    network = fill(foreign(checkouts / "db_ecgnet/models/baseline/im_ecgnet.py").IM_ECGNet(CLASSES), x)
    features = kept(network.pw_conv)
    found = basics(network, x)
    found["features_lead_7_position_40"] = rounded(features[0][0, :6, 7, 40])
    return found


def ecgnet(checkouts):
    x = recording(1000)
    return basics(fill(foreign(checkouts / "db_ecgnet/models/baseline/ecgnet.py").ECGNet(num_classes=CLASSES), x), x)


def mvkt(checkouts):
    code = foreign(checkouts / "MVKT-ECG/models/xresnet_1d.py")
    found = {}
    for name, build, leads in [("xresnet18", code.xresnet18, 12), ("xresnet34", code.xresnet34, 1),
                               ("xresnet101", code.xresnet101, 1)]:
        x = recording(1000)[:, :leads]
        network = fill(build(num_leads=leads, num_classes=CLASSES), x)
        embedding = kept(network.fc, lambda inputs, _: inputs[0])
        stage = kept(network.res_layers[1])
        found[name] = basics(network, x)
        found[name]["embedding"] = rounded(embedding[0][0, [0, 1, 2, -3, -2, -1]])
        found[name]["stage_1_position_20"] = rounded(stage[0][0, :6, 20])
    return found


class Squeeze(nn.Module):
    def __init__(self, d, reduction):
        super().__init__()
        self.squeeze, self.excite = nn.Linear(d, d // reduction), nn.Linear(d // reduction, d)

    def forward(self, x):
        return x * torch.sigmoid(self.excite(F.relu(self.squeeze(x.mean(2)))))[:, :, None]


class Residual(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv1d(a, b, 5, padding=2, bias=False), nn.BatchNorm1d(b)
        self.conv2, self.norm2 = nn.Conv1d(b, b, 5, padding=2, bias=False), nn.BatchNorm1d(b)
        self.squeeze = Squeeze(b, 16)
        self.past = nn.Identity() if a == b else nn.Sequential(nn.Conv1d(a, b, 1, bias=False), nn.BatchNorm1d(b))

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(self.squeeze(y) + self.past(x))


class Layer(nn.Module):
    """A pre-norm layer of a Transformer's encoder; keeps its attention's weights."""

    def __init__(self, d, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.qkv, self.out = nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.norm2, self.linear1, self.linear2 = nn.LayerNorm(d), nn.Linear(d, hidden), nn.Linear(hidden, d)

    def forward(self, x):
        q, k, v = (y.unflatten(2, (self.heads, -1)).transpose(1, 2) for y in self.qkv(self.norm1(x)).chunk(3, -1))
        self.weights = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).softmax(-1)
        x = x + self.out((self.weights @ v).transpose(1, 2).flatten(2))
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x))))


class Scale(nn.Module):
    def __init__(self, step):
        super().__init__()
        self.step = step
        self.stem, self.norm = nn.Conv1d(12, 64, 7, padding=3, bias=False), nn.BatchNorm1d(64)
        self.blocks = nn.Sequential(Residual(64, 64), Residual(64, 128), Residual(128, 128))
        self.pooled = nn.Linear(256, 128)
        self.places = nn.Parameter(torch.zeros(1, 19, 128))
        self.encoder = nn.Sequential(Layer(128, 4, 256), Layer(128, 4, 256))

    def forward(self, windows):
        y = F.avg_pool1d(windows, self.step)
        y = self.blocks(F.relu(self.norm(self.stem(y))))
        y = self.pooled(torch.cat([y.mean(2), y.amax(2)], 1))
        return self.encoder(y[None] + self.places).mean(1)


class Mrtnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = nn.ModuleList(Scale(step) for step in (1, 2, 4))
        self.head = nn.Linear(384, CLASSES)

    def forward(self, x):
        windows = x[0].unfold(1, 100, 50).transpose(0, 1)
        return self.head(torch.cat([scale(windows) for scale in self.scales], 1))


def mrtnet(_):
    x = recording(1000)
    network = fill(Mrtnet(), x)
    found = basics(network, x)
    found["attention_half_rate_head_3_token_0"] = rounded(network.scales[1].encoder[1].weights[0, 3, 0])
    return found


def windows_of(x):
    """Windows of 128 samples, half overlapping, the last at the record's end: [window, lead, sample]."""
    starts = list(range(0, 1000 - 128, 64)) + [1000 - 128]
    return torch.stack([x[0, :, start : start + 128] for start in starts])


class Instances(nn.Module):
    """A mode's scores of its instances and its bag."""

    def __init__(self):
        super().__init__()
        self.score = nn.Linear(128, CLASSES)
        self.q, self.k, self.v = (nn.Linear(128, 128) for _ in range(3))

    def forward(self, own, everything):
        scores = self.score(own)
        top = own[scores.amax(1).argmax()][None]
        query = self.q(top)
        self.weights = (query @ self.k(everything).T / 128**0.5).softmax(-1)
        return top + self.weights @ self.v(everything), scores.amax(0)


class Mamil(nn.Module):
    def __init__(self, picture):
        super().__init__()
        step = lambda a, b, kernel: nn.Sequential(
            nn.Conv1d(a, b, kernel, padding=kernel // 2, bias=False), nn.BatchNorm1d(b), nn.ReLU(), nn.MaxPool1d(2)
        )
        self.signal = nn.Sequential(step(12, 32, 7), step(32, 64, 5), step(64, 128, 3))
        tile = lambda a, b, kernel: nn.Sequential(
            nn.Conv2d(a, b, kernel, stride=kernel, bias=False), nn.BatchNorm2d(b), nn.ReLU()
        )
        self.picture = nn.Sequential(tile(12, 32, 4), tile(32, 64, 4), tile(64, 128, 1)) if picture else None
        self.modes = nn.ModuleList(Instances() for _ in range(2 if picture else 1))
        self.head = nn.Linear(256 if picture else 128, CLASSES)

    def gramian(self, windows):
        x = F.avg_pool1d(windows, 2)
        low, high = x.amin(2, keepdim=True), x.amax(2, keepdim=True)
        angle = torch.arccos(((2 * x - high - low) / (high - low)).clamp(-1, 1))
        return torch.cos(angle[:, :, :, None] + angle[:, :, None])

    def forward(self, x):
        windows = windows_of(x)
        instances = [self.signal(windows).mean(2)]
        if self.picture:
            instances.append(self.picture(self.gramian(windows)).mean((2, 3)))
        found = [mode(own, torch.cat(instances)) for mode, own in zip(self.modes, instances)]
        self.instance_logits = [scores for _, scores in found]
        return self.head(torch.cat([bag for bag, _ in found], 1))


def mamil(_):
    x = recording(1000)
    found = {}
    for name in ("signal", "both"):
        network = fill(Mamil(name == "both"), x)
        found[name] = basics(network, x)
        found[name]["attention"] = [rounded(mode.weights) for mode in network.modes]
        found[name]["instance_logits"] = [rounded(logits) for logits in network.instance_logits]
    found["gramian_window_3_lead_5_row_10"] = rounded(network.gramian(windows_of(x))[3, 5, 10, :8])
    return found


def selecting(network, x):
    """The released network with the selection that it leaves out: as its forward, but tokens are chosen between."""

    def layer(block, x):
        q, k, v = (y.unflatten(2, (8, -1)).transpose(1, 2) for y in block.sa.qkv(block.norm1(x)).chunk(3, -1))
        weights = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).softmax(-1)
        x = x + block.sa.proj((weights @ v).transpose(1, 2).flatten(2))
        return x + block.ffn(block.norm2(x)), weights

    def encoder(blocks, x, first):
        gathered = 0
        y = x
        for number, block in enumerate(blocks):
            y, weights = layer(block, y)
            if number + 1 >= first:
                gathered = 0.99 * gathered + 0.01 * weights
        count = (y.shape[1] - 1) // 2
        chosen = gathered.mean(1)[0, 0, 1:].topk(count).indices
        y = torch.cat([y[:, :1], y[:, 1:][:, chosen]], 1)
        for block in blocks:
            y, _ = layer(block, y)
        return y[:, 0], sorted(chosen.tolist())

    y = network.cnn_block2(network.cnn_block1(x))
    tokens, kept_places = [], []
    for embed, token, places, part, first in [
        (network.UpperMSEL, network.cls_token1, network.pos_embed1, network.encoder1, 4),
        (network.LowerMSEL, network.cls_token2, network.pos_embed2, network.encoder2, 3),
    ]:
        found, chosen = encoder(part.encoder.blocks, torch.cat([token, embed(y)], 1) + places, first)
        tokens.append(found)
        kept_places.append(chosen)
    return network.fc(torch.cat(tokens, 1)), kept_places


def token_selection(checkouts):
    x = recording(1000)
    network = fill(foreign(checkouts / "db_ecgnet/models/share/msdb_net.py").MSDBNet(num_classes=CLASSES), x)
    found = {"released": basics(network, x)}
    logits, chosen = selecting(network, x)
    found["selecting"] = {"logits": rounded(logits), "kept": chosen}
    return found


@torch.no_grad()
def main():
    checkouts, target = Path(sys.argv[1]), Path(sys.argv[2])
    wanted = sys.argv[3:]
    for family in (mvms, se_ecgnet, im_ecg, ecgnet, mvkt, mrtnet, mamil, token_selection):
        name = {"ecgnet": "ecgnet_channels"}.get(family.__name__, family.__name__)
        if wanted and name not in wanted:
            continue
        own = family in (mrtnet, mamil)
        origin = "tests/reference/nets/papers.py, PyTorch in double precision, 5 classes, one record; "
        origin += "built there from its description" if own else "the public code that it names"
        found = {"origin": origin, **family(checkouts)}
        (target / f"{name}.json").write_text(json.dumps(found) + "\n")
        print(name, {key: value for key, value in found.items() if key in ("parameters", "multiply_adds")})


main()
