"""Reads ECGPACK1, the container of equally long 12-lead records that `crates/train/src/ecgpack.rs` reads too."""

import struct

import numpy as np
import zstandard

HEAD = struct.Struct("<8sIIIIfIII")


def read_pack(path):
    """Record numbers, int16 counts [record, lead, sample], hertz and counts per unit; every lead's checksum is compared.

    Leads are in the order I, II, III, aVR, aVL, aVF, V1 to V6.
    """
    with open(path, "rb") as file:
        data = file.read()
    magic, n, leads, t, rate, counts_per_unit, mode, block, blocks = HEAD.unpack_from(data)
    assert magic == b"ECGPACK1" and leads == 12, path
    ids = np.frombuffer(data, "<u4", n, HEAD.size)
    sums = np.frombuffer(data, "<u2", n * 12, HEAD.size + 4 * n).reshape(n, 12)
    out = np.empty((n, 12, t), np.int16)
    for b in range(blocks):
        offset, size, raw = struct.unpack_from("<QII", data, HEAD.size + 28 * n + 16 * b)
        plain = zstandard.ZstdDecompressor().decompress(data[offset : offset + size], max_output_size=raw)
        x = out[b * block : (b + 1) * block]
        half = 12 * len(x) * t
        symbols = np.frombuffer(plain, np.uint8, half).astype(np.int32)
        symbols |= np.frombuffer(plain, np.uint8, half, half).astype(np.int32) << 8
        d = ((symbols >> 1) ^ -(symbols & 1)).reshape(12, len(x), t)
        derived = (2, 3, 4, 5) if mode == 1 else ()
        for lead in set(range(12)) - set(derived):
            x[:, lead] = np.cumsum(d[lead], axis=1).astype(np.int16)
        if derived:
            one, two = x[:, 0].astype(np.int32), x[:, 1].astype(np.int32)
            x[:, 2] = (two - one + d[2]).astype(np.int16)
            three = x[:, 2].astype(np.int32)
            x[:, 3] = (-((one + two) >> 1) + d[3]).astype(np.int16)
            x[:, 4] = (((one - three) >> 1) + d[4]).astype(np.int16)
            x[:, 5] = (((two + three) >> 1) + d[5]).astype(np.int16)
    assert (out.astype(np.int64).sum(axis=2) % 65536 == sums).all(), f"{path}: a checksum is wrong"
    return ids, out, rate, counts_per_unit
