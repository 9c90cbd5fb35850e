#!/usr/bin/env python3
"""Networks that InceptionFormer's author later set beside his own, built a second time from their description.

    VENV/bin/python later_baselines.py > ../../fixtures/nets/later_baselines.json

In double precision, with weights of deterministic.py in the order in which they are asked for here.
"""

import json

import torch
from torch.nn import functional as F

from deterministic import (
    Filler, attention, batch_norm, conv, layer_norm, linear, lstm_both_ways, recording, rounded,
)


def conv_norm(fill, wide, to, kernel, stride=1, padding=None, groups=1):
    padding = kernel // 2 if padding is None else padding
    layer = conv(fill, wide // groups, to, kernel, bias=False, stride=stride, padding=padding, groups=groups)
    norm = batch_norm(fill, to)
    return lambda x: norm(layer(x))


def bi_lstm(fill, x):
    x = x.transpose(1, 2)
    for wide in (12, 512):
        x = lstm_both_ways(fill, wide, 256)(x)
    return linear(fill, 512, 9)(x.mean(1))


def inception_time(fill, x):
    past = x
    for module in range(6):
        wide = x.shape[1]
        narrow = conv(fill, wide, 32, 1, bias=False)(x)
        parts = [conv(fill, 32, 32, kernel, bias=False, padding=kernel // 2)(narrow) for kernel in (39, 19, 9)]
        parts.append(conv(fill, wide, 32, 1, bias=False)(F.max_pool1d(x, 3, 1, 1)))
        x = F.relu(batch_norm(fill, 128)(torch.cat(parts, dim=1)))
        if module % 3 == 2:
            x = past = F.relu(x + conv_norm(fill, past.shape[1], 128, 1)(past))
    return linear(fill, 128, 9)(x.mean(-1))


def resnet1d_wang(fill, x):
    x = F.max_pool1d(F.relu(conv_norm(fill, 12, 64, 8, 2, 3)(x)), 3, 2, 1)
    for to, stride in ((64, 1), (128, 2), (128, 2)):
        wide = x.shape[1]
        first, second = conv_norm(fill, wide, to, 5, stride), conv_norm(fill, to, to, 3)
        past = conv_norm(fill, wide, to, 1, stride)(x) if stride > 1 else x
        x = F.relu(second(F.relu(first(x))) + past)
    return linear(fill, 128, 9)(x.mean(-1))


def xresnet1d101(fill, x):
    for wide, to, stride in ((12, 32, 2), (32, 32, 1), (32, 64, 1)):
        x = F.relu(conv_norm(fill, wide, to, 3, stride)(x))
    x = F.max_pool1d(x, 3, 2, 1)
    for stage, count in enumerate((3, 4, 23, 3)):
        for block in range(count):
            stride = 2 if stage and not block else 1
            wide = x.shape[1]
            parts = conv_norm(fill, wide, 64, 1), conv_norm(fill, 64, 64, 3, stride), conv_norm(fill, 64, 256, 1)
            past = F.avg_pool1d(x, 2, ceil_mode=True) if stride == 2 else x
            if wide != 256:
                past = conv_norm(fill, wide, 256, 1)(past)
            x = F.relu(parts[2](F.relu(parts[1](F.relu(parts[0](x))))) + past)
    return linear(fill, 256, 9)(x.mean(-1))


def mobilenet_v3(fill, x):
    x = F.hardswish(conv_norm(fill, 12, 16, 15, 2)(x))
    table = """3 16 16 0 0 1; 3 64 24 0 0 2; 3 72 24 0 0 1; 5 72 40 1 0 2; 5 120 40 1 0 1; 5 120 40 1 0 1; 3 240 80 0 1 2;
        3 200 80 0 1 1; 3 184 80 0 1 1; 3 184 80 0 1 1; 3 480 112 1 1 1; 3 672 112 1 1 1; 5 672 160 1 1 2;
        5 960 160 1 1 1; 5 960 160 1 1 1"""
    narrows = {72: 24, 120: 32, 480: 120, 672: 168, 960: 240}
    for row in table.split(";"):
        kernel, inside, to, weighed, swish, stride = map(int, row.split())
        act, wide = F.hardswish if swish else F.relu, x.shape[1]
        y = act(conv_norm(fill, wide, inside, 1)(x)) if inside != wide else x
        y = conv_norm(fill, inside, inside, kernel, stride, groups=inside)(y)
        if weighed:
            narrow, widen = linear(fill, inside, narrows[inside]), linear(fill, narrows[inside], inside)
            y = y * F.hardsigmoid(widen(F.relu(narrow(y.mean(-1)))))[..., None]
        y = conv_norm(fill, inside, to, 1)(act(y))
        x = x + y if stride == 1 and wide == to else y
    x = F.hardswish(conv_norm(fill, 160, 960, 1)(x)).mean(-1)
    hidden, head = linear(fill, 960, 1280), linear(fill, 1280, 9)
    return head(F.hardswish(hidden(x)))


def norm_at(fill, width, epsilon):
    scale, shift = fill.scale(width), fill.bias(width)
    return lambda x: F.layer_norm(x, (width,), scale, shift, epsilon)


def pre_norm_layer(fill, width, heads, hidden, epsilon):
    norm1, attend, norm2 = norm_at(fill, width, epsilon), attention(fill, width, heads), norm_at(fill, width, epsilon)
    wide, narrow = linear(fill, width, hidden), linear(fill, hidden, width)

    def run(x):
        x = x + attend(norm1(x))[0]
        return x + narrow(F.gelu(wide(norm2(x))))

    return run


def vision_transformer(fill, x):
    tokens = conv(fill, 12, 240, 20, stride=20)(x).transpose(1, 2)
    x = torch.cat([fill.table(1, 1, 240), tokens], dim=1) + fill.table(1, 51, 240)
    for _ in range(6):
        x = pre_norm_layer(fill, 240, 12, 960, 1e-6)(x)
    x = norm_at(fill, 240, 1e-6)(x)[:, 0]
    hidden, head = linear(fill, 240, 512), linear(fill, 512, 9)
    return head(torch.tanh(hidden(x)))


def inverted(fill, x, to, stride):
    wide = x.shape[1]
    y = F.gelu(conv_norm(fill, wide, 4 * wide, 1)(x))
    y = F.gelu(conv_norm(fill, 4 * wide, 4 * wide, 3, stride, groups=4 * wide)(y))
    y = conv_norm(fill, 4 * wide, to, 1)(y)
    return x + y if stride == 1 and wide == to else y


def mobile_vit(fill, x):
    x = F.gelu(conv_norm(fill, 12, 16, 3, 2)(x))
    x = inverted(fill, x, 32, 1)
    for stride in (2, 1, 1):
        x = inverted(fill, x, 64, stride)
    for channels, width, layers in ((96, 144, 2), (128, 192, 4), (160, 240, 3)):
        x = inverted(fill, x, channels, 2)
        y = F.gelu(conv_norm(fill, channels, channels, 3)(x))
        y = conv(fill, channels, width, 1, bias=False)(y)
        length = y.shape[-1]
        y = F.interpolate(y, size=length + length % 2, mode="linear", align_corners=False) if length % 2 else y
        rows = torch.stack([y[0, :, 0::2].T, y[0, :, 1::2].T])
        for _ in range(layers):
            rows = pre_norm_layer(fill, width, 4, 2 * width, 1e-5)(rows)
        rows = layer_norm(fill, width)(rows)
        y = rows.permute(2, 1, 0).reshape(1, width, -1)
        y = F.interpolate(y, size=length, mode="linear", align_corners=False) if length % 2 else y
        y = F.gelu(conv_norm(fill, width, channels, 1)(y))
        x = F.gelu(conv_norm(fill, 2 * channels, channels, 3)(torch.cat([x, y], dim=1)))
    x = F.gelu(conv_norm(fill, 160, 640, 1)(x))
    return linear(fill, 640, 9)(x.mean(-1))


def ecg_transform(fill, x):
    x = sum(conv(fill, 12, 32, kernel, bias=False, padding=kernel // 2)(x) for kernel in (5, 9, 11)) / 3
    x = F.max_pool1d(F.relu(batch_norm(fill, 32)(x)), 2)
    for wide, to in ((32, 64), (64, 128)):
        x = F.max_pool1d(F.relu(conv_norm(fill, wide, to, 8)(x)), 2)
    for _ in range(3):
        first, norm1 = conv(fill, 128, 128, 1), batch_norm(fill, 128)
        second, norm2 = conv(fill, 128, 128, 1), batch_norm(fill, 128)
        narrow, widen = linear(fill, 128, 32, bias=False), linear(fill, 32, 128, bias=False)
        y = norm2(second(F.relu(norm1(first(x)))))
        x = F.relu(x + y * torch.sigmoid(widen(F.relu(narrow(y.mean(-1)))))[..., None])
    layers = []
    for _ in range(3):
        attend, norm1 = attention(fill, 128, 4), layer_norm(fill, 128)
        layers.append((attend, norm1, linear(fill, 128, 2048), linear(fill, 2048, 128), layer_norm(fill, 128)))

    def transformer(x):
        for attend, norm1, wide, narrow, norm2 in layers:
            x = norm1(x + attend(x)[0])
            x = norm2(x + narrow(F.relu(wide(x))))
        return x

    x = x.transpose(1, 2)
    x = transformer(x) + transformer(x.flip(2))
    return linear(fill, 128, 9)(x.mean(1))


NETWORKS = (
    bi_lstm, inception_time, resnet1d_wang, xresnet1d101, mobilenet_v3, vision_transformer, mobile_vit, ecg_transform,
)


def main():
    x = recording(1000)
    found = {"origin": "tests/reference/nets/later_baselines.py, PyTorch in double precision, 9 classes"}
    for network in NETWORKS:
        found[network.__name__] = rounded(network(Filler(), x))
    print(json.dumps(found, indent=1))


main()
