#!/usr/bin/env python3
"""CLOCS' encoder and classifier, built a second time from their description.

    VENV/bin/python clocs.py > ../../fixtures/nets/clocs.json

In double precision, with weights of deterministic.py in the order in which they are asked for here.
"""

import json

from torch.nn import functional as F

from deterministic import Filler, batch_norm, conv, linear, recording, rounded


def encoder(fill, size):
    layers = [(conv(fill, wide, to, 7, stride=3), batch_norm(fill, to)) for wide, to in ((1, 4), (4, 16), (16, 32))]
    last = linear(fill, 320, size)

    def run(view):
        for layer, norm in layers:
            view = F.max_pool1d(F.relu(norm(layer(view))), 2)
        return last(view.flatten(1))

    return run


def main():
    x = recording(5000, 500)[0]
    fill = Filler()
    encode = encoder(fill, 128)
    classify = linear(fill, 128, 5)
    one = encode(x[:1, None, :2500])
    # Views of a lead follow one another: its first half, its second.
    views = encode(x.reshape(24, 1, 2500))
    print(json.dumps({
        "origin": "tests/reference/nets/clocs.py, PyTorch in double precision, 128 numbers, 5 classes",
        "logits": rounded(classify(one)),
        "embedding": rounded(one),
        "view_7_of_24": rounded(views[7]),
        "logits_of_24_views": rounded(classify(views).mean(0)),
    }, indent=1))


main()
